import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { beadOf, ringCounts, ringZLut } from './synthetic-bead.ts';

const RADII = 16;
const zLut = ringZLut(RADII);

function profileAt(plane: number): Float64Array {
  return Float64Array.from({ length: RADII }, (_, radius) => ringCounts(radius, plane));
}

function lookUp(
  profile: Float64Array,
  lut: ZLut | null = zLut,
  nLocal: 3 | 5 | 7 = 5,
  options: Record<string, unknown> = {},
) {
  const bead = beadOf(new Float64Array(0), lut ? { profile, zLut: lut } : { profile });
  lookupZ.reference(bead, lookupZ.params.parse({ nLocal, ...options }));
  return bead;
}

/** The textbook formula. */
function pearson(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xMean, yMean] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    xy += (x[index]! - xMean) * (y[index]! - yMean);
    xx += (x[index]! - xMean) ** 2;
    yy += (y[index]! - yMean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

describe('Z-LUT lookup', () => {
  test.each([5, 9.3, 14.5, 18.8])('finds a profile %f planes up to within 3 nm of 100 nm planes', (plane) => {
    // nm: what a parabola misses of the correlation's shape
    expect(Math.abs(lookUp(profileAt(plane)).zNm - (1000 + 100 * plane))).toBeLessThan(3);
  });

  test('the score is the Pearson correlation with the best plane, without the first bin', () => {
    const profile = profileAt(9.3);
    const plane = zLut.profiles.subarray(9 * RADII + 1, 10 * RADII);
    expect(lookUp(profile).score).toBeCloseTo(pearson(profile.subarray(1), plane), 12);
  });

  test('brightness, contrast and the first bin change nothing', () => {
    const profile = profileAt(9.3).map((counts) => 0.4 * counts + 1000);
    profile[0] = 1e6;
    expect(lookUp(profile).zNm).toBeCloseTo(lookUp(profileAt(9.3)).zNm, 6);
  });

  test('planes may fall and be uneven: z is interpolated between them', () => {
    const falling = { ...zLut, planeZNm: zLut.planeZNm.map((_, plane) => 5000 - plane ** 2) };
    const index = (lookUp(profileAt(9.3)).zNm - 1000) / 100;
    expect(lookUp(profileAt(9.3), falling).zNm).toBeCloseTo(5000 - 81 - (index - 9) * 19, 6);
  });

  test.each([
    [3, 2],
    [5, 3],
    [7, 4],
  ] as const)('with %i planes fitted, the first and last %i planes are out of range', (nLocal, planes) => {
    const last = zLut.planes - 1;
    for (const [plane, lost] of [
      [planes - 1, true],
      [planes, false],
      [last - planes, false],
      [last - planes + 1, true],
    ] as const) {
      expect(Number.isNaN(lookUp(profileAt(plane), zLut, nLocal).zNm), `plane ${plane}`).toBe(lost);
    }
    expect(lookUp(profileAt(0), zLut, nLocal).score).toBeCloseTo(1, 12);
  });

  test('an empty bin is left out, on either side', () => {
    const profile = profileAt(9.3);
    profile[4] = Number.NaN;
    expect(Math.abs(lookUp(profile).zNm - 1930)).toBeLessThan(
      100 /* nm: one plane; the bin counts as the mean */,
    );
    const holed = { ...zLut, profiles: zLut.profiles.slice() };
    holed.profiles[9 * RADII + 4] = Number.NaN;
    expect(lookUp(profileAt(12.3), holed).zNm).toBe(lookUp(profileAt(12.3)).zNm);
  });

  test.each([0, 2, 23])('plane %i without contrast is passed over', (plane) => {
    const flat = { ...zLut, profiles: zLut.profiles.slice() };
    flat.profiles.fill(0.3, plane * RADII, (plane + 1) * RADII);
    expect(lookUp(profileAt(9.3), flat).zNm).toBe(lookUp(profileAt(9.3)).zNm);
  });

  test('a flat profile, an empty profile and a bead without a Z-LUT have neither z nor score', () => {
    for (const bead of [
      lookUp(new Float64Array(RADII).fill(0.3)),
      lookUp(new Float64Array(RADII).fill(Number.NaN)),
      lookUp(profileAt(9.3), null),
    ]) {
      expect([bead.zNm, bead.score]).toEqual([Number.NaN, Number.NaN]);
    }
  });

  test('by weighted least squares finds the same rings, whatever their brightness and contrast', () => {
    const options = { match: 'weighted-least-squares' };
    for (const plane of [5, 9.3, 14.5, 18.8]) {
      const bead = lookUp(profileAt(plane), zLut, 3, options);
      expect(Math.abs(bead.zNm - (1000 + 100 * plane))).toBeLessThan(3);
      expect(bead.score).toBeGreaterThan(0.99);
      const bright = lookUp(
        profileAt(plane).map((counts) => 7 * counts),
        zLut,
        3,
        options,
      );
      expect(bright.zNm).toBeCloseTo(bead.zNm, 6);
    }
  });

  test('the weighted score is the correlation with the weights of shot noise', () => {
    const profile = profileAt(9.3).map((counts, radius) => counts + (radius % 3));
    const plane = zLut.profiles.subarray(9 * RADII, 10 * RADII);
    const bins = Array.from({ length: RADII - 1 }, (_, index) => index + 1);
    const weight = (bin: number) => bin / profile[bin]!;
    const total = bins.reduce((sum, bin) => sum + weight(bin), 0);
    const mean = (of: Float64Array) => bins.reduce((sum, bin) => sum + weight(bin) * of[bin]!, 0) / total;
    const product = (a: Float64Array, b: Float64Array) =>
      bins.reduce((sum, bin) => sum + weight(bin) * (a[bin]! - mean(a)) * (b[bin]! - mean(b)), 0);
    const r = product(profile, plane) / Math.sqrt(product(profile, profile) * product(plane, plane));
    expect(lookUp(profile, zLut, 5, { match: 'weighted-least-squares' }).score).toBeCloseTo(r, 12);
  });

  test('with ends fitted, z goes to the last plane but one, and says where fewer planes were fitted', () => {
    for (const [plane, status] of [
      [0, 0],
      [1.2, TRACK_STATUS['lut-end']],
      [2.2, 0],
      [21.3, 0],
      [21.8, TRACK_STATUS['lut-end']],
      [23, 0],
    ] as const) {
      const bead = lookUp(profileAt(plane), zLut, 5, { ends: 'fit' });
      expect(bead.status, `plane ${plane}`).toBe(status);
      if (plane === 0 || plane === 23) expect(bead.zNm).toBeNaN();
      // nm: what a parabola misses of the correlation's shape
      else expect(Math.abs(bead.zNm - (1000 + 100 * plane))).toBeLessThan(3);
    }
  });

  test('a profile unlike every plane is unsure and has no z, but a score', () => {
    const profile = profileAt(9.3).map((counts, radius) => (radius % 2 ? counts : 240 - counts));
    const bead = lookUp(profile, zLut, 5, { minScore: 0.9 });
    expect(bead.score).toBeLessThan(0.9);
    expect([bead.zNm, bead.status]).toEqual([Number.NaN, TRACK_STATUS.unsure]);
    expect(lookUp(profile).status).toBe(0);
    expect(lookUp(profileAt(9.3), zLut, 5, { minScore: 0.9 }).status).toBe(0);
  });

  test('two distinct heights that match alike are ambiguous', () => {
    // The same planes twice, the second time with a little more contrast in the outer half.
    const twice: ZLut = {
      ...zLut,
      planes: 48,
      planeZNm: Float64Array.from({ length: 48 }, (_, plane) => 1000 + 100 * plane),
      profiles: Float64Array.from({ length: 48 * RADII }, (_, index) => {
        const again = index >= 24 * RADII && index % RADII > RADII / 2;
        return ringCounts(index % RADII, Math.floor(index / RADII) % 24) * (again ? 1.02 : 1);
      }),
    };
    const near = lookUp(profileAt(12.3), twice, 5, { minMargin: 0.05 });
    expect(Math.abs(near.zNm - 2230)).toBeLessThan(3);
    expect(near.status).toBe(TRACK_STATUS.ambiguous);
    expect(lookUp(profileAt(12.3), twice, 5, { minMargin: 1e-6 }).status).toBe(0);
    expect(lookUp(profileAt(12.3), zLut, 5, { minMargin: 0.05 }).status).toBe(0);
    expect(lookUp(profileAt(12.3), twice).status).toBe(0);
  });
});
