import { describe, expect, test } from 'vitest';
import { firstMaximum, selfConvolution } from '#stages/self-convolution.ts';
import { ringRoi } from './synthetic-bead.ts';

/** The definition, step by step and at full length. */
function naive(pixels: Float64Array, axis: 'x' | 'y', xPx: number, yPx: number, halfLines: number): number[] {
  const size = Math.sqrt(pixels.length);
  const [along, across] = axis === 'x' ? [xPx, yPx] : [yPx, xPx];
  const lines = Array.from(
    { length: 2 * halfLines + 1 },
    (_, index) => Math.round(across) - halfLines + index,
  );
  const line = Array.from({ length: size }, (_, index) => {
    const counts = lines.map((at) =>
      axis === 'x' ? pixels[at * size + index]! : pixels[index * size + at]!,
    );
    return counts.reduce((sum, value) => sum + value, 0) / lines.length;
  });
  const mean = line.reduce((sum, value) => sum + value, 0) / size;
  const windowed = line.map(
    (value, index) => (value - mean) * Math.exp(-((index - along) ** 2) / (2 * (size / 6) ** 2)),
  );
  return Array.from({ length: size }, (_, lag) => {
    let sum = 0;
    for (let low = 0; low < size; low++)
      sum += windowed[low]! * (windowed[lag + Math.floor((size - 1) / 2) - low] ?? 0);
    return sum;
  });
}

describe('self-convolution', () => {
  test.each([
    [24, 0],
    [24, 2],
    [25, 0],
    [25, 1],
  ])('of %i px and %i lines a side is the middle of the full convolution', (size, halfLines) => {
    const pixels = ringRoi(size, 11.3, 13.8);
    for (const axis of ['x', 'y'] as const) {
      const lags = selfConvolution(pixels, size, axis, 11.7, 14.2, halfLines);
      const want = naive(pixels, axis, 11.7, 14.2, halfLines);
      for (const [index, value] of want.entries()) expect(lags[index]).toBeCloseTo(value, 6);
    }
  });

  test.each([-5, -0.6, 0, 0.5, 11.5, 12.499, 23, 23.4, 30])(
    'windows its line around %f px as the definition does, inside the ROI and beyond',
    (xPx) => {
      const pixels = ringRoi(24, 11.3, 13.8);
      const lags = selfConvolution(pixels, 24, 'x', xPx, 14.2, 1);
      const largest = Math.max(...lags.map(Math.abs));
      // counts^2: rounding of the Gaussian, which is a product here
      for (const [index, value] of naive(pixels, 'x', xPx, 14.2, 1).entries())
        expect(Math.abs(lags[index]! - value)).toBeLessThan(1e-13 * largest);
    },
  );

  test.each([9, 10, 11, 12, 26, 27])('has all lags of %i px, whatever the parity of the first', (size) => {
    const pixels = ringRoi(size, size / 2 - 0.3, size / 2 + 0.4);
    const lags = selfConvolution(pixels, size, 'y', size / 2 + 0.2, size / 2, 0);
    const want = naive(pixels, 'y', size / 2 + 0.2, size / 2, 0);
    expect(lags).toHaveLength(size);
    for (const [index, value] of want.entries()) expect(lags[index]).toBeCloseTo(value, 6);
  });

  test('a line at a half pixel is the even one', () => {
    const pixels = ringRoi(24, 11.3, 13.8);
    const at = (yPx: number) => selfConvolution(pixels, 24, 'x', 11, yPx, 0).slice();
    expect(at(12.5)).toEqual(at(12));
    expect(at(13.5)).toEqual(at(14));
    expect(at(12)).not.toEqual(at(14));
  });

  test('lines before the first come from the far side, lines beyond the last give NaN', () => {
    const pixels = ringRoi(24, 11.3, 13.8);
    const at = (yPx: number) => selfConvolution(pixels, 24, 'x', 11, yPx, 0).slice();
    expect(at(-2)).toEqual(at(22));
    expect(at(24)).toEqual(new Float64Array(24).fill(Number.NaN));
    expect(at(-25)).toEqual(new Float64Array(24).fill(Number.NaN));
  });

  test('a NaN across the lines takes line 0, a NaN along them gives NaN', () => {
    const pixels = ringRoi(24, 11.3, 13.8);
    const line0 = selfConvolution(pixels, 24, 'x', 11, 0, 0).slice();
    expect(selfConvolution(pixels, 24, 'x', 11, Number.NaN, 0)).toEqual(line0);
    expect(selfConvolution(pixels, 24, 'x', Number.NaN, 13, 0).every(Number.isNaN)).toBe(true);
  });

  test('a line without contrast gives 0, not the rounding of its mean', () => {
    const flat = new Float64Array(24 * 24).fill(0.3);
    expect(selfConvolution(flat, 24, 'x', 11, 12, 1)).toEqual(new Float64Array(24));
    expect(selfConvolution(flat, 24, 'x', Number.NaN, 12, 1).every(Number.isNaN)).toBe(true);
  });

  test('the maximum is the first of equal ones, and a NaN is larger than any', () => {
    expect(firstMaximum(Float64Array.of(1, 7, 3, 7))).toBe(1);
    expect(firstMaximum(Float64Array.of(1, 7, Number.NaN, 9))).toBe(2);
  });
});
