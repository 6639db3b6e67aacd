import { z } from 'zod';
import { defineStage } from './define.ts';
import { median } from './median.ts';

const BACKGROUNDS = ['none', 'mean', 'median'] as const;

/**
 * First guess of the center: the mean position of the light.
 *
 * With a background, the mean or median of the ROI is subtracted and what remains counts by its absolute
 * value, so that dark rings attract as bright ones do. NaN where nothing remains or a pixel is NaN.
 */
export const centerOfMass = defineStage({
  name: 'center-of-mass',
  title: 'Center of mass',
  source: 'MagTrack 0.7.3 center_of_mass. Differs: integer pixels are welcome.',
  params: z.object({
    background: z.enum(BACKGROUNDS).default('none').meta({
      title: 'Background',
      description: 'Level of the ROI that is subtracted before the absolute value is taken.',
    }),
  }),
  reads: [],
  writes: ['center'],

  reference(bead, { background }) {
    const { pixels, size } = bead;
    const level = background === 'none' ? 0 : background === 'mean' ? mean(pixels) : median(pixels);
    let mass = 0;
    let xMoment = 0;
    let yMoment = 0;
    for (let row = 0; row < size; row++) {
      let rowMass = 0;
      for (let column = 0; column < size; column++) {
        const counts = pixels[row * size + column]!;
        const weight = background === 'none' ? counts : Math.abs(counts - level);
        rowMass += weight;
        xMoment += weight * column;
      }
      mass += rowMass;
      yMoment += rowMass * row;
    }
    bead.xPx = mass === 0 ? Number.NaN : xMoment / mass;
    bead.yPx = mass === 0 ? Number.NaN : yMoment / mass;
  },

  constants: ({ background }) => ({ centerOfMassBackground: BACKGROUNDS.indexOf(background) }),
});

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
