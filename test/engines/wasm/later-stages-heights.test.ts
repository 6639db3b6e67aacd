import { describe, expect, test } from 'vitest';
import { describeStatus } from '#protocol/track-status.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { expectSameBead } from '../../support/wasm-parity.ts';

const SIZE = 8;
/** Planes are kept as float32: of z that costs under a thousandth of a plane, a thousandth of what the noise here does. */
const HEIGHTS = { zNm: 2e-2, score: 1e-7 };

function counts(radius: number, plane: number): number {
  return 100 + 70 * Math.cos(radius * (0.5 - 0.002 * plane)) * Math.exp(-radius / 30);
}

function zLut(radii: number, planes: number, { perPlane = 1, stepNm = 50 } = {}): ZLut {
  return {
    name: 'rings',
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => 500 + stepNm * plane),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      counts(index % radii, perPlane * Math.floor(index / radii)),
    ),
  };
}

function noisyProfile(radii: number, plane: number, noise: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: radii }, (_, radius) => counts(radius, plane) + noise * random.normal());
}

function lookup(params: Record<string, unknown> = {}): Plan {
  const before = [{ stage: 'center-of-mass' }, { stage: 'radial-profile' }];
  const weighted = { stage: 'lookup-z', params: { match: 'weighted-least-squares', ...params } };
  return parsePlan([...before, weighted]).slice(-1);
}

/** Looks a profile up, in an ROI that does not matter. */
async function look(plan: Plan, profile: ArrayLike<number>, planes: ZLut) {
  const pixels = Array.from({ length: SIZE * SIZE }, (_, index) => index % 7);
  return expectSameBead(plan, { pixels, size: SIZE, pixelFormat: 'mono8', profile, zLut: planes }, HEIGHTS);
}

describe('lookup-z by weighted least squares', () => {
  test.each([
    {},
    { nLocal: 3, ends: 'fit', minScore: 0.9, minMargin: 0.01 },
    { nLocal: 7, ends: 'fit' },
    { nLocal: 7, minMargin: 0.2 },
    { nLocal: 3, minScore: 0.9995, minMargin: 2 },
  ])('%j finds the height, score and status of the reference, from end to end', async (params) => {
    const statuses = new Set<string>();
    for (const radii of [13, 32, 63, 93]) {
      for (const planes of [8, 61, 200]) {
        for (let step = 0; step <= 12; step++) {
          const plane = ((planes + 3) * step) / 12 - 2;
          const profile = noisyProfile(radii, plane, 2, 100 * radii + step);
          const { status } = await look(lookup(params), profile, zLut(radii, planes));
          statuses.add(describeStatus(status ?? 0));
        }
      }
    }
    if (params.minScore === 0.9995) expect([...statuses].some((bits) => bits.includes('unsure'))).toBe(true);
    if (params.ends === 'fit' && params.nLocal === 7)
      expect([...statuses].some((bits) => bits.includes('lut-end'))).toBe(true);
    if (params.minMargin === 2) expect([...statuses].some((bits) => bits.includes('ambiguous'))).toBe(true);
  });

  test('tells planes apart that float32 cannot', async () => {
    // Neighbors differ by less than float32 can tell near a correlation of 1.
    const planes = zLut(48, 3000, { perPlane: 0.005, stepNm: 1 });
    for (let step = 0; step < 20; step++) {
      const profile = noisyProfile(48, 2 + 0.5 * step, 0.01, step);
      const { zNm } = await look(lookup({ ends: 'fit' }), profile, planes);
      expect(zNm).toBeGreaterThan(500);
    }
  });

  test('empty bins, planes without contrast and profiles without light are those of the reference', async () => {
    const radii = 30;
    const holed = zLut(radii, 50);
    holed.profiles.fill(12, 20 * radii, 23 * radii);
    for (let plane = 0; plane < 50; plane++) holed.profiles[plane * radii + 9] = Number.NaN;
    const profile = noisyProfile(radii, 21.3, 1, 5);
    profile[9] = Number.NaN;
    profile[14] = Number.NaN;
    expect((await look(lookup(), profile, holed)).score).toBeGreaterThan(0.9);

    const dark = noisyProfile(radii, 30.4, 1, 6).map((light) => light - 100);
    expect((await look(lookup(), dark, holed)).score).toBeGreaterThan(0);

    for (const none of [new Array(radii).fill(77), new Array(radii).fill(Number.NaN)]) {
      const { zNm, score } = await look(lookup(), none, holed);
      expect([zNm, score]).toEqual([Number.NaN, Number.NaN]);
    }
  });
});
