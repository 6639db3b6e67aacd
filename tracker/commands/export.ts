import type { Command } from 'commander';
import { exportCsv } from '#recording/export-csv.ts';

/** `export`: the tracks of a run as CSV, also of one that was cut off. */
export function registerExport(command: Command): void {
  command
    .argument('<run>', 'run folder or .arrows file')
    .requiredOption('--to <file>', 'CSV file to write')
    .option('--force', 'write over an existing file')
    .action(async (run: string, { to, force = false }: { to: string; force?: boolean }) => {
      const rows = await exportCsv(run, to, { force });
      console.error(`${rows} points in ${to}`);
    });
}
