import { requireInteger, requirePositive } from './calcium-error.ts';
import { axesOf, type NdArray } from './nd-array.ts';
import { mean, populationStd } from './statistics.ts';

/** Fewest intervals whose spread says how irregular a neuron is. */
const LEAST_INTERVALS = 4;

/** How often and how regularly the neurons of a network spike. */
export interface SpikeStatistics {
  /** [neuron] Hz */
  ratesHz: Float64Array;
  /** Standard deviation over mean of the times between spikes, of each neuron with at least 4 of them. */
  cvOfIntervals: Float64Array;
  /** [bin of 5 ms] mean rate of all neurons, Hz. */
  populationRateHz: Float64Array;
}

const BIN_S = 5e-3;

/**
 * Statistics of spikes from a time on.
 *
 * @param spikes [spike, 2] step and neuron, in the order of steps
 * @param neurons number of them
 * @param dt of a step, s
 * @param seconds simulated time
 * @param fromS what is before it is left out, s
 * @throws {CalciumError} if the spikes have other axes or nothing is left of the time
 */
export function spikeStatistics(
  spikes: NdArray,
  neurons: number,
  dt: number,
  seconds: number,
  fromS = 0,
): SpikeStatistics {
  requireInteger('spikeStatistics neurons', neurons, 1);
  requirePositive('spikeStatistics dt', dt);
  requirePositive('spikeStatistics seconds after fromS', seconds - fromS);
  const [count] = axesOf('spikeStatistics spikes', spikes, ['spike', 'step and neuron']);
  const first = Math.round(fromS / dt);
  const stepsOfBin = Math.round(BIN_S / dt);
  const bins = new Float64Array(Math.round((seconds - fromS) / BIN_S));
  const stepsOf = Array.from({ length: neurons }, (): number[] => []);
  for (let spike = 0; spike < count!; spike++) {
    const step = spikes.values[2 * spike]! - first;
    if (step < 0) continue;
    stepsOf[spikes.values[2 * spike + 1]!]!.push(step);
    const bin = Math.floor(step / stepsOfBin);
    if (bin < bins.length) bins[bin]!++;
  }
  const intervals = stepsOf.map((steps) => steps.slice(1).map((step, index) => (step - steps[index]!) * dt));
  return {
    ratesHz: Float64Array.from(stepsOf, (steps) => steps.length / (seconds - fromS)),
    cvOfIntervals: Float64Array.from(
      intervals.filter((times) => times.length >= LEAST_INTERVALS),
      (times) => populationStd(times) / mean(times),
    ),
    populationRateHz: bins.map((spikesInBin) => spikesInBin / (neurons * BIN_S)),
  };
}
