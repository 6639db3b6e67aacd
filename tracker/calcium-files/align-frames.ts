import { CalciumError } from '#calcium/calcium-error.ts';
import type { FrameTimes } from './bruker-times.ts';

/** Frame that is scanned at a sample, or the frame whose start is nearest. */
export type Alignment = 'hold' | 'nearest';

/**
 * Frame that belongs to each sample of a recording.
 *
 * @param timeMs [sample] ms since the first frame, ascending
 * @param times [frame] ascending
 * @param alignment of two starts equally near, the earlier
 * @returns [sample] frame from 0; -1 before the first frame, and once the last is over
 * @throws {CalciumError} if times are not ascending
 */
export function alignFrames(timeMs: Float64Array, times: FrameTimes, alignment: Alignment): Int32Array {
  const startMs = times.startS.map((start) => start * 1000);
  requireAscending('alignFrames timeMs', timeMs);
  requireAscending('alignFrames times', startMs);
  const endMs = (startMs.at(-1) ?? Number.NaN) + times.periodS * 1000;
  let frame = -1;
  return Int32Array.from(timeMs, (time) => {
    while (frame + 1 < startMs.length && startMs[frame + 1]! <= time) frame++;
    if (frame < 0 || !(time < endMs)) return -1;
    const next = startMs[frame + 1];
    const isNext = alignment === 'nearest' && next !== undefined && next - time < time - startMs[frame]!;
    return isNext ? frame + 1 : frame;
  });
}

/**
 * Frames as CalSciPy 0.3.1 gives them: at samples whose time is exactly a frame's in whole ms.
 *
 * @param timeMs [sample] ms, ascending
 * @param frameMs [frame] whole ms, ascending
 * @returns [sample] `frame`, NaN where there is none; `filled` with the nearest frame between two, and the last after it
 * @throws {CalciumError} if times are not ascending
 */
export function alignFrames031(
  timeMs: Float64Array,
  frameMs: Float64Array,
): { frame: Float64Array; filled: Float64Array } {
  requireAscending('alignFrames031 timeMs', timeMs);
  const frameAt = new Map(Array.from(frameMs, (time, frame) => [time, frame]));
  const frame = Float64Array.from(timeMs, (time) => frameAt.get(time) ?? Number.NaN);
  const filled = frame.slice();
  const known = Array.from(frame.keys()).filter((sample) => !Number.isNaN(frame[sample]!));
  for (const [index, sample] of known.entries()) {
    const next = known[index + 1] ?? timeMs.length;
    for (let at = sample + 1; at < next; at++) {
      const isNext = next < timeMs.length && timeMs[next]! - timeMs[at]! < timeMs[at]! - timeMs[sample]!;
      filled[at] = frame[isNext ? next : sample]!;
    }
  }
  return { frame, filled };
}

function requireAscending(where: string, times: Float64Array): void {
  const at = times.findIndex((time, index) => !(index === 0 || time >= times[index - 1]!));
  if (at < 0) return;
  const received = `${times[at]} after ${times[at - 1]}`;
  throw new CalciumError({ where: `${where}[${at}]`, expected: 'ascending times', received });
}
