import { CalciumError, requireInteger } from './calcium-error.ts';
import { requireNeurons } from './event-measures.ts';
import { type NdArray, traceAxes } from './nd-array.ts';
import { extremes, mean, percentile, populationStd } from './statistics.ts';

export interface WaveformOptions {
  /** Frames before an event; default 150. */
  pre?: number;
  /** Frames after it; default 450. */
  post?: number;
  /** As CalSciPy 0.3.1: a window that would start before the trace shows its first frames instead. */
  compat?: boolean;
}

/**
 * Course of each trace around its events.
 *
 * @param traces [neuron, frame], any unit
 * @param events per neuron its frames
 * @returns per neuron [event, pre + 1 + post]; the event is in column `pre`; NaN outside the trace
 * @throws {CalciumError} if there are events of more or fewer neurons, or one is outside the trace
 */
export function collectWaveforms(
  traces: NdArray,
  events: readonly ArrayLike<number>[],
  { pre = 150, post = 450, compat = false }: WaveformOptions = {},
): NdArray<Float64Array>[] {
  const where = 'collectWaveforms';
  requireInteger(`${where} pre`, pre, 0);
  requireInteger(`${where} post`, post, 0);
  const { neurons, frames } = traceAxes(`${where} traces`, traces);
  requireNeurons(where, events, neurons, frames);
  const width = pre + 1 + post;
  return events.map((ofNeuron, neuron) => {
    const values = new Float64Array(ofNeuron.length * width).fill(Number.NaN);
    for (let row = 0; row < ofNeuron.length; row++) {
      const event = ofNeuron[row]!;
      const middle = compat && event < pre ? 0 : event;
      for (let column = 0; column < width; column++) {
        const frame = middle - pre + column;
        if (frame < 0 || frame >= frames) continue;
        values[row * width + column] = traces.values[neuron * frames + frame]!;
      }
    }
    return { shape: [ofNeuron.length, width], values };
  });
}

/** Makes waveforms comparable; gets the values of one that are not NaN, returns as many. */
export type WaveformScaler = (waveform: Float64Array) => Float64Array;

const SCALERS = {
  /** Mean 0 and population standard deviation 1. */
  standard: (values) => shifted(values, mean(values), populationStd(values)),
  /** From 0 to 1. */
  minmax: (values) => {
    const { least, most } = extremes(values);
    return shifted(values, least, most - least);
  },
  /** Median 0 and distance of the quartiles 1. */
  robust: (values) =>
    shifted(values, percentile(values, 50), percentile(values, 75) - percentile(values, 25)),
} satisfies Record<string, WaveformScaler>;

/**
 * Scales every waveform on its own.
 *
 * @param waveforms per neuron [event, frame]; NaN are ignored and kept
 * @param scaler by name, or a function
 * @returns of the same shapes; a waveform without spread is 0 (its distances from the median, by 'robust')
 * @throws {CalciumError} if the scaler is not known
 */
export function scaleWaveforms(
  waveforms: readonly NdArray[],
  scaler: keyof typeof SCALERS | WaveformScaler = 'standard',
): NdArray<Float64Array>[] {
  const scale = typeof scaler === 'function' ? scaler : SCALERS[scaler];
  if (!scale) {
    throw new CalciumError({
      where: 'scaleWaveforms scaler',
      expected: `${Object.keys(SCALERS).join(', ')} or a function`,
      received: String(scaler),
    });
  }
  return waveforms.map(({ shape, values }) => {
    const width = shape.at(-1)!;
    const scaled = Float64Array.from(values);
    for (let start = 0; start < scaled.length; start += width) {
      const row = scaled.subarray(start, start + width);
      const present = scale(row.filter((value) => !Number.isNaN(value)));
      let next = 0;
      for (let column = 0; column < width; column++) {
        if (!Number.isNaN(row[column]!)) row[column] = present[next++]!;
      }
    }
    return { shape, values: scaled };
  });
}

function shifted(values: Float64Array, center: number, spread: number): Float64Array {
  // A spread that is rounding only would blow a flat waveform up to noise.
  const rounding = 10 * Number.EPSILON * Math.abs(center);
  return values.map((value) => {
    const away = Math.abs(value - center) <= rounding ? 0 : value - center;
    return spread <= rounding ? away : away / spread;
  });
}
