import { requireInteger, requireNumber } from './calcium-error.ts';
import { type NdArray, roomFor, rowOf, traceAxes } from './nd-array.ts';
import { extremes } from './statistics.ts';

export interface PeronaMalikOptions {
  /** Steps of diffusion, at least 1; default 25. */
  iters?: number;
  /** Steepness that still diffuses, as a fraction of the range of the trace, from 0 to 1; default 0.15. */
  kappa?: number;
  /** Share of the flow in one step, from 0 to 1; above 0.5 the scheme may swing; default 0.25. */
  gamma?: number;
  /** Room for the result; may be the traces' own values. */
  out?: Float64Array;
}

/** Steps of the table for 1 of the exponent: what is left, at most half of one, needs five terms for 1e-14. */
const STEPS = 128;
/** Where exp(-40) = 4e-18 is below the last digit of the trace. */
const LAST_STEP = 40 * STEPS;
const EXPONENTIALS = Float64Array.from({ length: LAST_STEP + 1 }, (_, step) => Math.exp(-step / STEPS));

/**
 * Smooths traces and keeps their steps: diffusion that is slow where the trace is steep.
 *
 * Nothing flows out at the ends, so the sum of every trace stays.
 *
 * @param traces [neuron, frame] or [frame], any unit
 * @returns of the same shape; a flat trace, and every trace at kappa 0, as it was
 * @throws {CalciumError} if a parameter is out of its range
 * Source: Perona & Malik 1990, doi 10.1109/34.56205, eq. 7 with exp(-(d/K)^2), along one axis.
 */
export function peronaMalikDiffusion(
  traces: NdArray,
  { iters = 25, kappa = 0.15, gamma = 0.25, out }: PeronaMalikOptions = {},
): NdArray<Float64Array> {
  const where = 'peronaMalikDiffusion';
  requireInteger(`${where} iters`, iters, 1);
  requireNumber(`${where} kappa`, kappa, 'a number from 0 to 1', kappa >= 0 && kappa <= 1);
  requireNumber(`${where} gamma`, gamma, 'a number from 0 to 1', gamma >= 0 && gamma <= 1);
  const { neurons, frames } = traceAxes(`${where} traces`, traces);
  const result = roomFor(where, traces, out);
  for (let neuron = 0; neuron < neurons; neuron++) {
    const trace = rowOf(traces, neuron, frames);
    const { least, most } = extremes(trace);
    const steepness = kappa * (most - least);
    if (steepness > 0) diffuse(trace, iters, steepness, gamma);
    result.values.set(trace, neuron * frames);
  }
  return result;
}

function diffuse(trace: Float64Array, iters: number, steepness: number, gamma: number): void {
  const last = trace.length - 1;
  const scale = Math.sqrt(STEPS) / steepness;
  for (let iter = 0; iter < iters; iter++) {
    let inflow = 0;
    let here = trace[0]!;
    for (let frame = 0; frame < last; frame++) {
      const next = trace[frame + 1]!;
      const step = next - here;
      const outflow = step * exponential((step * scale) ** 2);
      trace[frame] = here + gamma * (outflow - inflow);
      inflow = outflow;
      here = next;
    }
    trace[last]! -= gamma * inflow;
  }
}

/** exp(-y / STEPS) of y from 0 on: the nearest of a table by what is left of its series; a third of the time of Math.exp. */
function exponential(y: number): number {
  if (!(y < LAST_STEP)) return 0;
  const nearest = Math.trunc(y + 0.5);
  const rest = (nearest - y) / STEPS;
  return EXPONENTIALS[nearest]! * (1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest * (1 / 24)))));
}
