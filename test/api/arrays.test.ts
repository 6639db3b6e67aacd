import { expect, test } from 'vitest';
import {
  binmean,
  cropStackToRois,
  gaussian,
  gaussian2d,
  parabolicVertex,
  pearson,
  qiQuadraticOffsets,
  RoiError,
  simulateBeads,
} from '#api/index.ts';

test('binmean: means by bin and set; empty bins and NaN weights are NaN, far samples left out', () => {
  const x = Int32Array.of(0, 1, 1, 3, 9, -1, /* second set */ 0, 0, 2, 2, 2, 3);
  const weights = [5, 1, 2, Number.NaN, 100, 100, 2, 4, 3, 3, 3, 8];
  expect([...binmean(x, weights, 4, 2)]).toEqual([5, 1.5, Number.NaN, Number.NaN, 3, Number.NaN, 3, 8]);
  expect(x[4], 'samples beyond the bins are set to their number').toBe(4);
});

test('pearson: +1, -1 and NaN by hand, y sets are rows', () => {
  const x = Float64Array.of(1, 2, 3, 4, /* constant */ 5, 5, 5, 5);
  const y = Float64Array.of(10, 20, 30, 40, 4, 3, 2, 1);
  const [same, flat, opposite] = pearson(x, y, 4);
  expect(same).toBeCloseTo(1, 14);
  expect(flat).toBeNaN();
  expect(opposite).toBeCloseTo(-1, 14);
});

test('pearson: a NaN counts as no deviation on its own side', () => {
  const [r] = pearson(Float64Array.of(0, 2, Number.NaN), Float64Array.of(0, 2, 4), 3);
  // x deviates by -1, 1, 0; y by -2, 0, 2: 2 / sqrt(2 x 8)
  expect(r).toBeCloseTo(0.5, 14);
});

test('gaussian2d: [image, row, column], the product of one along y and one along x', () => {
  const [x, y] = [
    [0, 1, 2],
    [0, 1],
  ];
  const images = gaussian2d(x!, y!, [2, 0], [1, 0], 1.5);
  expect(images.length).toBe(12);
  expect(images[1 * 3 + 2]).toBe(1);
  expect(images[6]).toBe(1);
  expect(images[6 + 1 * 3 + 2]).toBeCloseTo(gaussian([Math.hypot(2, 1)], 0, 1.5)[0]!, 15);
});

test('cropStackToRois: a stack a ROI, of the pixel type it had, from frames that are not square', () => {
  const stack = {
    pixels: Uint16Array.from({ length: 2 * 4 * 5 }, (_, at) => at),
    frames: 2,
    rows: 4,
    columns: 5,
  };
  const [one, other] = cropStackToRois(stack, [
    { top: 0, bottom: 2, left: 0, right: 3 },
    { top: 2, bottom: 4, left: 2, right: 5 },
  ]);
  expect(one!.pixels).toEqual(Uint16Array.of(0, 1, 2, 5, 6, 7, 20, 21, 22, 25, 26, 27));
  expect(other).toEqual({
    pixels: Uint16Array.of(12, 13, 14, 17, 18, 19, 32, 33, 34, 37, 38, 39),
    frames: 2,
    rows: 2,
    columns: 3,
  });
});

test.each([
  ['beyond the last row', { top: 3, bottom: 5, left: 0, right: 2 }],
  ['before the first column', { top: 0, bottom: 2, left: -1, right: 1 }],
  ['of another size', { top: 0, bottom: 3, left: 0, right: 3 }],
  ['between pixels', { top: 0.5, bottom: 2.5, left: 0, right: 2 }],
])('cropStackToRois: an ROI %s is refused by its number', (_, roi) => {
  const stack = { pixels: new Uint8Array(4 * 5), frames: 1, rows: 4, columns: 5 };
  const crop = () => cropStackToRois(stack, [{ top: 0, bottom: 2, left: 0, right: 2 }, roi]);
  expect(crop).toThrow(RoiError);
  expect(crop).toThrow(/^cropStackToRois roi 1: /);
});

test('parabolicVertex: exact on parabolas, weighted or not; one bad set spoils no other', () => {
  const parabola = (vertex: number) => Float64Array.from({ length: 12 }, (_, at) => 3 - (at - vertex) ** 2);
  const values = Float64Array.of(...parabola(5.3), ...parabola(6).fill(Number.NaN, 4, 6), ...parabola(4.8));
  for (const weighted of [true, false]) {
    const [one, bad, other] = parabolicVertex(values, Float64Array.of(5, 6, 5), 5, weighted);
    expect(one).toBeCloseTo(5.3, 12);
    expect(bad).toBeNaN();
    expect(other).toBeCloseTo(4.8, 12);
  }
  expect(() => parabolicVertex(values, Float64Array.of(5, 6, 5), 4)).toThrow(/odd nLocal/);
});

test('qiQuadraticOffsets: [set, 3] samples, each set for itself', () => {
  expect([...qiQuadraticOffsets(Float64Array.of(0, 1, 1, 1, 2, 3))]).toEqual([0.5, Number.NaN]);
  expect(() => qiQuadraticOffsets(new Float64Array(4))).toThrow('[set, 3]');
});

test('simulateBeads: a stack of as many frames as places', () => {
  const { pixels, frames, rows, columns } = simulateBeads(new Float64Array(6), { sizePx: 33 });
  expect([pixels.length, frames, rows, columns]).toEqual([2 * 33 * 33, 2, 33, 33]);
});
