import { createRandom, type Random } from './random.ts';
import { createSpikeTrains, type SpikeTrainParams } from './spike-trains.ts';

/** How the light of cells, and of what lies between them, changes. */
export interface CalciumCourseParams extends SpikeTrainParams {
  /** Frames a second. */
  fps: number;
  /** Time constants of the rise and the decay of calcium after a spike, s; the rise is the shorter. */
  riseS: number;
  decayS: number;
  /** dF/F at the peak after one spike. */
  amplitude: number;
  /** dF/F that no calcium exceeds; half of it is reached where it would be exceeded without. None when absent. */
  saturation?: number | undefined;
  /** Share of all light that is lost in a second. */
  bleachingPerS: number;
  /** Farthest that the scene moves along x and along y. */
  motionPx: number;
}

/** One frame after the other; the arrays are written over. */
export interface CalciumCourse {
  /** [cell] dF/F of this frame. */
  readonly dff: Float64Array;
  /** [cell] spikes since the frame before. */
  readonly spikes: Uint16Array;
  /** Light between the cells in this frame, before bleaching; 1 on average. */
  readonly neuropil: number;
  /** What bleaching has left of all light. */
  readonly left: number;
  /** How far the scene is from where it began, px along x and y. */
  readonly shiftPx: readonly [number, number];
  /** Goes on to the next frame. */
  advance(): void;
}

/** Decay times before frame 0, so that its calcium is as usual. */
const DECAYS_BEFORE = 6;
const NEUROPIL_SD = 0.15;
const NEUROPIL_MEMORY_S = 5;
const MEMORIES_BEFORE = 6;
/** Standard deviation of the motion after one second, of its farthest. */
const MOTION_PER_ROOT_S = 0.3;

/**
 * The course of a calcium scene, at frame 0. It depends on the number of the frame alone, to the last bit: whoever
 * shows only some of the frames advances through all of them.
 */
export function createCalciumCourse(params: CalciumCourseParams): CalciumCourse {
  const { fps, bleachingPerS, motionPx, seed } = params;
  const calcium = createCalcium(params);
  const random = createRandom(seed + 1);
  const wander = createWander(fps * NEUROPIL_MEMORY_S, random);
  let frame = 0;
  const shiftPx: [number, number] = [0, 0];
  const step = (MOTION_PER_ROOT_S * motionPx) / Math.sqrt(fps);
  return {
    dff: calcium.dff,
    spikes: calcium.spikes,
    get neuropil() {
      return Math.max(0, 1 + NEUROPIL_SD * wander.value);
    },
    get left() {
      return (1 - bleachingPerS) ** (frame / fps);
    },
    shiftPx,
    advance() {
      frame++;
      calcium.advance();
      wander.advance();
      for (const axis of [0, 1] as const) shiftPx[axis] = walk(shiftPx[axis], step, motionPx, random);
    },
  };
}

/** Smooth noise of standard deviation 1: chance that is low-passed twice, with a memory of so many frames. */
function createWander(frames: number, random: Random) {
  const keep = Math.exp(-1 / frames);
  const kick = Math.sqrt(2 * (1 - keep * keep));
  let rough = 0;
  const wander = {
    value: 0,
    advance() {
      rough = keep * rough + kick * random.normal();
      wander.value += (1 - keep) * (rough - wander.value);
    },
  };
  for (let ahead = 0; ahead < MEMORIES_BEFORE * frames; ahead++) wander.advance();
  return wander;
}

/** A random step, reflected at the farthest. */
function walk(from: number, step: number, farthest: number, random: Random): number {
  const to = from + step * random.normal();
  if (Math.abs(to) <= farthest) return to;
  return Math.max(-farthest, Math.min(farthest, Math.sign(to) * 2 * farthest - to));
}

/** Calcium of every cell by two exponentials, exact at the times of the frames. */
function createCalcium(params: CalciumCourseParams) {
  const { cells, fps, riseS, decayS, amplitude, saturation = Number.POSITIVE_INFINITY } = params;
  const { periodS, times } = createSpikeTrains(params);
  const peakS = (Math.log(decayS / riseS) * decayS * riseS) / (decayS - riseS);
  const scale = amplitude / (Math.exp(-peakS / decayS) - Math.exp(-peakS / riseS));
  const [keepDecay, keepRise] = [Math.exp(-1 / (fps * decayS)), Math.exp(-1 / (fps * riseS))];
  const decaying = new Float64Array(cells);
  const rising = new Float64Array(cells);
  const dff = new Float64Array(cells);
  const spikes = new Uint16Array(cells);
  // Of the spikes that come next, and how often the trains have begun anew.
  const next = new Uint32Array(cells);
  const rounds = new Float64Array(cells);
  const before = Math.ceil(DECAYS_BEFORE * decayS * fps);
  let steps = 0;

  const advance = () => {
    const nowS = ++steps / fps;
    for (let cell = 0; cell < cells; cell++) {
      let decay = decaying[cell]! * keepDecay;
      let rise = rising[cell]! * keepRise;
      let count = 0;
      const train = times[cell]!;
      for (let timeS = 0; train.length > 0; count++) {
        timeS = rounds[cell]! * periodS + train[next[cell]!]!;
        if (timeS > nowS) break;
        decay += scale * Math.exp((timeS - nowS) / decayS);
        rise += scale * Math.exp((timeS - nowS) / riseS);
        if (++next[cell]! === train.length) {
          next[cell] = 0;
          rounds[cell]!++;
        }
      }
      decaying[cell] = decay;
      rising[cell] = rise;
      spikes[cell] = count;
      const free = decay - rise;
      dff[cell] = free / (1 + free / saturation);
    }
  };
  for (let ahead = 0; ahead < before; ahead++) advance();
  return { dff, spikes, advance };
}
