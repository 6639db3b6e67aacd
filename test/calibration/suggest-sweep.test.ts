import { expect, test } from 'vitest';
import { meanProfile } from '#calibration/mean-profile.ts';
import { type CoarsePlane, suggestSweep } from '#calibration/suggest-sweep.ts';
import { sensorFor } from '#simulation/camera-noise.ts';
import { simulateFocalSweep } from '#simulation/focal-sweep.ts';

const SIZE = 64;

/** Profiles of a simulated bead at heights 200 nm apart, as a coarse sweep sees them. */
function coarse(radiusNm: number, fromNm: number, toNm: number): CoarsePlane[] {
  const planeZNm = Array.from({ length: (toNm - fromNm) / 200 + 1 }, (_, plane) => fromNm + 200 * plane);
  const { frames } = simulateFocalSweep({
    optics: { radiusNm },
    planeZNm,
    framesPerPlane: 1,
    size: SIZE,
    pixelFormat: 'mono12',
    sensor: sensorFor('mono12', { photonsPerPixel: 1000, readNoise: 3 }),
    seed: 11,
  });
  return planeZNm.map((zNm, plane) => {
    const pixels = Float64Array.from(frames.subarray(plane * SIZE * SIZE, (plane + 1) * SIZE * SIZE));
    return { zNm, profiles: [meanProfile(pixels, SIZE)] };
  });
}

test('a bead is swept on one side of its focus, where it has rings, in steps a table needs', () => {
  const suggestion = suggestSweep(coarse(250, -2000, 11_000))!;
  // Its focus is at about 0 nm, and the rings of a bead so small are faint beyond some um.
  expect(suggestion.fromNm).toBeGreaterThanOrEqual(0);
  expect(suggestion.fromNm).toBeLessThanOrEqual(600);
  expect(suggestion.toNm).toBeLessThan(6000);
  expect(suggestion.toNm - suggestion.fromNm).toBeGreaterThan(1000);
  expect((suggestion.toNm - suggestion.fromNm) % suggestion.stepNm).toBe(0);
  expect(suggestion.stepNm).toBeGreaterThanOrEqual(10);
  // Rings turn over within half a wave in the medium, some 200 nm: planes must be far closer.
  expect(suggestion.stepNm).toBeLessThanOrEqual(100);
});

test('of several beads it suits all: the common range, and the finest step', () => {
  const [a, b] = [coarse(500, 0, 8000), coarse(1400, 0, 8000)];
  const both = a.map(({ profiles, zNm }, plane) => ({ zNm, profiles: [...profiles, ...b[plane]!.profiles] }));
  const [of500, of1400, ofBoth] = [suggestSweep(a)!, suggestSweep(b)!, suggestSweep(both)!];
  expect(ofBoth.fromNm).toBe(Math.max(of500.fromNm, of1400.fromNm));
  expect(ofBoth.stepNm).toBe(Math.min(of500.stepNm, of1400.stepNm));
  expect(ofBoth.toNm).toBeLessThanOrEqual(Math.max(of500.toNm, of1400.toNm));
});

test('without light there is nothing to suggest', () => {
  const flat = (zNm: number) => ({ zNm, profiles: [new Float32Array(16).fill(100)] });
  expect(suggestSweep([0, 200, 400, 600].map(flat))).toBeNull();
  expect(suggestSweep([])).toBeNull();
});
