import { expect, test } from 'vitest';
import { subtractBackground } from '#calcium/background.ts';
import { correctBleaching } from '#calcium/bleaching.ts';
import { pearsonColocalization } from '#calcium/colocalization.ts';
import { convolve, rollingMean } from '#calcium/convolve.ts';
import { histogram } from '#calcium/histogram.ts';
import { interpolate } from '#calcium/interpolate.ts';
import { computeMsd } from '#calcium/mean-squared-displacement.ts';
import { pixelDfof } from '#calcium/pixel-delta-f.ts';
import { logMagnitudeSpectrum, powerSpectrum } from '#calcium/power-spectrum.ts';
import { percentile, selectRank } from '#calcium/statistics.ts';
import { svdDenoise } from '#calcium/svd-denoise.ts';
import { createRandom } from '#simulation/random.ts';

test('an exponential bleach becomes level', () => {
  const trace = Float64Array.from({ length: 500 }, (_, frame) => 2000 * Math.exp(-frame / 400) - 1);
  const { corrected, coefficients } = correctBleaching(trace, 'ratio');
  expect(coefficients[0]).toBeCloseTo(-1 / 400, 12);
  // The 1 that is added for the logarithm is not taken off again: at a third of the light it is 1 count.
  for (const value of corrected) expect(Math.abs(value - corrected[0]!)).toBeLessThan(3 /* of 1999 counts */);
});

test('a parabola that falls to 0 gives NaN there, counts of -1 no logarithm', () => {
  const falling = Float64Array.from({ length: 50 }, (_, frame) => 100 - 3 * frame);
  const { corrected } = correctBleaching(falling, 'polynomial');
  expect(corrected[10]).toBeCloseTo(100, 8);
  expect(corrected[49]).toBeNaN();
  expect(() => correctBleaching(Float64Array.of(3, -1), 'ratio')).toThrow(/trace\[1\].*above -1/);
});

test('steady motion has a squared displacement that grows with the square of time', () => {
  const values = Float64Array.from({ length: 80 }, (_, at) => (at % 2 ? 3 : 4) * (at >> 1));
  const { lags, msd } = computeMsd({ shape: [40, 2], values }, 0.5);
  expect(lags).toHaveLength(10);
  expect([lags[3], msd[3]]).toEqual([2, 25 * 16]);
});

test('images correlate by their pattern, flat ones not at all', () => {
  const a = { shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6) };
  const b = { shape: [2, 3], values: a.values.map((value) => 7 - 3 * value) };
  expect(pearsonColocalization(a, b)).toBeCloseTo(-1, 14);
  expect(pearsonColocalization(a, { shape: [2, 3], values: new Float64Array(6) })).toBe(0);
  expect(() => pearsonColocalization(a, { shape: [3, 2], values: a.values })).toThrow(/shape \[2, 3\]/);
});

test.each([64, 45])('a wave of %i frames has its power at its frequency', (length) => {
  const trace = Float64Array.from({ length }, (_, frame) => 5 + Math.cos((2 * Math.PI * 4 * frame) / length));
  const { frequencies, power } = powerSpectrum(trace, length);
  expect(frequencies[4]).toBe(4);
  expect(power[4]).toBeCloseTo((length / 2) ** 2, 8);
  expect(power[0]! + power[3]! + power[5]!).toBeLessThan(1e-18 * length ** 4);
});

test('a flat image has its one frequency in the middle', () => {
  const flat = { shape: [4, 6], values: new Float64Array(24).fill(2) };
  const { values } = logMagnitudeSpectrum(flat);
  expect(values[2 * 6 + 3]).toBeCloseTo(Math.log1p(48), 12);
  expect(values.filter((value) => value > 1e-9)).toHaveLength(1);
});

test('a constant trace has a constant rolling mean up to its ends, with zeros beyond it has not', () => {
  const trace = new Float64Array(9).fill(6);
  for (const value of rollingMean(trace, 4)) expect(value).toBeCloseTo(6, 12);
  expect(rollingMean(trace, 4, 'same')[0]).toBeCloseTo(3, 12);
  expect(rollingMean(trace, 4, 'valid')).toHaveLength(6);
  expect(() => rollingMean(trace, 10)).toThrow(/window: expected at most 9 frames/);
});

test('a kernel longer than the line is the line of the other', () => {
  const [long, short] = [Float64Array.of(1, 2, 3), Float64Array.of(1, -1)];
  expect([...convolve(short, long, 'full')]).toEqual([1, 1, 1, -3]);
  expect(convolve(short, long, 'same')).toEqual(convolve(long, short, 'same'));
});

test('nothing is below 0 after the background is gone', () => {
  const image = { shape: [3, 4], values: Uint8Array.of(9, 9, 9, 9, 9, 9, 0, 9, 9, 9, 9, 9) };
  const { corrected } = subtractBackground(image, 3);
  expect(corrected.values[0]).toBe(0);
  expect(corrected.values[6]).toBe(0);
  expect(corrected.values[5]).toBeCloseTo(1, 12);
});

test('bins have their lower edge, the last one both', () => {
  const { counts, edges } = histogram([0, 0.5, 1, 1.5, 2, -1, 2.1, Number.NaN], 2, [0, 2]);
  expect([...counts]).toEqual([2, 3]);
  expect([...edges]).toEqual([0, 1, 2]);
  expect([...histogram([4, 4], 2).edges]).toEqual([3.5, 4, 4.5]);
});

test('an edge that rounds counts its own value', () => {
  const { counts, edges } = histogram([], 49, [0, 1]);
  const onEdges = histogram(edges, 49, [0, 1]).counts;
  expect([...onEdges]).toEqual([...counts].map((_, bin) => (bin === 48 ? 2 : 1)));
});

test('lines lie between the points and stay level beyond them', () => {
  expect([...interpolate([-1, 0, 1, 3, 9, Number.NaN], [0, 2, 4], [0, 4, 0])]).toEqual([
    0,
    0,
    2,
    2,
    0,
    Number.NaN,
  ]);
  expect(() => interpolate([1], [0, 0], [1, 2])).toThrow(/pointX\[1\].*sort the points/);
});

test('percentiles are those of the sorted values, whatever their order', () => {
  const random = createRandom(4);
  const values = Float64Array.from({ length: 401 }, () => Math.floor(60 * random.uniform()));
  const sorted = values.toSorted();
  for (const q of [0, 5, 33.3, 50, 99.9, 100]) {
    const place = (q / 100) * 400;
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    expect(percentile(values, q)).toBeCloseTo(below + (above - below) * (place % 1), 10);
  }
  for (const rank of [0, 200, 400]) expect(selectRank(values.slice(), rank)).toBe(sorted[rank]);
  expect(percentile([1, Number.NaN], 50)).toBeNaN();
  expect(percentile([], 50)).toBeNaN();
});

test('one pattern over time is left as it is by one component, noise beside it goes', () => {
  const random = createRandom(9);
  const [frames, pixels] = [30, 35];
  const clean = Float64Array.from({ length: frames * pixels }, (_, at) => {
    return 100 + 50 * Math.sin(Math.floor(at / pixels) / 3) * Math.cos(at % pixels);
  });
  const shape = [frames, 5, 7];
  const { denoised, singularValues } = svdDenoise({ shape, values: clean }, 1);
  for (const [at, value] of clean.entries()) expect(denoised.values[at]).toBeCloseTo(value, 8);
  expect(singularValues[1]! / singularValues[0]!).toBeLessThan(1e-6);

  const noisy = clean.map((value) => value + random.normal());
  const distance = (of: Float64Array) => of.reduce((sum, value, at) => sum + (value - clean[at]!) ** 2, 0);
  const { values } = svdDenoise({ shape, values: noisy }, 1).denoised;
  // Noise has 30 x 35 degrees of freedom; a mean and a component keep about 35 + 30 + 35 of them.
  expect(distance(values)).toBeLessThan(0.2 * distance(noisy));
});

test('a pixel without light has no dF/F', () => {
  const images = { shape: [3, 1, 2], values: Uint16Array.of(10, 0, 10, 0, 15, 4) };
  expect([...pixelDfof(images, 2).values]).toEqual([0, Number.NaN, 0, Number.NaN, 0.5, Number.NaN]);
  expect(() => pixelDfof(images)).toThrow(/at most the 3 frames, received 10/);
});
