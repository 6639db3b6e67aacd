import type { Command } from 'commander';
import { cellTraces, type NeuropilRingOptions } from '#calcium/cell-traces.ts';
import { calculateDfof } from '#calcium/delta-f.ts';
import { identifyEvents } from '#calcium/identify-events.ts';
import { type OutputFile, requireNew, writeOutput } from '#calcium-files/write-output.ts';
import { ConfigError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { number, wholeNumber } from '../options.ts';
import { loadWithProgress, STACK_FORMS } from './images-input.ts';
import { type CellOptions, chooseCells } from './mask-choice.ts';
import { endingOf } from './output-name.ts';
import { eventsCsv, type TraceTable, tracesCsv, tracesNpz } from './trace-tables.ts';

interface TracesOptions extends CellOptions {
  mask: string;
  neuropil?: string;
  neuropilShare: number;
  dff?: boolean;
  events?: boolean;
  smooth: number;
  fps: number;
  out: string;
  cells?: string;
  force?: boolean;
}

/** `calcium traces`: the course of every cell of a stack. */
export function registerTraces(calcium: Command): void {
  calcium
    .command('traces')
    .description('find the cells of a stack and write their traces')
    .argument('<stack>', STACK_FORMS)
    .option(
      '--mask <what>',
      'cells: a projection above a threshold (std:3sigma, mean:95%, max:1200), or a .npy file of their numbers',
      'std:3sigma',
    )
    .option('--least-pixels <px>', 'regions that touch and have fewer are no cells', wholeNumber, 4)
    .option('--one', 'take all of the mask for one cell', false)
    .option(
      '--neuropil <width:gap>',
      'subtract the light of a ring so wide and so far from the cell, px: 3:2',
    )
    .option('--neuropil-share <share>', 'how much of it lies over the cell', number, 0.7)
    .option('--dff', 'dF/F, a fraction: over the 5th percentile of each trace below 1 Hz')
    .option('--events', 'frames at which a trace rises')
    .option('--smooth <seconds>', 'of the rise before events are sought; 0.2 to 0.35 finds more', number, 1)
    .option('--fps <fps>', 'frames a second', number, 30)
    .requiredOption(
      '--out <file>',
      '.csv, a row a cell and frame; .npz, all arrays; or .npy [cell, frame], events beside it as .events.csv',
    )
    .option('--cells <file>', 'write the numbers of the cells, too: .npy [row, column] for --mask')
    .option('--force', 'write over existing files')
    .action(traces);
}

async function traces(path: string, options: TracesOptions): Promise<void> {
  const { out, cells: cellsOut, fps, force = false } = options;
  const ending = endingOf(out, ['.csv', '.npy', '.npz']);
  if (cellsOut !== undefined) endingOf(cellsOut, ['.npy']);
  if (!(fps > 0)) throw new ConfigError({ where: '--fps', expected: 'above 0', received: `${fps}` });
  const ring =
    options.neuropil === undefined ? undefined : parseRing(options.neuropil, options.neuropilShare);
  const eventsOut = options.events && ending === '.npy' ? out.replace(/\.npy$/i, '.events.csv') : undefined;
  await requireNew(
    [out, cellsOut, eventsOut].filter((file) => file !== undefined),
    force,
  );

  const images = await loadWithProgress(path);
  const chosen = await chooseCells(options.mask, images, options);
  const measured = cellTraces(images, chosen.labels, chosen.cells, ring);
  const dff = options.dff ? calculateDfof(measured.traces, { frameRate: fps }) : undefined;
  const found = options.events
    ? identifyEvents(dff ?? measured.traces, { frameRate: fps, smoothSigmaSeconds: options.smooth })
    : undefined;
  const table: TraceTable = { ...measured, ...(dff && { dff }), ...(found && { events: found }) };
  const final = dff ?? measured.traces;
  const encoded = {
    '.csv': () => tracesCsv(table, fps),
    '.npy': () => encodeNpy(final.values, final.shape),
    '.npz': () => tracesNpz(table, fps),
  };
  const files: OutputFile[] = [[out, encoded[ending]()]];
  if (eventsOut !== undefined) files.push([eventsOut, eventsCsv(found!, fps)]);
  if (cellsOut !== undefined) files.push([cellsOut, encodeNpy(chosen.labels.values, chosen.labels.shape)]);
  await writeOutput(files, force);

  const counted = found ? `, ${found.reduce((sum, { length }) => sum + length, 0)} events` : '';
  const frames = final.shape[1];
  console.error(
    `${out}: ${chosen.cells} cells (${chosen.why}), ${frames} frames at ${fps} a second${counted}`,
  );
  const dark = dff ? countDark(dff.values, frames!) : 0;
  if (dark > 0) console.error(`${dark} cells have no dF/F: without the ring, their baseline is not above 0`);
}

/** @throws {ConfigError} unless it is two whole numbers */
function parseRing(text: string, share: number): NeuropilRingOptions {
  const match = /^([1-9]\d{0,3}):(\d{1,4})$/.exec(text);
  if (match) return { width: Number(match[1]), gap: Number(match[2]), share };
  const expected = 'width and gap of the ring in px, such as 3:2';
  throw new ConfigError({ where: '--neuropil', expected, received: `'${text}'` });
}

/** Cells whose dF/F is NaN. */
function countDark(values: Float64Array, frames: number): number {
  let dark = 0;
  for (let start = 0; start < values.length; start += frames) if (Number.isNaN(values[start])) dark++;
  return dark;
}
