import { describe, expect, test } from 'vitest';
import { createPrecisionBead } from '#tracker/commands/bench/precision-beads.ts';

const SIZE = 32;
const SWEEP_Z_NM = [1000, 3000] as const;
const smallBead = (seed: number) =>
  createPrecisionBead({ radiusNm: 500, roi: SIZE, seed, sweepZNm: SWEEP_Z_NM });

describe('simulated beads', () => {
  test('have the mean and the variance of photons and 3 electrons of read noise', () => {
    const bead = smallBead(1);
    const images = bead.images(2000, 1);
    const light = images.light[0]!;
    const photons = 400;
    const repeats = { places: images.places, light: Array.from({ length: 50 }, () => light) };
    let sum = 0;
    let square = 0;
    let count = 0;
    for (const frame of bead.expose(repeats, 2000, photons)) {
      for (const [pixel, electrons] of new Float32Array(frame).entries()) {
        const z = (electrons - photons * light[pixel]!) / Math.sqrt(photons * light[pixel]! + 9);
        sum += z;
        square += z * z;
        count++;
      }
    }
    // 51200 draws: a mean of 0 +- 0.0044 and a variance of 1 +- 0.0062, at 4 standard deviations.
    expect(Math.abs(sum / count)).toBeLessThan(0.018);
    expect(Math.abs(square / count - 1)).toBeLessThan(0.025);
  });

  test('stand within a pixel of the middle and 25 nm of their height, elsewhere for another seed', () => {
    const { places } = smallBead(1).images(2000, 200);
    for (const { xPx, yPx, zNm } of places) {
      expect(Math.max(Math.abs(xPx - 15.5), Math.abs(yPx - 15.5))).toBeLessThan(1);
      expect(Math.abs(zNm - 2000)).toBeLessThan(25);
    }
    // Uniform over 2 px: 0.577 +- 0.02 rms.
    const rms = Math.sqrt(places.reduce((sum, { xPx }) => sum + (xPx - 15.5) ** 2, 0) / places.length);
    expect(rms).toBeGreaterThan(0.5);
    expect(smallBead(1).images(2000, 200).places).toEqual(places);
    expect(smallBead(2).images(2000, 200).places[0]).not.toEqual(places[0]);
  });

  test('are swept through every plane, every frame another', () => {
    const frames = smallBead(1).sweep(200, 2, 500);
    expect(frames.map(({ planeZNm }) => planeZNm)).toEqual([
      1000, 1000, 1500, 1500, 2000, 2000, 2500, 2500, 3000, 3000,
    ]);
    expect(frames[0]!.pixels).toHaveLength(SIZE * SIZE * 4);
    expect(new Set(frames.map(({ pixels }) => Buffer.from(pixels).toString('base64'))).size).toBe(10);
  });
});
