import { z } from 'zod';
import { defineCalciumStage } from './define.ts';

/** Change of fluorescence over the baseline of the moment, (F - F0) / F0; NaN where F0 is not above 0 or not known. */
export const deltaF = defineCalciumStage({
  name: 'delta-f',
  title: 'dF/F',
  source:
    'CalSciPy 0.3.1 calculate_dfof. Differs: F0 is that of the moment, not of the whole trace, so bleaching is gone.',
  params: z.object({
    offset: z.number().min(0).max(1e6).default(0).meta({
      title: 'Offset',
      unit: 'counts',
      description: 'Added to every baseline, for traces that are near or below 0.',
    }),
  }),
  reads: ['counts', 'baseline'],
  writes: ['dff'],

  start: () => null,

  step({ columns }, _, { offset }) {
    const { counts, baseline, dff } = columns;
    for (let cell = 0; cell < dff.length; cell++) {
      const level = baseline[cell]! + offset;
      dff[cell] = level > 0 ? (counts[cell]! - level) / level : Number.NaN;
    }
  },
});
