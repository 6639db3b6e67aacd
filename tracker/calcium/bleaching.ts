import { CalciumError } from './calcium-error.ts';
import { evaluatePolynomial, fitPolynomial } from './polynomial.ts';

/** 'ratio' divides by an exponential, 'polynomial' by a parabola; both are 1 in the first frame. */
export type BleachingMethod = 'ratio' | 'polynomial';

/**
 * Trace without bleaching: divided by its fitted course, times the start of that course.
 *
 * @param trace [frame] counts, above -1 for 'ratio'
 * @returns `corrected` [frame] counts, NaN where the parabola is not above 0; `coefficients` of the line through
 *   ln(trace + 1), or of the parabola, highest power first
 * @throws {CalciumError} if there are too few frames, or the method is not known, or 'ratio' meets counts of -1 or less
 */
export function correctBleaching(
  trace: Float64Array,
  method: BleachingMethod = 'ratio',
): { corrected: Float64Array; coefficients: Float64Array } {
  const { coefficients, curve } = method === 'ratio' ? exponential(trace) : parabola(trace, method);
  const start = curve[0]!;
  const corrected = trace.map((value, frame) => {
    const level = curve[frame]!;
    return level > 0 ? (value / level) * start : Number.NaN;
  });
  return { corrected, coefficients };
}

function exponential(trace: Float64Array): { coefficients: Float64Array; curve: Float64Array } {
  const wrong = trace.findIndex((value) => !(value > -1));
  if (wrong >= 0) {
    throw new CalciumError({
      where: `correctBleaching trace[${wrong}]`,
      expected: 'counts above -1, for their logarithm',
      received: String(trace[wrong]),
      remedy: "take the method 'polynomial'",
    });
  }
  const frames = frameNumbers(trace);
  const { coefficients } = fitPolynomial(
    frames,
    trace.map((value) => Math.log(value + 1)),
    1,
  );
  return { coefficients, curve: frames.map((frame) => Math.exp(evaluatePolynomial(coefficients, frame))) };
}

function parabola(
  trace: Float64Array,
  method: 'polynomial',
): { coefficients: Float64Array; curve: Float64Array } {
  if (method !== 'polynomial') {
    throw new CalciumError({
      where: 'correctBleaching method',
      expected: 'ratio or polynomial',
      received: String(method satisfies never),
    });
  }
  const { coefficients, fit } = fitPolynomial(frameNumbers(trace), trace, 2);
  return { coefficients, curve: fit };
}

function frameNumbers(trace: Float64Array): Float64Array {
  return trace.map((_, frame) => frame);
}
