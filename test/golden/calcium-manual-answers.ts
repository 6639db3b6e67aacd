import { subtractBackground } from '#calcium/background.ts';
import { correctBleaching } from '#calcium/bleaching.ts';
import { pearsonColocalization } from '#calcium/colocalization.ts';
import { cumulativeMean, rollingMean } from '#calcium/convolve.ts';
import { histogram } from '#calcium/histogram.ts';
import { interpolate } from '#calcium/interpolate.ts';
import { circleMask } from '#calcium/masks.ts';
import { computeMsd } from '#calcium/mean-squared-displacement.ts';
import { meanTrace, pixelDfof } from '#calcium/pixel-delta-f.ts';
import { evaluatePolynomial, fitPolynomial } from '#calcium/polynomial.ts';
import { logMagnitudeSpectrum, powerSpectrum } from '#calcium/power-spectrum.ts';
import { type Projection, projectImages } from '#calcium/projections.ts';
import { mean, nanStatistics, percentile } from '#calcium/statistics.ts';
import { svdDenoise } from '#calcium/svd-denoise.ts';
import type { CalciumFunction } from './calcium-folder.ts';

const bleaching = (method: 'ratio' | 'polynomial'): CalciumFunction => ({
  answer: (call) => {
    const { corrected, coefficients } = correctBleaching(call.values('trace'), method);
    return { corrected, coeffs: coefficients };
  },
});

const projection = (name: Projection): CalciumFunction => ({
  answer: (call) => ({ projection: projectImages(call.array('stack'), name) }),
});

export const MANUAL_ANSWERS: Readonly<Record<string, CalciumFunction>> = {
  "correct_bleaching(method='ratio')": bleaching('ratio'),
  "correct_bleaching(method='polynomial')": bleaching('polynomial'),
  'np.polyfit / np.polyval': {
    answer: (call) => {
      const y = call.values('y');
      const x = y.map((_, index) => index);
      const { coefficients } = fitPolynomial(x, y, call.number('deg'));
      return { coeffs: coefficients, fit: x.map((at) => evaluatePolynomial(coefficients, at)) };
    },
  },
  compute_msd: {
    answer: (call) => ({
      ...computeMsd(call.array('xy'), call.number('dt'), call.number('max_lag') ?? undefined),
    }),
  },
  pearson_coloc: {
    answer: (call) => ({
      r: pearsonColocalization(
        call.array('a'),
        call.array('b'),
        call.has('mask') ? call.array('mask') : undefined,
      ),
    }),
  },
  'power spectrum |rfft(x-mean)|^2': {
    answer: (call) => {
      const { frequencies, power } = powerSpectrum(call.values('trace'), call.number('fps'));
      return { freq: frequencies, power };
    },
  },
  'log1p|fftshift(fft2(image))|': { answer: (call) => ({ mag: logMagnitudeSpectrum(call.array('image')) }) },
  'rolling mean, np.convolve valid and same': {
    answer: (call) => ({
      valid: rollingMean(call.values('data'), call.number('window'), 'valid'),
      same: rollingMean(call.values('data'), call.number('window'), 'same'),
    }),
  },
  'cumulative mean': { answer: (call) => ({ y: cumulativeMean(call.values('data')) }) },
  'subtract_background (uniform_filter)': {
    answer: (call) => ({ ...subtractBackground(call.array('image'), call.number('radius')) }),
  },
  'SVD denoise': {
    answer: (call) => {
      const { denoised, singularValues } = svdDenoise(call.array('stack'), call.number('k'));
      return { denoised, singular_values: singularValues };
    },
  },
  'np.mean(stack, axis=0)': projection('mean'),
  'np.max(stack, axis=0)': projection('max'),
  'np.std(stack, axis=0)': projection('std'),
  'np.min(stack, axis=0)': projection('min'),
  'np.mean(stack, axis=(1,2))': { answer: (call) => ({ trace: meanTrace(call.array('stack')) }) },
  'per-pixel (F-F0)/F0, F0 = mean of first 10 frames': {
    answer: (call) => ({ dff: pixelDfof(call.array('stack'), call.number('n_baseline')) }),
  },
  'np.interp': {
    answer: (call) => ({ y: interpolate(call.values('x'), call.values('xp'), call.values('fp')) }),
  },
  'np.percentile (linear)': {
    answer: (call) => ({
      p: call.value<number[]>('q').map((q) => percentile(call.array('image').values, q)),
    }),
  },
  'np.histogram(image, 256, (0,65535))': {
    answer: (call) => ({ ...histogram(call.array('image').values, 256, [0, 65535]) }),
  },
  'np.histogram(data, bins)': {
    answer: (call) => ({ ...histogram(call.array('data').values, call.number('bins')) }),
  },
  'circular mask mean': {
    answer: (call) => {
      const image = call.array('image');
      const [y, x, radius] = call.params.cy_cx_r as [number, number, number];
      const mask = circleMask(image.shape as [number, number], y, x, radius);
      return { mask, mean: mean([...image.values].filter((_, pixel) => mask.values[pixel])) };
    },
  },
  'nanmean/nanstd/nanmax/nanmin': {
    answer: (call) => {
      const found = nanStatistics(call.array('data').values);
      return { nanmean: found.mean, nanstd: found.std, nanmax: found.most, nanmin: found.least };
    },
  },
};
