import { requireInteger, requirePositive } from './calcium-error.ts';
import { axesOf, type NdArray, zeros } from './nd-array.ts';
import type { NumpyRandom } from './numpy-random.ts';

/** Leaky integrate-and-fire neurons with double-exponential synapses. */
export interface NetworkParams {
  /** Step, s; default 5e-5. */
  dt?: number;
  /** Time after a spike without integration, s; default 0.002. */
  tref?: number;
  /** Membrane time constant, s; default 0.01. */
  tm?: number;
  /** Potential after a spike, mV; default -65. */
  vreset?: number;
  /** Potential that makes a spike, mV; default -40. */
  vpeak?: number;
  /** Decay of the synapses, s; default 0.02. */
  td?: number;
  /** Rise of the synapses, s; default 0.002. */
  tr?: number;
  /** What is left of the rise after a step; exp(-dt / tr) when absent. NumPy's may differ in its last digit. */
  decayTr?: number;
  /** What is left of the decay after a step; exp(-dt / td) when absent. */
  decayTd?: number;
  /** Constant drive, mV; default -40. */
  offset?: number;
  /** Neurons whose potential is recorded, from the first on; default 10. */
  recorded?: number;
}

/** Potential shown for a spike, mV. */
const SPIKE_MV = 30;

/** What a network did. */
export interface NetworkRun {
  /** [step, neuron] mV of the recorded neurons; a spike shows as 30 mV. */
  recording: NdArray<Float64Array>;
  /** [spike, 2] step and neuron, in the order of steps, then neurons. */
  spikes: NdArray<Uint32Array>;
}

/**
 * Weights and first potentials of a balanced network: sparse normal weights, those into each neuron adding up to 0.
 *
 * @param neurons number of them
 * @param random drawn from as the blog's program does, in its order
 * @param params `g` strength of the weights (0.04), `p` share of pairs connected (0.1), `vreset` mV (-65)
 * @returns `w` [to, from] mV s and `v0` [neuron] mV, evenly between the reset and 30 mV
 * @throws {CalciumError} if there are no neurons
 */
export function createBalancedNetwork(
  neurons: number,
  random: Pick<NumpyRandom, 'rand' | 'randn'>,
  { g = 0.04, p = 0.1, vreset = -65 }: { g?: number; p?: number; vreset?: number } = {},
): { w: NdArray<Float64Array>; v0: Float64Array } {
  requireInteger('createBalancedNetwork neurons', neurons, 1);
  const w = zeros([neurons, neurons]);
  const { values } = w;
  for (let at = 0; at < values.length; at++) values[at] = g * random.randn();
  const scale = Math.sqrt(neurons) * p;
  for (let at = 0; at < values.length; at++) values[at] = random.rand() < p ? values[at]! / scale : 0;
  for (let to = 0; to < neurons; to++) {
    const row = values.subarray(to * neurons, (to + 1) * neurons);
    let sum = 0;
    let count = 0;
    for (const weight of row) {
      sum += weight;
      if (weight !== 0) count++;
    }
    for (let from = 0; from < neurons; from++) if (row[from] !== 0) row[from]! -= sum / count;
  }
  const v0 = Float64Array.from({ length: neurons }, () => vreset + (SPIKE_MV - vreset) * random.rand());
  return { w, v0 };
}

/**
 * Runs a network from given weights and potentials, by Euler steps in float64.
 *
 * Whether a potential reaches its peak is decided by rounding, so the order of the operations is part of the result.
 *
 * @param w [to, from] mV s
 * @param v0 [neuron] mV
 * @param seconds simulated time
 * @throws {CalciumError} if the weights are not square, or not as many as the potentials, or a time is not above 0
 */
export function runSpikingNetwork(
  w: NdArray,
  v0: Float64Array,
  seconds: number,
  params: NetworkParams = {},
): NetworkRun {
  const { dt = 5e-5, tref = 2e-3, tm = 0.01, vreset = -65, vpeak = -40 } = params;
  const { td = 0.02, tr = 2e-3, offset = -40, recorded = 10 } = params;
  for (const [name, value] of Object.entries({ seconds, dt, tm, td, tr })) {
    requirePositive(`runSpikingNetwork ${name}`, value);
  }
  const neurons = v0.length;
  axesOf('runSpikingNetwork w', { shape: [neurons, neurons], values: w.values }, ['to', 'from']);
  // Spiking neurons are columns of the weights: turned over, what each sends lies together.
  const sent = transposed(w.values, neurons);
  const steps = Math.round(seconds / dt);
  const shown = Math.min(recorded, neurons);
  const recording = zeros([steps, shown]);
  const spikes: number[] = [];
  const [decayTr, decayTd, perSpike] = [
    params.decayTr ?? Math.exp(-dt / tr),
    params.decayTd ?? Math.exp(-dt / td),
    tr * td,
  ];
  const v = v0.slice();
  const [current, rise, input, lastSpike] = Array.from({ length: 4 }, () => new Float64Array(neurons)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let step = 0; step < steps; step++) {
    const now = dt * step;
    input.fill(0);
    let spiking = 0;
    for (let neuron = 0; neuron < neurons; neuron++) {
      if (now > lastSpike[neuron]! + tref) {
        v[neuron]! += dt * ((-v[neuron]! + (current[neuron]! + offset)) / tm);
      }
      if (v[neuron]! < vpeak) continue;
      spikes.push(step, neuron);
      spiking++;
      lastSpike[neuron]! += now - lastSpike[neuron]!;
      const start = neuron * neurons;
      for (let to = 0; to < neurons; to++) input[to]! += sent[start + to]!;
    }
    for (let neuron = 0; neuron < neurons; neuron++) {
      current[neuron] = current[neuron]! * decayTr + rise[neuron]! * dt;
      rise[neuron] = rise[neuron]! * decayTd + (spiking > 0 ? input[neuron]! / perSpike : 0);
      const isSpike = v[neuron]! >= vpeak;
      if (isSpike) v[neuron]! += SPIKE_MV - v[neuron]!;
      if (neuron < shown) recording.values[step * shown + neuron] = v[neuron]!;
      if (isSpike) v[neuron]! += vreset - v[neuron]!;
    }
  }
  return { recording, spikes: { shape: [spikes.length / 2, 2], values: Uint32Array.from(spikes) } };
}

function transposed(values: ArrayLike<number>, size: number): Float64Array {
  const turned = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) turned[column * size + row] = values[row * size + column]!;
  }
  return turned;
}
