import { z } from 'zod';
import { cellsOf } from '#protocol/cell-map.ts';
import { defineCalciumStage } from './define.ts';
import { RunningMedian } from './running-median.ts';

interface RunningNoise {
  steps: RunningMedian;
  /** [cell] dF/F of the last frame; NaN where it was not known. */
  last: Float64Array;
  lastId: number;
  toPercent: number;
}

/**
 * Noise of dF/F that does not depend on the frame rate: 100 median |difference of neighbors| / sqrt(frame rate), % per
 * sqrt(Hz), of the last seconds.
 *
 * Frames beside a missing one are no neighbors. NaN until 15 differences are known.
 */
export const runningNoise = defineCalciumStage({
  name: 'running-noise',
  title: 'Running noise',
  source:
    'Rupprecht et al. 2021, doi 10.1038/s41593-021-00895-5. Differs: the median follows each difference by a small step up or down.',
  params: z.object({
    memoryS: z.number().min(0.1).max(3600).default(20).meta({
      title: 'Memory',
      unit: 's',
      description: 'How fast the noise follows when it changes: two thirds of the way in this time.',
    }),
  }),
  reads: ['dff'],
  writes: ['noise'],

  start({ fps, map }, { memoryS }): RunningNoise {
    const cells = cellsOf(map).length;
    return {
      steps: new RunningMedian(cells, memoryS * fps),
      last: new Float64Array(cells).fill(Number.NaN),
      lastId: Number.NaN,
      toPercent: 100 / Math.sqrt(fps),
    };
  },

  step({ id, columns: { dff, noise } }, state) {
    const { steps, last, toPercent } = state;
    const isNext = id === state.lastId + 1;
    state.lastId = id;
    for (let cell = 0; cell < dff.length; cell++) {
      const value = dff[cell]!;
      if (isNext) steps.take(cell, Math.abs(value - last[cell]!));
      last[cell] = value;
      noise[cell] = toPercent * steps.medians[cell]!;
    }
  },
});

/** The median of |a - b| of two normal numbers is 0.6745 sqrt(2) of their standard deviation. */
export function sigmaPerNoise(fps: number): number {
  return Math.sqrt(fps) / (100 * 0.6744897501960817 * Math.SQRT2);
}
