import { z } from 'zod';
import { createFourier, forwardReal2d } from '#numerics/fourier.ts';
import { defineStage } from './define.ts';
import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

const WINDOWS = ['none', 'at-center', 'axes-swapped'] as const;

const buffersOf = scratch((size) => ({
  fourier: createFourier(size),
  windowed: new Float64Array(size * size),
  field: new Float64Array(2 * size * size),
  columnWeights: new Float64Array(size),
  rowWeights: new Float64Array(size),
}));
const coefficientsInBin = scratch((bins) => new Uint32Array(bins));
const sumsOf = scratch((bins) => new Float64Array(bins));

/**
 * Mean magnitude of the ROI's Fourier transform on rings of equal spatial frequency: bin b holds the coefficients
 * whose distance from zero frequency, in periods a ROI, rounds to b / oversample; of each pair of equal ones, one.
 *
 * The ROI is first multiplied by a Gaussian around the center. Magnitudes are sums of counts, without a factor.
 * A bin without a coefficient is NaN (1, 2, 3, 5, 7, 10 and others at oversampling 4), all are with a NaN center.
 */
export const fftProfile = defineStage({
  name: 'fft-profile',
  title: 'FFT profile',
  source:
    'MagTrack 0.7.3 fft_profile as documented, 0.7.4 fft_profile with window none. Differs: the library mistakes x for y in its window, which here is the option axes-swapped; the ROI is left as it was.',
  params: z.object({
    oversample: z.number().int().min(1).max(8).default(4).meta({
      title: 'Oversampling',
      description: 'Bins per unit of spatial frequency; the Z-LUT must be built with the same.',
      unit: 'ROI size',
    }),
    rmin: z.number().min(0).max(1).default(0).meta({
      title: 'Lowest frequency',
      description: 'Share of the highest frequency the pixels can hold, below which bins are left out.',
    }),
    rmax: z.number().min(0).max(1).default(0.5).meta({
      title: 'Highest frequency',
      description: 'Share of the highest frequency the pixels can hold, where the bins end.',
    }),
    gausFactor: z.number().min(0.1).max(100).default(6).meta({
      title: 'Window',
      description: 'ROI size in standard deviations of the Gaussian.',
    }),
    window: z.enum(WINDOWS).default('at-center').meta({
      title: 'Place of the window',
      description: 'Around the center; none; or with x and y swapped, as MagTrack computes it.',
    }),
  }),
  reads: ['center'],
  writes: ['profile'],

  reference(bead, params) {
    const { pixels, size, xPx, yPx } = bead;
    const { oversample, gausFactor, window } = params;
    const { fourier, windowed, field } = buffersOf(size);
    const column = window === 'axes-swapped' ? yPx : xPx;
    const row = window === 'axes-swapped' ? xPx : yPx;
    fillWindowed(pixels, size, column, row, window === 'none' ? Number.POSITIVE_INFINITY : size / gausFactor);
    const bins = binsOf(params, size);
    const half = Math.floor(size / 2);
    // Those beyond hold no coefficient of any bin, nor do the others hold one that is not a copy.
    const columns = Math.min(half, Math.ceil(bins / oversample)) + 1;
    forwardReal2d(fourier, windowed, columns, field);

    const skipped = skippedBinsOf(params, size);
    const sums = sumsOf(bins).fill(0);
    const filled = coefficientsInBin(bins).fill(0);
    for (let at = 0; at < size; at++) {
      const fy = at < size - half ? at : at - size;
      for (let fx = 0; fx < columns; fx++) {
        const bin = roundHalfEven(Math.sqrt(fx * fx + fy * fy) * oversample);
        if (bin >= bins) continue;
        const index = 2 * (at * size + fx);
        sums[bin]! += Math.sqrt(field[index]! ** 2 + field[index + 1]! ** 2);
        filled[bin]!++;
      }
    }
    const radii = bins - skipped;
    if (bead.profile.length !== radii) bead.profile = new Float64Array(radii);
    // 0 / 0 marks an empty bin as NaN.
    for (let bin = 0; bin < radii; bin++) bead.profile[bin] = sums[skipped + bin]! / filled[skipped + bin]!;
  },

  constants: (params, size) => ({
    scratchLength: 4 * size,
    fftProfileOversample: params.oversample,
    fftProfileBins: binsOf(params, size),
    fftProfileSkippedBins: skippedBinsOf(params, size),
    fftProfileWindow: WINDOWS.indexOf(params.window),
    fftProfileWindowSigmaPx: size / params.gausFactor,
  }),

  radii: (params, size) => binsOf(params, size) - skippedBinsOf(params, size),
});

/** Counts under the Gaussian, into the buffer for them. */
function fillWindowed(pixels: Float64Array, size: number, xPx: number, yPx: number, sigmaPx: number): void {
  const { windowed, columnWeights, rowWeights } = buffersOf(size);
  // A Gaussian is the product of one along each axis, which leaves 2 exponentials a line instead of one a pixel.
  for (let index = 0; index < size; index++) {
    columnWeights[index] = gaussian(index - xPx, sigmaPx);
    rowWeights[index] = gaussian(index - yPx, sigmaPx);
  }
  for (let row = 0; row < size; row++) {
    const rowWeight = rowWeights[row]!;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      windowed[at] = columnWeights[column]! * rowWeight * pixels[at]!;
    }
  }
}

/** 1 for an infinite `sigmaPx`, wherever the center is. */
function gaussian(distancePx: number, sigmaPx: number): number {
  return Number.isFinite(sigmaPx) ? Math.exp(-(distancePx * distancePx) / (2 * sigmaPx * sigmaPx)) : 1;
}

interface Band {
  oversample: number;
  rmin: number;
  rmax: number;
}

/** Bins from zero frequency on. */
function binsOf({ oversample, rmin, rmax }: Band, size: number): number {
  return roundHalfEven(Math.floor(size / 2) * Math.max(rmin, rmax) * oversample);
}

/** Bins left out at low frequency. */
function skippedBinsOf({ oversample, rmin }: Band, size: number): number {
  return roundHalfEven(Math.floor(size / 2) * rmin * oversample);
}
