import { describe, expect, test } from 'vitest';
import { centerOfMass } from '#stages/center-of-mass.ts';
import { median } from '#stages/median.ts';
import { beadOf, seededRandom } from './synthetic-bead.ts';

const SIZE = 9;

/** Center of an ROI of one level with a few other pixels, [column, row, counts]. */
function center(level: number, spots: [number, number, number][], background: 'none' | 'mean' | 'median') {
  const pixels = new Float64Array(SIZE * SIZE).fill(level);
  for (const [column, row, counts] of spots) pixels[row * SIZE + column] = counts;
  const bead = beadOf(pixels);
  centerOfMass.reference(bead, { background });
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

  test('nothing left after the background, a black ROI and a NaN pixel are NaN', () => {
    for (const background of ['none', 'mean', 'median'] as const) {
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
