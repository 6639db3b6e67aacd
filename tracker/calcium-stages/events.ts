import { z } from 'zod';
import { cellsOf } from '#protocol/cell-map.ts';
import { defineCalciumStage } from './define.ts';
import { sigmaPerNoise } from './running-noise.ts';

interface Events {
  /** [cell] averages of dF/F; NaN where it was not known in the last frame. */
  fast: Float64Array;
  slow: Float64Array;
  /** [cell] s, camera time of the last event. */
  lastEventS: Float64Array;
  lastS: number;
  /** Variance of the fast average for frames of variance 1. */
  spread: number;
  sigmaPerNoise: number;
}

/**
 * Onsets of transients as they happen: a fast average that rises above a slow one by more than its noise allows.
 *
 * The slow average falls sooner than it rises and keeps up with the fast one while no new event is looked for. So a
 * transient that outlasts this time is not told twice, and one upon the decay of another is found.
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
      spread: 1,
      sigmaPerNoise: sigmaPerNoise(fps),
    };
  },

  step({ timeS, columns: { dff, noise }, event }, state, { fastS, slowS, fallS, k, refractoryS }) {
    const { fast, slow, lastEventS } = state;
    const passedS = timeS - state.lastS;
    state.lastS = timeS;
    const toFast = 1 - Math.exp(-passedS / fastS);
    const toSlow = 1 - Math.exp(-passedS / slowS);
    const toFall = 1 - Math.exp(-passedS / fallS);
    // After a gap the fast average is little more than one frame, as noisy as that.
    state.spread = toFast ** 2 + (1 - toFast) ** 2 * state.spread;
    const perNoise = k * Math.sqrt(state.spread) * state.sigmaPerNoise;
    for (let cell = 0; cell < dff.length; cell++) {
      const value = dff[cell]!;
      if (Number.isNaN(value) || Number.isNaN(fast[cell]!)) {
        fast[cell] = value;
        slow[cell] = value;
        continue;
      }
      fast[cell]! += toFast * (value - fast[cell]!);
      const above = fast[cell]! - slow[cell]!;
      let isResting = timeS - lastEventS[cell]! < refractoryS;
      if (!isResting && above > perNoise * noise[cell]!) {
        event[cell] = 1;
        lastEventS[cell] = timeS;
        isResting = true;
      }
      slow[cell]! += (isResting ? toFast : above < 0 ? toFall : toSlow) * above;
    }
  },
});
