import { createRandom } from '#simulation/random.ts';

export interface SimulatedTraces {
  /** [neuron, frame] counts. */
  counts: Float64Array;
  /** Per neuron the frames in which it fired, ascending, first frame that shows it. */
  onsets: number[][];
  /** [neuron, frame] dF/F without noise and bleaching. */
  truth: Float64Array;
}

export interface TraceOptions {
  seed: number;
  neurons: number;
  frames: number;
  fps: number;
  /** Transients a second of a neuron. */
  rateHz: number;
  /** Of a single frame, dF/F. */
  noise: number;
  /** Of the light, over the whole of the frames. */
  bleached: number;
  /** s; default 0.05. */
  riseS?: number;
  /** s; default 0.7. */
  decayS?: number;
}

/** Mean dF/F of a transient at its peak; they vary by a third. */
const AMPLITUDE = 0.5;

/** Counts of neurons that fire at random: a calcium kernel for each transient, bleaching and camera noise over it. */
export function simulateTraces(options: TraceOptions): SimulatedTraces {
  const { seed, neurons, frames, fps, rateHz, noise, bleached, riseS = 0.05, decayS = 0.7 } = options;
  const random = createRandom(seed);
  const counts = new Float64Array(neurons * frames);
  const truth = new Float64Array(neurons * frames);
  const onsets: number[][] = [];
  const peakS = riseS * Math.log(1 + decayS / riseS);
  const peak = (1 - Math.exp(-peakS / riseS)) * Math.exp(-peakS / decayS);
  for (let neuron = 0; neuron < neurons; neuron++) {
    const light = 200 * (1 + random.uniform());
    const fired: number[] = [];
    for (let timeS = -Math.log(1 - random.uniform()) / rateHz; timeS * fps < frames - 1; ) {
      const amplitude = AMPLITUDE * Math.exp(0.33 * random.normal());
      const first = Math.ceil(timeS * fps);
      fired.push(first);
      for (let frame = first; frame < Math.min(frames, first + 10 * decayS * fps); frame++) {
        const ageS = frame / fps - timeS;
        truth[neuron * frames + frame]! +=
          (amplitude / peak) * (1 - Math.exp(-ageS / riseS)) * Math.exp(-ageS / decayS);
      }
      timeS -= Math.log(1 - random.uniform()) / rateHz;
    }
    onsets.push(fired);
    for (let frame = 0; frame < frames; frame++) {
      const bleach = 1 - (bleached * (1 - Math.exp((-3 * frame) / frames))) / (1 - Math.exp(-3));
      const at = neuron * frames + frame;
      counts[at] = light * (bleach * (1 + truth[at]!) + noise * random.normal());
    }
  }
  return { counts, onsets, truth };
}
