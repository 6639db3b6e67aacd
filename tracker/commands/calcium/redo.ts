import type { Command } from 'commander';
import { writeWhole } from '#exports/whole-file.ts';
import { REDO_SMOOTH_S } from '#protocol/calcium-redo.ts';
import { ConfigError } from '#protocol/errors.ts';
import { redoToCsv } from '#recording/redo-csv.ts';
import { number } from '../options.ts';
import { endingOf } from './output-name.ts';

interface RedoOptions {
  out: string;
  smooth: number;
  fps?: number;
  force?: boolean;
}

/** `calcium redo`: dF/F and events of a recorded run, made again with all of it known. */
export function registerRedo(calcium: Command): void {
  calcium
    .command('redo')
    .description('make dF/F and events of the cells of a run again, as of a movie, beside those made live')
    .argument('<run>', 'run folder, also one that is being recorded')
    .requiredOption('--out <file>', '.csv, a row a cell and frame')
    .option(
      '--smooth <seconds>',
      'of the rise before events are sought; calcium traces takes 1',
      number,
      REDO_SMOOTH_S,
    )
    .option('--fps <fps>', 'frames a second, in place of those of the recording', number)
    .option('--force', 'write over an existing file')
    .action(redo);
}

async function redo(run: string, { out, smooth, fps, force = false }: RedoOptions): Promise<void> {
  endingOf(out, ['.csv']);
  if (smooth < 0) throw new ConfigError({ where: '--smooth', expected: 'at least 0', received: `${smooth}` });
  const options = { smoothS: smooth, ...(fps !== undefined && { fps }) };
  const redone = await writeWhole(out, force, (temporary) => redoToCsv(run, temporary, options));
  const { cells, frames, measured, skipped, lost, events, liveEvents, ...made } = redone;
  const missing = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(lost > 0 ? [`${lost} not recorded`] : []),
  ].join(', ');
  console.error(
    `${out}: ${cells.length} cells, ${measured} of ${frames} frames at ${made.fps} a second` +
      `${missing && ` (${missing})`}, ${events} events, ${liveEvents} live`,
  );
}
