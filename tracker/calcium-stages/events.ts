import { z } from 'zod';
import { cellsOf } from '#protocol/cell-map.ts';
import { defineCalciumStage } from './define.ts';
import { RunningMedian } from './running-median.ts';
import { sigmaPerNoise } from './running-noise.ts';

/** After an event the averages swing by its decay: what is usual for the cell is taken from when this is over. */
const DECAYED_S = 2;
const MEMORY_S = 20;

interface Events {
  /** [cell] averages of dF/F; NaN where it was not known in the last frame. */
  fast: Float64Array;
  slow: Float64Array;
  /** [cell] s, camera time of the last event. */
  lastEventS: Float64Array;
  lastS: number;
  frameS: number;
  /** Variance of the fast average for frames of variance 1. */
  fastVariance: number;
  /** The same of the slow one as a standard deviation; no less than it is. */
  slowDeviation: number;
  sigmaPerNoise: number;
  /** [cell] usual distance of the two averages, dF/F. */
  distances: RunningMedian;
}

/**
 * Onsets of transients as they happen: a fast average that rises above a slow one by more than its noise allows.
 *
 * The slow average falls sooner than it rises and keeps up with the fast one while no new event is looked for. So a
 * transient that outlasts this time is not told twice, and one upon the decay of another is found. Light that wavers
 * by more than the noise from frame to frame, of neuropil or motion, lifts the threshold of its cell.
 */
export const events = defineCalciumStage({
  name: 'events',
  title: 'Events',
  source:
    'Crossing of two moving averages. Differs: the slow one follows a decay at once, and the threshold is in standard deviations of the fast one, so it means the same at every frame rate.',
  params: z.object({
    fastS: z.number().min(0.001).max(10).default(0.08).meta({
      title: 'Fast average',
      unit: 's',
      description: 'Time constant of the average that sees an event.',
    }),
    slowS: z.number().min(0.01).max(100).default(0.6).meta({
      title: 'Slow average',
      unit: 's',
      description: 'Time constant of the average it is compared with, where that rises.',
    }),
    fallS: z.number().min(0.01).max(100).default(0.2).meta({
      title: 'Fall',
      unit: 's',
      description: 'Time constant of the slow average where it falls.',
    }),
    k: z.number().min(0).max(100).default(5).meta({
      title: 'Threshold',
      description: 'Standard deviations of the noise of the fast average that it must be above the slow one.',
    }),
    swings: z.number().min(0).max(100).default(7).meta({
      title: 'Swings',
      description:
        'How many times their usual distance at rest (its median) the averages must be apart, too.',
    }),
    refractoryS: z.number().min(0).max(60).default(0.5).meta({
      title: 'Refractory time',
      unit: 's',
      description: 'After an event, how long no other is told of the cell.',
    }),
  }),
  reads: ['dff', 'noise'],
  writes: ['event'],

  start({ fps, map }): Events {
    const cells = cellsOf(map).length;
    return {
      fast: new Float64Array(cells).fill(Number.NaN),
      slow: new Float64Array(cells).fill(Number.NaN),
      lastEventS: new Float64Array(cells).fill(Number.NEGATIVE_INFINITY),
      lastS: Number.NEGATIVE_INFINITY,
      frameS: 1 / fps,
      fastVariance: 1,
      slowDeviation: 1,
      sigmaPerNoise: sigmaPerNoise(fps),
      distances: new RunningMedian(cells, MEMORY_S * fps),
    };
  },

  step({ timeS, columns: { dff, noise }, event }, state, { fastS, slowS, fallS, k, swings, refractoryS }) {
    const { fast, slow, lastEventS, distances } = state;
    const passedS = timeS - state.lastS;
    state.lastS = timeS;
    const toFast = 1 - Math.exp(-passedS / fastS);
    const toSlow = 1 - Math.exp(-passedS / slowS);
    const toFall = 1 - Math.exp(-passedS / fallS);
    // After a gap the averages are little more than one frame, as noisy as that; the slow one for longer.
    state.fastVariance = toFast ** 2 + (1 - toFast) ** 2 * state.fastVariance;
    const fastDeviation = Math.sqrt(state.fastVariance);
    const toNewest = passedS > 1.5 * state.frameS ? toFall : toSlow;
    state.slowDeviation += toNewest * (fastDeviation - state.slowDeviation);
    const perNoise = k * Math.max(fastDeviation, state.slowDeviation) * state.sigmaPerNoise;
    for (let cell = 0; cell < dff.length; cell++) {
      const value = dff[cell]!;
      if (Number.isNaN(value) || Number.isNaN(fast[cell]!)) {
        fast[cell] = value;
        slow[cell] = value;
        continue;
      }
      fast[cell]! += toFast * (value - fast[cell]!);
      const above = fast[cell]! - slow[cell]!;
      const sinceS = timeS - lastEventS[cell]!;
      let isTold = sinceS < refractoryS;
      if (!isTold && above > perNoise * noise[cell]! && above > swings * distances.medians[cell]!) {
        event[cell] = 1;
        lastEventS[cell] = timeS;
        isTold = true;
      } else if (sinceS >= DECAYED_S) distances.take(cell, Math.abs(above));
      slow[cell]! += (isTold ? toFast : above < 0 ? toFall : toSlow) * above;
    }
  },
});
