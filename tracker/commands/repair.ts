import type { Command } from 'commander';
import { type RepairedStream, repair } from '#exports/repair.ts';

/** `repair`: ends what a crash cut short, in a copy unless told otherwise. */
export function registerRepair(command: Command): void {
  command
    .argument('<run>', 'run folder or .arrows file')
    .option('--out <path>', 'copy to write; default: NAME-repaired or NAME.repaired.arrows beside it')
    .option('--force', 'repair the original; with --out, write over an existing file')
    .action(async (run: string, options: { out?: string; force?: boolean }) => {
      const { to, streams } = await repair(run, options);
      for (const stream of streams) console.log(describe(stream));
      const isLost = streams.some(({ refused }) => refused !== null);
      console.log(to === null ? `nothing to repair${isLost ? ' in the others' : ''}` : `repaired: ${to}`);
      if (isLost) process.exitCode = 1;
    });
}

function describe({ name, rows, cutBytes, wasWhole, refused }: RepairedStream): string {
  if (refused !== null) return `${name}: nothing can be saved: ${refused}`;
  if (wasWhole) return `${name}: whole, ${rows} rows`;
  const lost = cutBytes > 0 ? `${cutBytes} bytes of a batch that was not whole are lost` : 'nothing is lost';
  return `${name}: ${rows} rows saved, ${lost}`;
}
