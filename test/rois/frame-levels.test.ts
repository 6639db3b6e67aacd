import { describe, expect, test } from 'vitest';
import { boxMean, frameLevels } from '#rois/frame-levels.ts';

describe('the mean around every pixel', () => {
  test.each([
    [7, 5, 1],
    [7, 5, 2],
    [6, 9, 4],
    [3, 2, 48],
    [1, 1, 1],
  ])('of a %i x %i image over a reach of %i px is what adding them up gives', (width, height, reach) => {
    const values = Float32Array.from({ length: width * height }, (_, i) => ((i * 37) % 23) - 5);
    const means = boxMean(values, width, height, reach);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        let count = 0;
        for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
          for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
            sum += values[row * width + column]!;
            count++;
          }
        }
        // Row means are kept in float32.
        expect(means[y * width + x]).toBeCloseTo(sum / count, 4);
      }
    }
  });
});

describe('a frame at several scales', () => {
  const all = () => true;

  test('is halved while the smaller side keeps 40 px, at most to an eighth', () => {
    const sizes = (width: number, height: number) =>
      frameLevels(new Uint8Array(width * height), { width, height }, all).map((level) => [
        level.scale,
        level.width,
        level.height,
      ]);
    expect(sizes(165, 81)).toEqual([
      [1, 165, 81],
      [2, 82, 40],
    ]);
    expect(sizes(79, 200)).toEqual([[1, 79, 200]]);
    expect(sizes(2000, 1000).map(([scale]) => scale)).toEqual([1, 2, 4, 8]);
  });

  test('is made only at the scales asked for', () => {
    const levels = frameLevels(
      new Uint8Array(200 * 170),
      { width: 200, height: 170 },
      (scale) => scale === 4,
    );
    expect(levels.map(({ scale, width, height }) => [scale, width, height])).toEqual([[4, 50, 42]]);
  });

  test('shows a spot with the same contrast under a lamp of any brightness', () => {
    const contrastAt = (lamp: number) => {
      const pixels = new Uint16Array(150 * 120).fill(lamp);
      pixels[60 * 150 + 70] = lamp / 2;
      return frameLevels(pixels, { width: 150, height: 120 }, (scale) => scale === 1)[0]!.contrast[
        60 * 150 + 70
      ]!;
    };
    expect(contrastAt(100)).toBeLessThan(-0.3);
    expect(contrastAt(40_000)).toBeCloseTo(contrastAt(100), 4);
  });

  test('is zero where there is no light and where nothing is finite', () => {
    for (const pixels of [new Uint8Array(100 * 90), new Float32Array(100 * 90).fill(Number.NaN)]) {
      const [level] = frameLevels(pixels, { width: 100, height: 90 }, all);
      expect(level!.contrast.every((value) => value === 0)).toBe(true);
    }
  });
});
