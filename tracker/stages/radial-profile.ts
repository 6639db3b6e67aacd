import { z } from 'zod';
import { type BeadState, defineStage } from './define.ts';
import { createCircleSums, MIN_RADIUS_PX, polarGrid, sumCircle } from './polar-samples.ts';
import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

const BINS = ['nearest', 'split', 'interpolate'] as const;

/** A split bin with less than this share of one pixel is empty: what it has is mostly rounding. */
const LEAST_SHARE = 0.01;

const weightOfBin = scratch((radii) => new Float64Array(radii));
const circle = createCircleSums();

const params = z.object({
  bins: z.enum(BINS).default('nearest').meta({
    title: 'Bins',
    description:
      'nearest: a pixel counts in the ring its distance rounds to; split: in its two nearest rings, the nearer the more; interpolate: circles are sampled between pixels.',
  }),
  oversample: z.number().int().min(1).max(8).default(1).meta({
    title: 'Oversampling',
    description: 'Rings per px of radius, for nearest and split.',
    unit: '1/px',
  }),
  radialSteps: z.number().min(0.5).max(8).default(3).meta({
    title: 'Radial steps',
    description: 'Circles per px of radius, for interpolate.',
    unit: '1/px',
  }),
  angularDensity: z.number().min(0.1).max(4).default(0.7).meta({
    title: 'Angular density',
    description: 'Samples per px of the largest circle, for interpolate; smaller circles have as many.',
    unit: '1/px',
  }),
});

type RadialProfileParams = z.output<typeof params>;

/**
 * Mean counts of the rings around the center.
 *
 * `nearest`: bin b holds the pixels whose distance rounds to b / oversample px. It depends on where in its pixel the
 * center lies, which moves z by up to 43 nm. `split` shares a pixel linearly between its two nearest bins, and
 * `interpolate` takes bilinear samples on circles from 1 px to half the ROI; both bring that under 1.5 nm.
 * A Z-LUT must be made by the same method.
 *
 * A bin without a pixel is NaN (bin 0 when the center is a pixel corner; many when oversampled). With a NaN
 * center, bin 0 is the mean of the ROI and the rest NaN, or all NaN for `interpolate`.
 */
export const radialProfile = defineStage({
  name: 'radial-profile',
  title: 'Radial profile',
  source:
    'nearest: MagTrack 0.7.3 radial_profile. interpolate: van Loenhout et al., Biophys. J. 102 (2012) 2362, with the densities of Cnossen et al. 2014, doi:10.1063/1.4898178. Differs: a circle is sampled alike in its four quadrants; where all of it is outside the ROI it is NaN.',
  params,
  reads: ['center'],
  writes: ['profile'],

  reference(bead, chosen) {
    const radii = radiiOf(chosen, bead.size);
    if (bead.profile.length !== radii) bead.profile = new Float64Array(radii);
    if (chosen.bins === 'interpolate') interpolateCircles(bead, chosen);
    else fillRings(bead, chosen);
  },

  constants: (chosen, size) => {
    const { bins, oversample, angularDensity } = chosen;
    const radii = radiiOf(chosen, size);
    const { stepPx, anglesPerQuadrant } = polarGrid(size, radii, angularDensity);
    return {
      radialProfileBins: BINS.indexOf(bins),
      radialProfileOversample: oversample,
      radialProfileRadii: radii,
      radialProfileLeastShare: LEAST_SHARE,
      radialProfileMinRadius: MIN_RADIUS_PX,
      radialProfileStep: stepPx,
      radialProfileAngles: anglesPerQuadrant,
    };
  },

  radii: radiiOf,

  method: ({ bins, oversample, radialSteps, angularDensity }) =>
    bins === 'interpolate' ? { bins, radialSteps, angularDensity } : { bins, oversample },
});

function radiiOf({ bins, oversample, radialSteps }: RadialProfileParams, size: number): number {
  if (bins !== 'interpolate') return Math.floor(size / 2) * oversample;
  return Math.max(4, Math.round((size / 2 - MIN_RADIUS_PX) * radialSteps));
}

function fillRings(bead: BeadState, { bins, oversample }: RadialProfileParams): void {
  const { pixels, size, xPx, yPx, profile } = bead;
  const radii = profile.length;
  const split = bins === 'split';
  const weights = weightOfBin(radii).fill(0);
  profile.fill(0);
  for (let row = 0; row < size; row++) {
    const dy = row - yPx;
    for (let column = 0; column < size; column++) {
      const dx = column - xPx;
      const distance = Math.sqrt(dx * dx + dy * dy) * oversample;
      const bin = Number.isNaN(distance) ? 0 : split ? Math.floor(distance) : roundHalfEven(distance);
      if (bin >= radii) continue;
      const counts = pixels[row * size + column]!;
      const beyond = split && !Number.isNaN(distance) ? distance - bin : 0;
      profile[bin]! += (1 - beyond) * counts;
      weights[bin]! += 1 - beyond;
      if (beyond > 0 && bin + 1 < radii) {
        profile[bin + 1]! += beyond * counts;
        weights[bin + 1]! += beyond;
      }
    }
  }
  const least = split ? LEAST_SHARE : 1;
  for (let bin = 0; bin < radii; bin++) {
    profile[bin] = weights[bin]! >= least ? profile[bin]! / weights[bin]! : Number.NaN;
  }
}

function interpolateCircles(bead: BeadState, { angularDensity }: RadialProfileParams): void {
  const { pixels, size, xPx, yPx, profile } = bead;
  const { radii, stepPx, anglesPerQuadrant } = polarGrid(size, profile.length, angularDensity);
  const { counts, weights } = circle;
  for (let index = 0; index < radii; index++) {
    sumCircle(pixels, size, xPx, yPx, MIN_RADIUS_PX + index * stepPx, anglesPerQuadrant, circle);
    // 0 / 0 marks a circle outside the ROI as NaN.
    profile[index] =
      (counts[0]! + counts[3]! + counts[6]! + counts[9]!) /
      (weights[0]! + weights[3]! + weights[6]! + weights[9]!);
  }
}
