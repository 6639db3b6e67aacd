import { z } from 'zod';
import { type BeadState, defineStage } from './define.ts';
import { createCircleSums, MIN_RADIUS_PX, polarGrid, sumCircle } from './polar-samples.ts';
import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

const BINS = ['nearest', 'split', 'interpolate'] as const;

/** A split bin with less than this share of one pixel is empty: what it has is mostly rounding. */
const LEAST_SHARE = 0.01;

const sumOfBin = scratch((bins) => new Float64Array(bins));
const pixelsInBin = scratch((bins) => new Float64Array(bins));
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
    else if (Number.isNaN(bead.xPx) || Number.isNaN(bead.yPx)) meanInFirstBin(bead);
    else if (chosen.bins === 'split') splitPixels(bead, chosen);
    else sortPixels(bead, chosen.oversample);
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

function sortPixels(bead: BeadState, oversample: number): void {
  const { profile } = bead;
  const radii = profile.length;
  // Columns are taken to a pixel or two beyond the last bin: those go to bins that nobody reads.
  const bins = radii + 3 * oversample;
  const sums = sumOfBin(bins).fill(0);
  const filled = pixelsInBin(bins).fill(0);
  if (bead.wholeCounts) addWholeCounts(bead, oversample, sums, filled);
  else addCounts(bead, oversample, sums, filled);
  // 0 / 0 marks a bin without a pixel as NaN.
  for (let bin = 0; bin < radii; bin++) profile[bin] = sums[bin]! / filled[bin]!;
}

function addCounts(bead: BeadState, oversample: number, sums: Float64Array, filled: Float64Array): void {
  const { pixels, size, xPx, yPx, profile } = bead;
  const reachPx = profile.length / oversample;
  for (let row = 0; row < size; row++) {
    const dy = row - yPx;
    const { first, end } = findColumns(bead, dy, reachPx);
    for (let column = first; column < end; column++) {
      const dx = column - xPx;
      const bin = roundHalfEven(Math.sqrt(dx * dx + dy * dy) * oversample) | 0;
      sums[bin]! += pixels[row * size + column]!;
      filled[bin]!++;
    }
  }
}

/** `addCounts` with sum and number of pixels in one float64, whose digits suffice for both: a third faster. */
function addWholeCounts(bead: BeadState, oversample: number, sums: Float64Array, filled: Float64Array): void {
  const { pixels, size, xPx, yPx, profile } = bead;
  const reachPx = profile.length / oversample;
  const onePixel = 2 ** 32;
  // An import would be looked up again for every pixel.
  const round = roundHalfEven;
  for (let row = 0; row < size; row++) {
    const dy = row - yPx;
    const { first, end } = findColumns(bead, dy, reachPx);
    for (let column = first; column < end; column++) {
      const dx = column - xPx;
      const bin = round(Math.sqrt(dx * dx + dy * dy) * oversample) | 0;
      sums[bin]! += pixels[row * size + column]! + onePixel;
    }
  }
  for (let bin = 0; bin < sums.length; bin++) {
    filled[bin] = Math.floor(sums[bin]! / onePixel);
    sums[bin]! -= filled[bin]! * onePixel;
  }
}

function splitPixels(bead: BeadState, { oversample }: RadialProfileParams): void {
  const { pixels, size, xPx, yPx, profile } = bead;
  const radii = profile.length;
  const weights = weightOfBin(radii).fill(0);
  profile.fill(0);
  for (let row = 0; row < size; row++) {
    const dy = row - yPx;
    const { first, end } = findColumns(bead, dy, radii / oversample);
    for (let column = first; column < end; column++) {
      const dx = column - xPx;
      const distance = Math.sqrt(dx * dx + dy * dy) * oversample;
      const bin = Math.floor(distance);
      if (bin >= radii) continue;
      const counts = pixels[row * size + column]!;
      const beyond = distance - bin;
      profile[bin]! += (1 - beyond) * counts;
      weights[bin]! += 1 - beyond;
      if (bin + 1 === radii) continue;
      profile[bin + 1]! += beyond * counts;
      weights[bin + 1]! += beyond;
    }
  }
  for (let bin = 0; bin < radii; bin++) {
    profile[bin] = weights[bin]! >= LEAST_SHARE ? profile[bin]! / weights[bin]! : Number.NaN;
  }
}

/** Columns from `first` to before `end` hold the pixels of a row that may be within `reachPx` of the center. */
const columns = { first: 0, end: 0 };

/** @param dy px of the row from the center; beyond the reach there is no column */
function findColumns({ size, xPx }: BeadState, dy: number, reachPx: number): typeof columns {
  const half = Math.sqrt(Math.max(0, reachPx * reachPx - dy * dy));
  columns.first = wholeUpTo(size, xPx - half);
  columns.end = Math.abs(dy) > reachPx ? 0 : wholeUpTo(size, xPx + half + 2);
  return columns;
}

/** Rounded down and kept within 0 to `size`; always an integer to the compiler, or the loops over pixels double in time. */
function wholeUpTo(size: number, px: number): number {
  return Math.min(Math.max(px, 0), size) | 0;
}

/** What all pixels in bin 0 make, as they are when their distance is NaN. */
function meanInFirstBin({ pixels, profile }: BeadState): void {
  let sum = 0;
  for (const counts of pixels) sum += counts;
  profile.fill(Number.NaN);
  profile[0] = sum / pixels.length;
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
