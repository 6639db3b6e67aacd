import { type NdArray, roomFor, rowOf, traceAxes } from './nd-array.ts';
import { createPolynomialFit } from './polynomial.ts';
import { mean } from './statistics.ts';

const DEGREE = 4;

/**
 * Traces without their slow course: each less its least-squares polynomial of degree 4 in the frame number.
 *
 * The mean goes too, and with it F0: compute dF/F before, from an external reference, or keep the mean.
 *
 * @param traces [neuron, frame] or [frame], any unit
 * @param options `keepMean` gives every neuron its mean back; `out` is room for the result
 * @returns of the same shape; NaN throughout for a neuron with NaN
 * @throws {CalciumError} if there are fewer than 5 frames
 */
export function detrendPolynomial(
  traces: NdArray,
  { keepMean = false, out }: { keepMean?: boolean; out?: Float64Array } = {},
): NdArray<Float64Array> {
  const { neurons, frames } = traceAxes('detrendPolynomial traces', traces);
  const result = roomFor('detrendPolynomial', traces, out);
  const fitTo = createPolynomialFit(
    Float64Array.from({ length: frames }, (_, frame) => frame),
    DEGREE,
  );
  for (let neuron = 0; neuron < neurons; neuron++) {
    const trace = rowOf(traces, neuron, frames);
    const { fit } = fitTo(trace);
    const kept = keepMean ? mean(trace) : 0;
    for (let frame = 0; frame < frames; frame++) {
      result.values[neuron * frames + frame] = trace[frame]! - fit[frame]! + kept;
    }
  }
  return result;
}
