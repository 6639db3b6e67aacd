import { z } from 'zod';
import { defineStage } from './define.ts';
import { median } from './median.ts';

const BACKGROUNDS = ['none', 'mean', 'median', 'threshold'] as const;

/**
 * First guess of the center: the mean position of the light.
 *
 * With a background, the mean or median of the ROI is subtracted and what remains counts by its absolute
 * value, so that dark rings attract as bright ones do. `threshold` also leaves out what is within k standard
 * deviations of the mean: the noise of the background, which pulls towards the middle of the ROI.
 * NaN where nothing remains or a pixel is NaN.
 */
export const centerOfMass = defineStage({
  name: 'center-of-mass',
  title: 'Center of mass',
  source:
    'MagTrack 0.7.3 center_of_mass. Differs: integer pixels are welcome. threshold: the first guess of Cnossen et al. 2014, doi:10.1063/1.4898178.',
  params: z.object({
    background: z.enum(BACKGROUNDS).default('none').meta({
      title: 'Background',
      description: 'Level of the ROI that is subtracted before the absolute value is taken.',
    }),
    k: z.number().min(0).max(10).default(1).meta({
      title: 'Threshold',
      description: 'With threshold: standard deviations of the ROI that a pixel must be away from its mean.',
    }),
    absolute: z.boolean().default(true).meta({
      title: 'Dark light',
      description:
        'Whether what is darker than the background counts as what is brighter does, or not at all.',
    }),
  }),
  reads: [],
  writes: ['center'],

  reference(bead, { background, k, absolute }) {
    const { pixels, size } = bead;
    const level = background === 'none' ? 0 : background === 'median' ? median(pixels) : mean(pixels);
    const least = background === 'threshold' ? k * deviation(pixels, level) : 0;
    const subtracts = background !== 'none';
    const folds = subtracts && absolute;
    let mass = 0;
    let xMoment = 0;
    let yMoment = 0;
    for (let row = 0; row < size; row++) {
      let rowMass = 0;
      for (let column = 0; column < size; column++) {
        const above = pixels[row * size + column]! - level;
        const excess = (folds ? Math.abs(above) : above) - least;
        // The positive part, without a branch that no processor can guess.
        const weight = subtracts ? (excess + Math.abs(excess)) / 2 : above;
        rowMass += weight;
        xMoment += weight * column;
      }
      mass += rowMass;
      yMoment += rowMass * row;
    }
    bead.xPx = mass === 0 ? Number.NaN : xMoment / mass;
    bead.yPx = mass === 0 ? Number.NaN : yMoment / mass;
  },

  constants: ({ background, k, absolute }) => ({
    centerOfMassBackground: BACKGROUNDS.indexOf(background),
    centerOfMassK: k,
    centerOfMassAbsolute: Number(absolute),
  }),
});

function mean(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

function deviation(values: Float64Array, from: number): number {
  let squares = 0;
  for (let index = 0; index < values.length; index++) {
    const deviation = values[index]! - from;
    squares += deviation * deviation;
  }
  return Math.sqrt(squares / values.length);
}
