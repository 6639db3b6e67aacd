import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { resamplePlanes, smoothPlanes } from '#zlut-tools/sweep-planes.ts';
import { matchHeight, profileSpline } from '#zlut-tools/sweep-spline.ts';

const RADII = 24;
const ring = (zNm: number, radius: number) => 100 + 40 * Math.cos(radius / 2 - zNm / 200);
const profileAt = (zNm: number) => Float64Array.from({ length: RADII }, (_, radius) => ring(zNm, radius));
const planes = (zNm: number[]) => {
  const profiles = new Float64Array(zNm.length * RADII);
  for (const [plane, z] of zNm.entries()) profiles.set(profileAt(z), plane * RADII);
  return { zNm: Float64Array.from(zNm), profiles };
};
const even = Array.from({ length: 30 }, (_, plane) => plane * 50);

test('a spline gives the planes themselves and what lies between them', () => {
  const uneven = even.map((zNm, plane) => zNm + (plane % 3) * 8);
  const { zNm, profiles } = planes(uneven);
  const spline = profileSpline(zNm, profiles, RADII);
  const into = new Float64Array(RADII);
  expect([...spline.at(uneven[7]!, into)]).toEqual([...profileAt(uneven[7]!)]);
  // counts: a quarter of a radian a plane leaves a cubic that far off
  for (const [radius, counts] of spline.at(733, into).entries()) {
    expect(Math.abs(counts - ring(733, radius))).toBeLessThan(0.02);
  }
});

test('a bin that is empty in one plane is filled from its neighbors, and one that always is stays NaN', () => {
  const { zNm, profiles } = planes(even);
  profiles[10 * RADII + 5] = Number.NaN;
  for (let plane = 0; plane < even.length; plane++) profiles[plane * RADII] = Number.NaN;
  const at = profileSpline(zNm, profiles, RADII).at(500, new Float64Array(RADII));
  expect(at[0]).toBeNaN();
  expect(Math.abs(at[5]! - ring(500, 5))).toBeLessThan(2);
});

test('a profile is found at its height to 0.1 nm, and nowhere beyond the reach', () => {
  const { zNm, profiles } = planes(even);
  const spline = profileSpline(zNm, profiles, RADII);
  for (const z of [310, 333.3, 349, 1017]) {
    expect(Math.abs(matchHeight(spline, profileAt(z), z + 60, 200)!.zNm - z)).toBeLessThan(0.1);
  }
  expect(matchHeight(spline, profileAt(700), 300, 200)).toBeNull();
});

test('resampled planes are even, and those of the bead', () => {
  const { zNm, profiles } = resamplePlanes(planes(even.map((z, plane) => z + (plane % 2) * 10)), RADII, 25);
  expect([...zNm.subarray(0, 3), zNm.length]).toEqual([0, 25, 50, 59]);
  expect(Math.abs(profiles[20 * RADII + 3]! - ring(500, 3))).toBeLessThan(0.05);
});

test('smoothing takes noise out and leaves the rings', () => {
  const random = createRandom(5);
  const noisy = planes(even);
  for (let index = 0; index < noisy.profiles.length; index++) noisy.profiles[index]! += 4 * random.normal();
  const { profiles } = smoothPlanes(noisy, RADII, 100);
  const clean = planes(even).profiles;
  const off = (values: Float64Array) =>
    Math.sqrt(values.reduce((sum, value, index) => sum + (value - clean[index]!) ** 2, 0) / values.length);
  expect(off(noisy.profiles)).toBeGreaterThan(3.8);
  // A parabola over about seven planes keeps half the noise; without noise the rings lose 0.2 counts of 40.
  expect(off(profiles)).toBeLessThan(2.4);
  expect(off(smoothPlanes(planes(even), RADII, 100).profiles)).toBeLessThan(0.6);
});
