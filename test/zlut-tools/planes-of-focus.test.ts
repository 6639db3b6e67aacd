import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { planesOfFocus } from '#zlut-tools/planes-of-focus.ts';

const NaNs = (count: number) => Array.from({ length: count }, () => Number.NaN);

test('frames in a row near one position are a plane at their mean, those of moves are none', () => {
  const random = createRandom(5);
  const planes = [0, 50, 100, 50, 0];
  // Six frames at rest, and two on the way to the next.
  const focus = planes.flatMap((zNm, plane) => [
    ...Array.from({ length: 6 }, () => zNm + 2 * random.normal()),
    ...(plane < 4 ? [0.3, 0.7].map((share) => zNm + share * (planes[plane + 1]! - zNm)) : []),
  ]);
  const found = planesOfFocus(focus, 10);
  for (const [plane] of planes.entries()) {
    const own = focus.slice(8 * plane, 8 * plane + 6);
    const mean = own.reduce((sum, zNm) => sum + zNm, 0) / 6;
    // nm: rounding of a running mean.
    for (const zNm of found.slice(8 * plane, 8 * plane + 6)) expect(zNm).toBeCloseTo(mean, 9);
    if (plane < 4) expect([...found.slice(8 * plane + 6, 8 * plane + 8)]).toEqual(NaNs(2));
  }
});

test('a focus that never rests gives planes no wider than twice the tolerance', () => {
  const focus = Array.from({ length: 500 }, (_, frame) => 3 * frame);
  const found = planesOfFocus(focus, 10);
  expect(found.some(Number.isNaN)).toBe(false);
  for (const [frame, zNm] of found.entries()) expect(Math.abs(focus[frame]! - zNm)).toBeLessThanOrEqual(10);
  // nm: 30 of them, three frames and more to each.
  expect(new Set(found).size).toBeLessThan(170);
});

test('frames whose focus is not known are in no plane, and end the one before', () => {
  const focus = [0, 1, Number.NaN, 0, 1, 2];
  expect([...planesOfFocus(focus, 10)]).toEqual([0.5, 0.5, Number.NaN, 1, 1, 1]);
  expect([...planesOfFocus(NaNs(3), 10)]).toEqual(NaNs(3));
});
