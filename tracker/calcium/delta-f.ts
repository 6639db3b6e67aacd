import { CalciumError, requireNumber, requirePositive } from './calcium-error.ts';
import { createZeroPhaseFilter, hammingLowPass } from './low-pass.ts';
import { type NdArray, roomFor, rowOf, traceAxes } from './nd-array.ts';
import { percentile, percentileOf } from './statistics.ts';

const CUTOFF_HZ = 1;
const MOST_TAPS = 30;
const BASELINE_PERCENTILE = 5;

export interface DfofOptions {
  /** Hz, above 2; default 30. */
  frameRate?: number;
  /** Added to every baseline, for traces that are near or below 0; counts, default 0. */
  offset?: number;
  /** [neuron, frame] counts: the baseline is taken from these; as many neurons, any number of frames. */
  externalReference?: NdArray;
  /** Room for the result; may be the traces' own values. */
  out?: Float64Array;
}

/**
 * Taps of the low-pass for so many frames, as many as three times their number leaves room for.
 * @returns at most 29; below 1 for fewer than 4 frames
 */
function lowPassTaps(frames: number): number {
  let taps = Math.min(MOST_TAPS, Math.floor(frames / 3));
  if (taps % 2 === 0) taps--;
  return 3 * taps === frames ? taps - 1 : taps;
}

/**
 * Baseline F0 of every neuron: the 5th percentile of its trace after a 1 Hz low-pass without a phase.
 *
 * @param traces [neuron, frame] or [frame] counts
 * @param frameRate Hz
 * @param framesOfFilter frames from which the length of the filter follows
 * @returns `filtered` of the shape of the traces, and `baseline` [neuron], counts
 * @throws {CalciumError} if there are fewer than 4 frames or the frame rate is not above 2 Hz
 */
export function calculateBaseline(
  traces: NdArray,
  frameRate: number,
  framesOfFilter?: number,
): { filtered: NdArray<Float64Array>; baseline: Float64Array } {
  const filtered = roomFor('calculateBaseline traces', traces);
  const baseline = baselineOf(traces, frameRate, framesOfFilter, filtered.values);
  return { filtered, baseline };
}

/** As `calculateBaseline`; the filtered traces are kept only where there is room for them. */
function baselineOf(
  traces: NdArray,
  frameRate: number,
  framesOfFilter: number | undefined,
  filtered?: Float64Array,
): Float64Array {
  const where = 'calculateBaseline traces';
  const { neurons, frames } = traceAxes(where, traces);
  const count = framesOfFilter ?? frames;
  const taps = lowPassTaps(count);
  requireNumber(`${where} frames`, count, 'at least 4 frames, for one tap of the filter', taps >= 1);
  const kernel = hammingLowPass(taps, CUTOFF_HZ, frameRate);
  const baseline = new Float64Array(neurons);
  const filter = createZeroPhaseFilter(kernel, frames);
  for (let neuron = 0; neuron < neurons; neuron++) {
    const smooth = filter(traces.values.subarray(neuron * frames, (neuron + 1) * frames));
    filtered?.set(smooth, neuron * frames);
    baseline[neuron] = percentileOf(smooth, BASELINE_PERCENTILE);
  }
  return baseline;
}

/**
 * Change of fluorescence over its baseline, (F - F0) / F0; a fraction, not percent.
 *
 * F0 is one number per neuron, so bleaching stays: detrend before, or give an external reference.
 *
 * @param traces [neuron, frame] or [frame] counts, of any type
 * @returns of the same shape; a neuron whose F0 is not above 0 is NaN throughout: give an offset
 * @throws {CalciumError} if there are fewer than 4 frames, the frame rate is not above 2 Hz, or the reference has
 *   another number of neurons
 */
export function calculateDfof(traces: NdArray, options: DfofOptions = {}): NdArray<Float64Array> {
  const { frameRate = 30, offset = 0, externalReference, out } = options;
  const { neurons, frames } = traceAxes('calculateDfof traces', traces);
  const source = externalReference ?? traces;
  const axes = traceAxes('calculateDfof externalReference', source);
  if (axes.neurons !== neurons) {
    throw new CalciumError({
      where: 'calculateDfof externalReference',
      expected: `${neurons} neurons`,
      received: `${axes.neurons}`,
    });
  }
  const baseline = baselineOf(source, frameRate, frames);
  const result = roomFor('calculateDfof', traces, out);
  for (let neuron = 0; neuron < neurons; neuron++) {
    const level = baseline[neuron]! + offset;
    const [start, end] = [neuron * frames, (neuron + 1) * frames];
    if (level > 0)
      for (let at = start; at < end; at++) result.values[at] = (traces.values[at]! - level) / level;
    else result.values.fill(Number.NaN, start, end);
  }
  return result;
}

/**
 * Noise of dF/F that does not depend on the frame rate: 100 median |difference of neighbors| / sqrt(frame rate).
 *
 * @param dfof [neuron, frame] or [frame], fractions
 * @param frameRate Hz, default 30
 * @returns [neuron] % per sqrt(Hz); NaN for traces with NaN or fewer than 2 frames
 * @throws {CalciumError} if the frame rate is not above 0
 * Source: Rupprecht et al. 2021, doi 10.1038/s41593-021-00895-5.
 */
export function calculateStandardizedNoise(dfof: NdArray, frameRate = 30): Float64Array {
  requirePositive('calculateStandardizedNoise frameRate', frameRate);
  const { neurons, frames } = traceAxes('calculateStandardizedNoise dfof', dfof);
  return Float64Array.from({ length: neurons }, (_, neuron) => {
    const trace = rowOf(dfof, neuron, frames);
    const steps = trace.subarray(1).map((value, frame) => Math.abs(value - trace[frame]!));
    return (100 * percentile(steps, 50)) / Math.sqrt(frameRate);
  });
}
