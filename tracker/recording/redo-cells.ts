import { pearsonColocalization } from '#calcium/colocalization.ts';
import { calculateDfof } from '#calcium/delta-f.ts';
import { identifyEvents } from '#calcium/identify-events.ts';
import { REDO_SMOOTH_S } from '#protocol/calcium-redo.ts';
import { type RecordedCell, type RecordedCells, readCellTraces } from './cell-traces.ts';
import type { Run } from './read-recording.ts';

export interface RedoOptions {
  /** Frames a second, in place of those of the recording. */
  fps?: number;
  /** Standard deviation of the smoothing of the rise before events are sought, s; `REDO_SMOOTH_S` when left out. */
  smoothS?: number;
  /** Those to redo, all when left out. */
  cells?: readonly number[];
  /** Cells times frames at most. */
  mostValues?: number;
}

/** A cell made again from its recorded counts; [frame] as `RecordedCells`. */
export interface RedoneTrace {
  cell: number;
  counts: Float32Array;
  /** As it was while frames came. */
  live: { dff: Float32Array; events: Uint32Array };
  /** NaN where the frame is missing or the baseline is not above 0; events may be of missing frames. */
  offline: { dff: Float64Array; events: Uint32Array };
  /** Pearson's, over the frames that have both; NaN for fewer than two, 0 where one does not change. */
  correlation: number;
}

export interface RedoneRun extends Omit<RecordedCells, 'traces'> {
  fps: number;
  smoothS: number;
  traces: RedoneTrace[];
}

/** Frames [from, to). */
type Stretch = readonly [from: number, to: number];

/** Frames that the baseline takes at least. */
const LEAST_FRAMES = 4;

/**
 * dF/F and events of recorded counts as `calcium traces` makes them of a movie, with all of the recording known.
 *
 * Counts of missing frames are taken from a straight line between their neighbors, so that filters see even steps; the
 * result has NaN there. Where cells, ring or stages were changed, a new baseline begins, as it did live; stretches of
 * fewer than 4 frames have none.
 * @throws {RecordingError} when the run has no cells that can be read, or too many values at a time
 * @throws {CalciumError} if the frame rate is not above 2 Hz
 */
export async function redoOffline(run: Run, options: RedoOptions = {}): Promise<RedoneRun> {
  const { cells, mostValues, smoothS = REDO_SMOOTH_S } = options;
  const settings = run.record.calcium?.settings ?? [];
  const fps = options.fps ?? settings[0]?.fps ?? run.record.camera.fps;
  const { traces, ...recorded } = await readCellTraces(run, {
    columns: ['counts', 'dff'],
    ...(cells && { cells }),
    ...(mostValues && { mostValues }),
  });
  const changes = settings.map(({ frame }) => frame - recorded.firstFrame);
  const starts = [0, ...changes.filter((at) => at > 0 && at < recorded.frames), recorded.frames];
  const stretches = starts.slice(1).map((to, index): Stretch => [starts[index]!, to]);
  return {
    ...recorded,
    fps,
    smoothS,
    traces: traces.map((trace) => redoTrace(trace, stretches, fps, smoothS)),
  };
}

function redoTrace(
  { cell, columns, event }: RecordedCell,
  stretches: readonly Stretch[],
  fps: number,
  smoothS: number,
): RedoneTrace {
  const counts = columns.counts!;
  const live = columns.dff!;
  const dff = new Float64Array(counts.length).fill(Number.NaN);
  const events: number[] = [];
  for (const stretch of stretches) {
    const [from, to] = measuredPart(counts, stretch);
    if (to - from < LEAST_FRAMES) continue;
    const filled = { shape: [to - from], values: withoutHoles(counts.subarray(from, to)) };
    const redone = calculateDfof(filled, { frameRate: fps });
    if (Number.isNaN(redone.values[0])) continue;
    const [found] = identifyEvents(redone, { frameRate: fps, smoothSigmaSeconds: smoothS });
    for (const frame of found!) events.push(from + frame);
    for (let at = from; at < to; at++) {
      if (!Number.isNaN(counts[at]!)) dff[at] = redone.values[at - from]!;
    }
  }
  return {
    cell,
    counts,
    live: { dff: live, events: Uint32Array.from(event.keys()).filter((at) => event[at] === 1) },
    offline: { dff, events: Uint32Array.from(events) },
    correlation: correlate(live, dff),
  };
}

/** From the first to behind the last frame that was measured. */
function measuredPart(counts: Float32Array, [from, to]: Stretch): Stretch {
  let [first, end] = [from, to];
  while (first < end && Number.isNaN(counts[first]!)) first++;
  while (end > first && Number.isNaN(counts[end - 1]!)) end--;
  return [first, end];
}

/** Straight lines over what is NaN; the first and the last value are not. */
function withoutHoles(counts: Float32Array): Float64Array {
  const filled = Float64Array.from(counts);
  let last = 0;
  for (let at = 1; at < filled.length; at++) {
    if (Number.isNaN(filled[at]!)) continue;
    const slope = (filled[at]! - filled[last]!) / (at - last);
    for (let hole = last + 1; hole < at; hole++) filled[hole] = filled[last]! + slope * (hole - last);
    last = at;
  }
  return filled;
}

function correlate(one: Float32Array, other: Float64Array): number {
  const both = Uint32Array.from(one.keys()).filter((at) => !Number.isNaN(one[at]! + other[at]!));
  if (both.length < 2) return Number.NaN;
  const pick = (values: Float32Array | Float64Array) => ({
    shape: [both.length],
    values: Float64Array.from(both, (at) => values[at]!),
  });
  return pearsonColocalization(pick(one), pick(other));
}
