import { z } from 'zod';
import { cellsOf } from '#protocol/cell-map.ts';
import { defineCalciumStage } from './define.ts';
import { sigmaPerNoise } from './running-noise.ts';

/** Pools kept beside those of the window, for merges that reach back. */
const SPARE_POOLS = 16;

interface Oasis {
  capacity: number;
  /** [cell, pool] s, dF/F at its start and weight, in rings. */
  startS: Float64Array;
  value: Float64Array;
  weight: Float64Array;
  /** [cell] place of the newest pool in its ring, and how many there are. */
  newest: Int32Array;
  pools: Int32Array;
  /** [cell] running median of dF/F, and frames it is of. */
  rest: Float64Array;
  frames: Int32Array;
  lastS: number;
  halfFrameS: number;
  sigmaPerNoise: number;
}

/**
 * Events a second of the last moment, by deconvolution: dF/F is taken for a sum of jumps, each followed by a decay.
 *
 * Each stretch of one decay is a pool of frames; a frame that is not a jump above it joins the last one. What jumped
 * within `windowS` is told over that time and over the jump of one event: jumps are counted as they are seen now,
 * though the next frame may move or join them. NaN where dF/F or its noise is not known.
 */
export const oasis = defineCalciumStage({
  name: 'oasis',
  title: 'Deconvolution',
  source:
    'OASIS, Friedrich et al. 2017, doi 10.1371/journal.pcbi.1005423, AR(1) with a least jump. Differs: decays by the times of the frames; dF/F at rest is its running median.',
  params: z.object({
    decayS: z.number().min(0.01).max(60).default(0.7).meta({
      title: 'Decay',
      unit: 's',
      description: 'Time constant of the decay of an event.',
    }),
    leastSigma: z.number().min(0).max(100).default(4).meta({
      title: 'Least jump',
      description: 'Standard deviations of the noise of a frame below which no jump is seen.',
    }),
    eventDff: z.number().min(0.0001).max(1000).default(0.2).meta({
      title: 'Jump of an event',
      description: 'dF/F that one event adds, as a fraction: a jump of twice as much counts as two.',
    }),
    windowS: z.number().min(0.001).max(10).default(0.2).meta({
      title: 'Moment',
      unit: 's',
      description: 'Time over which jumps are told as a rate.',
    }),
    restS: z.number().min(0.1).max(3600).default(20).meta({
      title: 'Rest',
      unit: 's',
      description: 'How fast dF/F at rest follows when it changes.',
    }),
  }),
  reads: ['dff', 'noise'],
  writes: ['rate'],

  start({ fps, map }, { windowS }): Oasis {
    const cells = cellsOf(map).length;
    const capacity = Math.ceil(windowS * fps) + SPARE_POOLS;
    return {
      capacity,
      startS: new Float64Array(cells * capacity),
      value: new Float64Array(cells * capacity),
      weight: new Float64Array(cells * capacity),
      newest: new Int32Array(cells),
      pools: new Int32Array(cells),
      rest: new Float64Array(cells),
      frames: new Int32Array(cells),
      lastS: Number.NaN,
      halfFrameS: 0.5 / fps,
      sigmaPerNoise: sigmaPerNoise(fps),
    };
  },

  step({ timeS, columns: { dff, noise, rate } }, state, { decayS, leastSigma, eventDff, windowS, restS }) {
    const passedS = Number.isNaN(state.lastS) ? 0 : timeS - state.lastS;
    state.lastS = timeS;
    // A jump is told in as many frames as fit, not in one more by the rounding of a time.
    const sinceS = timeS - windowS + state.halfFrameS;
    for (let cell = 0; cell < dff.length; cell++) {
      const sigma = state.sigmaPerNoise * noise[cell]!;
      rate[cell] = Number.NaN;
      if (Number.isNaN(dff[cell]!) || Number.isNaN(sigma)) continue;
      const above = dff[cell]! - restOf(state, cell, dff[cell]!, sigma, passedS / restS);
      addPool(state, cell, timeS, above);
      mergePools(state, cell, leastSigma * sigma, decayS);
      rate[cell] = jumpsSince(state, cell, sinceS, decayS) / (eventDff * windowS);
    }
  },
});

/** Running median: a share of the noise up or down, at first as large as that of a mean of few. */
function restOf({ rest, frames }: Oasis, cell: number, value: number, sigma: number, share: number): number {
  const count = ++frames[cell]!;
  if (count === 1) rest[cell] = value;
  else {
    // A step of one sigma moves the median of a normal distribution by 0.8 of the way.
    rest[cell]! += 1.25 * sigma * Math.max(share, 1 / count) * Math.sign(value - rest[cell]!);
  }
  return rest[cell]!;
}

function addPool(state: Oasis, cell: number, timeS: number, value: number): void {
  const { capacity } = state;
  state.newest[cell] = (state.newest[cell]! + 1) % capacity;
  state.pools[cell] = Math.min(capacity, state.pools[cell]! + 1);
  const at = cell * capacity + state.newest[cell]!;
  state.startS[at] = timeS;
  state.value[at] = value;
  state.weight[at] = 1;
}

/** Joins the newest pool to the one before it as long as it is not a jump above its decay. */
function mergePools(state: Oasis, cell: number, leastJump: number, decayS: number): void {
  const { capacity, startS, value, weight, newest, pools } = state;
  while (pools[cell]! > 1) {
    const at = cell * capacity + newest[cell]!;
    const before = cell * capacity + ((newest[cell]! + capacity - 1) % capacity);
    const left = Math.exp((startS[before]! - startS[at]!) / decayS);
    if (value[at]! - left * value[before]! >= leastJump) return;
    const joined = weight[before]! + left * left * weight[at]!;
    value[before] = (weight[before]! * value[before]! + left * weight[at]! * value[at]!) / joined;
    weight[before] = joined;
    newest[cell] = (newest[cell]! + capacity - 1) % capacity;
    pools[cell]!--;
  }
}

/** dF/F of all jumps after a time. */
function jumpsSince(state: Oasis, cell: number, sinceS: number, decayS: number): number {
  const { capacity, startS, value, newest, pools } = state;
  let jumps = 0;
  for (let back = 0; back + 1 < pools[cell]!; back++) {
    const at = cell * capacity + ((newest[cell]! + capacity - back) % capacity);
    if (startS[at]! <= sinceS) break;
    const before = cell * capacity + ((newest[cell]! + capacity - back - 1) % capacity);
    jumps += value[at]! - value[before]! * Math.exp((startS[before]! - startS[at]!) / decayS);
  }
  return jumps;
}
