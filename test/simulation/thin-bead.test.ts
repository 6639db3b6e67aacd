import { expect, test } from 'vitest';
import { simulateBeads, simulateZLut } from '#simulation/thin-bead.ts';

test('a bead 3 px right and 2 px up gives the image shifted by as much, up to its background', () => {
  // Dim, so that nothing clips; the backgrounds are the means of corners, which the shift changes.
  const params = { sizePx: 32, radiusNm: 400, backgroundLevel: 0.01 };
  const here = simulateBeads(Float64Array.of(0, 0, 400), params);
  const there = simulateBeads(Float64Array.of(300, -200, 400), params);
  const ratio = there[14 * 32 + 19]! / here[16 * 32 + 16]!;
  expect(Math.max(...here)).toBeGreaterThan(0.02);
  for (let row = 8; row < 24; row++) {
    for (let column = 8; column < 24; column++) {
      const moved = there[(row - 2) * 32 + column + 3]!;
      expect(Math.abs(moved - ratio * here[row * 32 + column]!)).toBeLessThan(1e-12);
    }
  }
});

test('an absorbing bead is darker in its middle than a clear one', () => {
  const at = Float64Array.of(0, 0, -300);
  const params = { sizePx: 24, radiusNm: 500, nSphere: 1.33 };
  const clear = simulateBeads(at, params);
  const dark = simulateBeads(at, { ...params, absorptionPerNm: 0.001 });
  expect(clear[12 * 24 + 12]).toBeCloseTo(0.4, 12);
  expect(dark[12 * 24 + 12]).toBeLessThan(0.2);
});

test('the Z-LUT of an odd image has its bins about the corner half a pixel beside the bead', () => {
  const zLut = simulateZLut(Float64Array.of(0, 500), { sizePx: 15, radiusNm: 300 }, 1);
  expect(zLut.radii).toBe(7);
  expect(zLut.planes).toBe(2);
  expect(Array.from(zLut.planeZNm)).toEqual([0, 500]);
  // No pixel middle lies within half a pixel of a corner.
  expect(zLut.profiles[0]).toBeNaN();
  expect(zLut.profiles.filter((value) => Number.isNaN(value))).toHaveLength(2);
});
