import type { BeadTrial, TrialFigures, TrialTrace } from '#protocol/pipeline-message.ts';
import type { Roi } from '#protocol/roi.ts';
import { POSITION_COLUMNS, type PositionColumn } from '#protocol/trace-columns.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';

const STATUS_NAMES = Object.keys(TRACK_STATUS) as (keyof typeof TRACK_STATUS)[];

/**
 * What two plans found of every bead.
 * @param present, proposed columns [frame, bead] of the same frames
 * @param frames those of the tables that count, from the first on
 */
export function compareBeads(
  rois: readonly Roi[],
  present: TrackTable,
  proposed: TrackTable,
  frames: number,
): BeadTrial[] {
  return rois.map(({ bead }, at) => ({
    bead,
    present: figuresOf(present, at, frames),
    proposed: figuresOf(proposed, at, frames),
    difference: byAxis((column) => {
      const before = valuesOf(present, column, at, frames);
      return mean(valuesOf(proposed, column, at, frames).map((value, frame) => value - before[frame]!));
    }),
  }));
}

/** What two plans found of one bead in every frame; null where there is no such bead. */
export function traceOf(
  rois: readonly Roi[],
  bead: number | null,
  timeS: Float64Array,
  present: TrackTable,
  proposed: TrackTable,
): TrialTrace | null {
  const at = rois.findIndex((roi) => roi.bead === bead);
  if (bead === null || at < 0) return null;
  const positions = (table: TrackTable) => byAxis((column) => valuesOf(table, column, at, timeS.length));
  return { bead, timeS, present: positions(present), proposed: positions(proposed) };
}

function figuresOf(table: TrackTable, at: number, frames: number): TrialFigures {
  const xPx = valuesOf(table, 'xPx', at, frames);
  const yPx = valuesOf(table, 'yPx', at, frames);
  const status: TrialFigures['status'] = {};
  const count = (name: keyof typeof status) => {
    status[name] = (status[name] ?? 0) + 1;
  };
  for (let frame = 0; frame < frames; frame++) {
    const bits = table.status[frame * table.beads + at]!;
    if (bits === 0) count('ok');
    for (const name of STATUS_NAMES) if (bits & TRACK_STATUS[name]) count(name);
  }
  return {
    found: shareOfNumbers(xPx.map((x, frame) => x + yPx[frame]!)),
    foundZ: shareOfNumbers(valuesOf(table, 'zNm', at, frames)),
    noise: byAxis((column) => noiseOf(valuesOf(table, column, at, frames))),
    score: mean(valuesOf(table, 'score', at, frames)),
    status,
  };
}

function byAxis<Value>(of: (column: PositionColumn) => Value): Record<PositionColumn, Value> {
  return Object.fromEntries(POSITION_COLUMNS.map((column) => [column, of(column)])) as Record<
    PositionColumn,
    Value
  >;
}

/** [frame] of one bead. */
function valuesOf(
  table: TrackTable,
  column: PositionColumn | 'score',
  at: number,
  frames: number,
): Float64Array {
  return Float64Array.from({ length: frames }, (_, frame) => table[column][frame * table.beads + at]!);
}

/** Mean of what is a number; NaN where nothing is. */
function mean(values: Float64Array): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function shareOfNumbers(values: Float64Array): number {
  return values.filter((value) => !Number.isNaN(value)).length / values.length;
}

/** Standard deviation of white noise that would move it as much from frame to frame, as live noise is measured. */
function noiseOf(values: Float64Array): number {
  return Math.sqrt(mean(values.subarray(1).map((value, frame) => (value - values[frame]!) ** 2 / 2)));
}
