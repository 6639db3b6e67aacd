import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { simulateBeads } from '#simulation/thin-bead.ts';
import { centerOfMass } from '#stages/center-of-mass.ts';
import { median } from '#stages/median.ts';
import { beadOf, seededRandom } from './synthetic-bead.ts';

const SIZE = 9;

/** Center of an ROI of one level with a few other pixels, [column, row, counts]. */
function center(
  level: number,
  spots: [number, number, number][],
  background: 'none' | 'mean' | 'median' | 'threshold',
  options: { k?: number; absolute?: boolean } = {},
) {
  const pixels = new Float64Array(SIZE * SIZE).fill(level);
  for (const [column, row, counts] of spots) pixels[row * SIZE + column] = counts;
  const bead = beadOf(pixels);
  centerOfMass.reference(bead, centerOfMass.params.parse({ background, ...options }));
  return [bead.xPx, bead.yPx];
}

describe('center of mass', () => {
  test('one bright pixel is the center: x is its column, y its row', () => {
    expect(center(0, [[2, 6, 50]], 'none')).toEqual([2, 6]);
  });

  test('two pixels pull by their counts', () => {
    const spots: [number, number, number][] = [
      [1, 2, 30],
      [5, 6, 10],
    ];
    expect(center(0, spots, 'none')).toEqual([2, 3]);
  });

  test('an even background pulls to the middle unless its median is taken off', () => {
    expect(center(100, [[2, 6, 200]], 'none')[0]).toBeCloseTo(4 - 2 * (100 / (SIZE * SIZE * 100 + 100)), 12);
    expect(center(100, [[2, 6, 200]], 'median')).toEqual([2, 6]);
  });

  test('with a background, dark pixels pull as bright ones do', () => {
    const spots: [number, number, number][] = [
      [2, 4, 0],
      [6, 4, 200],
    ];
    expect(center(100, spots, 'median')).toEqual([4, 4]);
    expect(center(100, spots, 'mean')[0]).toBeCloseTo(4, 12);
  });

  test('without the absolute value, only bright pixels pull', () => {
    const spots: [number, number, number][] = [
      [2, 4, 0],
      [6, 4, 200],
    ];
    expect(center(100, spots, 'median', { absolute: false })).toEqual([6, 4]);
    expect(center(100, spots, 'threshold', { absolute: false })).toEqual([6, 4]);
  });

  test('a threshold leaves out what is near the mean and counts the rest by its excess', () => {
    // The mean is 100, the deviation 20: of the pixels 60 and 60 away, and 30 away, 40, 40 and 10 remain.
    const spots: [number, number, number][] = [
      [2, 4, 160],
      [6, 4, 40],
      [4, 1, 130],
      [4, 7, 70],
    ];
    const variance = (2 * 60 ** 2 + 2 * 30 ** 2) / SIZE ** 2;
    const k = 20 / Math.sqrt(variance);
    const [x, y] = center(100, [...spots, [0, 0, 100]], 'threshold', { k });
    expect(x).toBeCloseTo(4, 12);
    expect(y).toBeCloseTo(4, 12);
    const [brightX, brightY] = center(100, spots, 'threshold', { k, absolute: false });
    expect(brightX).toBeCloseTo((2 * 40 + 4 * 10) / 50, 12);
    expect(brightY).toBeCloseTo((4 * 40 + 1 * 10) / 50, 12);
  });

  test('a threshold of one deviation starts 3 times nearer to a bead off center than the median', () => {
    const random = createRandom(4);
    const square = { median: 0, threshold: 0 };
    for (let frame = 0; frame < 20; frame++) {
      const [xNm, yNm] = [400 * random.uniform() - 200, 400 * random.uniform() - 200];
      const image = simulateBeads(Float64Array.of(xNm, yNm, 4000 + 3500 * random.uniform()));
      const bead = beadOf(image.map((level) => random.poisson(2500 * level)));
      for (const background of ['median', 'threshold'] as const) {
        centerOfMass.reference(bead, centerOfMass.params.parse({ background }));
        square[background] += (100 * (bead.xPx - 32) - xNm) ** 2 + (100 * (bead.yPx - 32) - yNm) ** 2;
      }
    }
    expect(square.threshold).toBeLessThan(square.median / 9);
  });

  test('nothing left after the background, a black ROI and a NaN pixel are NaN', () => {
    for (const background of ['none', 'mean', 'median', 'threshold'] as const) {
      expect(center(0, [], background)).toEqual([Number.NaN, Number.NaN]);
      expect(center(10, [[3, 3, Number.NaN]], background)).toEqual([Number.NaN, Number.NaN]);
    }
    expect(center(64, [], 'median')).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('median', () => {
  test.each([1, 2, 7, 8, 100, 101])(
    'of %i values is the one sorting finds, repeated values included',
    (length) => {
      const random = seededRandom(length);
      for (let round = 0; round < 20; round++) {
        const values = Float64Array.from({ length }, () => Math.floor(random() * 12));
        const sorted = values.toSorted();
        const want = (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
        expect(median(values)).toBe(want);
      }
    },
  );
});
