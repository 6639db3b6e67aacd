import { createNumpyRandom } from '#calcium/numpy-random.ts';
import { createBalancedNetwork, runSpikingNetwork } from '#calcium/spiking-network.ts';
import { createRandom } from './random.ts';

/** Where spikes come from: neurons that drive and inhibit one another, or chance alone. */
export const SPIKE_SOURCES = ['network', 'poisson'] as const;

export interface SpikeTrainParams {
  cells: number;
  source: (typeof SPIKE_SOURCES)[number];
  /** Mean rate of a cell; of `network`, of all cells together. */
  rateHz: number;
  seed: number;
}

/** Spikes of cells, which begin anew after a period. */
export interface SpikeTrains {
  periodS: number;
  /** [cell] times from 0 to below the period, rising, s */
  times: Float64Array[];
}

/** Of a cell in one period. */
const SPIKES_OF_PERIOD = 200;
/** Smaller networks than this fall silent or into step, depending on their seed. */
const LEAST_NEURONS = 400;
const NETWORK_S = 10;
/** All neurons start together: what follows is not yet balanced. */
const SETTLING_S = 0.1;
const DT_S = 5e-5;

/**
 * Spikes of cells that go on for as long as is asked.
 *
 * Balanced networks fire 18 times a second, faster than calcium decays: their time is stretched to the rate asked
 * for, which keeps the order, the correlations and the irregularity of their spikes.
 */
export function createSpikeTrains(params: SpikeTrainParams): SpikeTrains {
  return params.source === 'network' ? networkTrains(params) : poissonTrains(params);
}

function networkTrains({ cells, rateHz, seed }: SpikeTrainParams): SpikeTrains {
  const neurons = Math.max(LEAST_NEURONS, cells);
  const { w, v0 } = createBalancedNetwork(neurons, createNumpyRandom(seed >>> 0));
  const { spikes } = runSpikingNetwork(w, v0, SETTLING_S + NETWORK_S, { dt: DT_S, recorded: 0 });
  const found: number[][] = Array.from({ length: cells }, () => []);
  for (let at = 0; at < spikes.values.length; at += 2) {
    const timeS = spikes.values[at]! * DT_S - SETTLING_S;
    if (timeS >= 0 && timeS < NETWORK_S) found[spikes.values[at + 1]!]?.push(timeS);
  }
  const count = found.reduce((sum, times) => sum + times.length, 0);
  const stretch = count / (cells * NETWORK_S * rateHz);
  return {
    periodS: NETWORK_S * stretch,
    times: found.map((times) => Float64Array.from(times, (timeS) => timeS * stretch)),
  };
}

function poissonTrains({ cells, rateHz, seed }: SpikeTrainParams): SpikeTrains {
  const random = createRandom(seed);
  const periodS = SPIKES_OF_PERIOD / rateHz;
  const times = Array.from({ length: cells }, () => {
    const count = random.poisson(SPIKES_OF_PERIOD);
    return Float64Array.from({ length: count }, () => periodS * random.uniform()).sort();
  });
  return { periodS, times };
}
