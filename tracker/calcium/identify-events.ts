import { requireNumber, requirePositive } from './calcium-error.ts';
import { findPeaks } from './find-peaks.ts';
import { gaussianFilter1d } from './gaussian-line.ts';
import { type NdArray, roomFor, rowOf, traceAxes } from './nd-array.ts';
import { populationStd } from './statistics.ts';

export interface EventOptions {
  /** Least frames between two events of a neuron; default 15. */
  timeout?: number;
  /** Hz; default 30. */
  frameRate?: number;
  /** Whether the derivative is smoothed; default true. */
  smooth?: boolean;
  /** Standard deviation of that smoothing, s; 1 by default, 0.2 to 0.35 finds more events and finds them on time. */
  smoothSigmaSeconds?: number;
  /** Whether falling counts as standing still; default true. */
  forceNonneg?: boolean;
}

/**
 * Rise of each trace from frame to frame, smoothed over time, and the prominence that makes an event of it.
 *
 * @param traces [neuron, frame] or [frame], any unit
 * @returns `derivative` of the shape of the traces, and `threshold` [neuron], half its standard deviation
 * @throws {CalciumError} if the frame rate is not above 0 or the smoothing is negative
 */
export function eventDerivative(
  traces: NdArray,
  { frameRate = 30, smooth = true, smoothSigmaSeconds = 1, forceNonneg = true }: EventOptions = {},
): { derivative: NdArray<Float64Array>; threshold: Float64Array } {
  const where = 'identifyEvents';
  requirePositive(`${where} frameRate`, frameRate);
  const { neurons, frames } = traceAxes(`${where} traces`, traces);
  const derivative = roomFor(where, traces);
  const threshold = new Float64Array(neurons);
  for (let neuron = 0; neuron < neurons; neuron++) {
    const trace = rowOf(traces, neuron, frames);
    let rise: Float64Array = trace.map((value, frame) => (frame === 0 ? 0 : value - trace[frame - 1]!));
    if (smooth) rise = gaussianFilter1d(rise, smoothSigmaSeconds * frameRate);
    if (forceNonneg) rise = rise.map((value) => Math.max(value, 0));
    derivative.values.set(rise, neuron * frames);
    threshold[neuron] = populationStd(rise) / 2;
  }
  return { derivative, threshold };
}

/**
 * Frames at which a neuron's trace rises most steeply: one for every event.
 *
 * With the default smoothing of 1 s they lie some frames before the true onset and near events merge.
 *
 * @param traces [neuron, frame] or [frame], any unit
 * @returns per neuron its frames, from 0, ascending
 * @throws {CalciumError} if the frame rate is not above 0, the timeout below 1 or the smoothing negative
 */
export function identifyEvents(traces: NdArray, options: EventOptions = {}): Int32Array[] {
  const { timeout = 15 } = options;
  requireNumber('identifyEvents timeout', timeout, 'at least 1 frame', timeout >= 1);
  const { derivative, threshold } = eventDerivative(traces, options);
  const frames = derivative.shape.at(-1)!;
  return Array.from(threshold, (prominence, neuron) => {
    const rise = derivative.values.subarray(neuron * frames, (neuron + 1) * frames);
    return findPeaks(rise, { distance: timeout, prominence });
  });
}
