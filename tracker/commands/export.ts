import type { Command } from 'commander';
import { exportCells } from '#recording/cells-csv.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { exportZLutUses } from '#recording/z-lut-history.ts';

interface ExportOptions {
  to: string;
  zLuts?: string;
  cells?: string;
  force?: boolean;
}

/** `export`: the tracks of a run as CSV, also of one that was cut off. */
export function registerExport(command: Command): void {
  command
    .argument('<run>', 'run folder or .arrows file')
    .requiredOption('--to <file>', 'CSV file to write')
    .option('--z-luts <file>', 'CSV file to write, too: the Z-LUT that each bead has from a frame on')
    .option('--cells <file>', 'CSV file to write, too: the calcium traces of the cells')
    .option('--force', 'write over an existing file')
    .action(async (run: string, { to, zLuts, cells, force = false }: ExportOptions) => {
      const rows = await exportCsv(run, to, { force });
      console.error(`${rows} points in ${to}`);
      if (zLuts !== undefined) {
        const uses = await exportZLutUses(run, zLuts, { force });
        console.error(`Z-LUTs of the beads in ${zLuts}: ${uses} rows`);
      }
      if (cells !== undefined) {
        const values = await exportCells(run, cells, { force });
        console.error(`${values} points of cells in ${cells}`);
      }
    });
}
