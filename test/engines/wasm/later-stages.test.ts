import { describe, expect, test } from 'vitest';
import type { BeadState } from '#stages/define.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { centersAround, FORMATS, noisyRings } from '../../support/noisy-rings.ts';
import { expectSameBead } from '../../support/wasm-parity.ts';

/** What float32 samples cost a center, px, and a profile, of its brightest: a hundredth of the photons' noise. */
const CIRCLES = { px: 5e-6, counts: 2e-6 };
/** What a float32 transform costs, of its brightest bin. */
const TRANSFORM = { counts: 1e-6 };
/** The spline of pixels 20 px away, px; far outside the ROI a parabola through almost straight samples is long. */
const SPLINE = { px: 1e-6 };

/** A plan of one stage, which starts from a given center. */
function oneStage(stage: string, params: Record<string, unknown> = {}): Plan {
  return parsePlan([{ stage: 'center-of-mass' }, { stage, params }]).slice(-1);
}

/** Compares a stage from every center in rings of these sizes and every format; returns what the reference made. */
async function compareEverywhere(
  plan: Plan,
  sizes: readonly number[],
  tolerance: Parameters<typeof expectSameBead>[2],
): Promise<BeadState[]> {
  const beads: BeadState[] = [];
  for (const size of sizes) {
    for (const pixelFormat of FORMATS) {
      // Also near a corner, where circles leave the ROI.
      for (const share of [0.49, 0.2]) {
        const at = { xPx: share * size, yPx: (share + 0.03) * size };
        const pixels = noisyRings(size, pixelFormat, { seed: 10 * size, ...at });
        const seeds = share > 0.4 ? centersAround(size) : [{ xPx: at.xPx + 0.6, yPx: at.yPx - 0.8 }];
        for (const seed of seeds) {
          beads.push(await expectSameBead(plan, { pixels, size, pixelFormat, seed }, tolerance));
        }
      }
    }
  }
  return beads;
}

describe('quadrant-interpolation', () => {
  test.each([
    {},
    { weights: 'cosine', angularFactor: 2 },
    { iterations: 2, radialSteps: 1.5, angularDensity: 0.5, weights: 'cosine' },
    { iterations: 8, radialSteps: 4, angularDensity: 0.1, minSymmetry: 0 },
    { iterations: 1, radialSteps: 0.5, angularDensity: 4, minSymmetry: 0, weights: 'cosine' },
  ])('%j finds the center of the reference from 31 centers', async (params) => {
    const beads = await compareEverywhere(oneStage('quadrant-interpolation', params), [8, 31, 64], CIRCLES);
    expect(beads.filter(({ xPx }) => Number.isFinite(xPx)).length).toBeGreaterThan(50);
    expect(beads.filter(({ xPx }) => Number.isNaN(xPx)).length).toBeGreaterThan(50);
  });

  test('finds it in ROIs of 101 and 512 px', async () => {
    for (const [size, pixelFormat] of [
      [101, 'mono16'],
      [512, 'mono8'],
      [512, 'float32'],
    ] as const) {
      const at = { xPx: 0.47 * size, yPx: 0.52 * size };
      const pixels = noisyRings(size, pixelFormat, { seed: size, ...at });
      const seed = { xPx: at.xPx + 1.1, yPx: at.yPx - 0.7 };
      const plan = oneStage('quadrant-interpolation', { weights: 'cosine', angularFactor: 2 });
      const bead = await expectSameBead(plan, { pixels, size, pixelFormat, seed }, CIRCLES);
      expect(Math.hypot(bead.xPx - at.xPx, bead.yPx - at.yPx)).toBeLessThan(0.1);
    }
  });

  test('keeps the digits of faint rings in much light', async () => {
    const size = 48;
    // Contrast of 60 in 60 000 counts, whose sums alone have no digits left for it in float32.
    const rings = noisyRings(size, 'mono8', { seed: 3, xPx: 23.2, yPx: 24.1 });
    const pixels = rings.map((counts) => 60_000 + Math.round(counts / 4));
    const plan = oneStage('quadrant-interpolation');
    const seed = { xPx: 23.9, yPx: 23.5 };
    const { xPx } = await expectSameBead(plan, { pixels, size, pixelFormat: 'mono16', seed }, CIRCLES);
    expect(xPx).toBeGreaterThan(0);
  });

  test('finds nothing in even light, nor with a NaN pixel, and nothing of them in the next ROI', async () => {
    const size = 24;
    const seed = { xPx: 11.2, yPx: 11.9 };
    const plan = oneStage('quadrant-interpolation');
    const even = new Array<number>(size * size).fill(77);
    const dark = await expectSameBead(plan, { pixels: even, size, pixelFormat: 'mono8', seed });
    const holed = noisyRings(size, 'float32', { seed: 5, ...seed });
    holed[5 * size + 7] = Number.NaN;
    const torn = await expectSameBead(plan, { pixels: holed, size, pixelFormat: 'float32', seed });
    expect([dark.xPx, dark.yPx, torn.xPx, torn.yPx]).toEqual(new Array(4).fill(Number.NaN));
  });
});

describe('radial-profile of circles', () => {
  test.each([
    {},
    { radialSteps: 2, angularDensity: 0.5 },
    { radialSteps: 8, angularDensity: 0.1 },
    { radialSteps: 0.5, angularDensity: 4 },
  ])('%j has the means of the reference around 31 centers, NaN where it has', async (params) => {
    const plan = oneStage('radial-profile', { bins: 'interpolate', ...params });
    const beads = await compareEverywhere(plan, [8, 13, 31, 64], CIRCLES);
    const bins = beads.flatMap(({ profile }) => [...profile]);
    expect(bins.some(Number.isNaN) && bins.some(Number.isFinite)).toBe(true);
  });

  test('has NaN in the circles of a NaN pixel, and in no other', async () => {
    const size = 21;
    const pixels = noisyRings(size, 'float32', { seed: 4, xPx: 10, yPx: 10 });
    pixels[10 * size + 16] = Number.NaN;
    const plan = oneStage('radial-profile', { bins: 'interpolate' });
    const seed = { xPx: 10.2, yPx: 9.9 };
    const { profile } = await expectSameBead(plan, { pixels, size, pixelFormat: 'float32', seed }, CIRCLES);
    expect(profile.filter(Number.isNaN).length).toBeGreaterThan(2);
    expect(profile.filter(Number.isFinite).length).toBeGreaterThan(10);
  });
});

describe('fft-profile', () => {
  test.each([
    {},
    { window: 'none', oversample: 1 },
    { window: 'axes-swapped', rmin: 0.3, rmax: 1, oversample: 8 },
    { gausFactor: 2, rmin: 0.05, rmax: 0.4, oversample: 2 },
    { rmin: 0, rmax: 0 },
  ])('%j has the magnitudes of the reference around 31 centers', async (params) => {
    // 31 is prime, 15 = 3 * 5, 64 = 4^3.
    const beads = await compareEverywhere(oneStage('fft-profile', params), [8, 15, 31, 64], TRANSFORM);
    const isAny = params.rmax !== 0;
    expect(beads.some(({ profile }) => profile.some(Number.isFinite))).toBe(isAny);
  });

  test('transforms every size from 8 to 130 px, and 509 and 512', { timeout: 60_000 }, async () => {
    const sizes = [...Array.from({ length: 123 }, (_, index) => 8 + index), 509, 512];
    for (const size of sizes) {
      const seed = { xPx: 0.47 * size, yPx: 0.52 * size };
      const pixels = noisyRings(size, 'mono8', { seed: size, ...seed });
      await expectSameBead(oneStage('fft-profile'), { pixels, size, pixelFormat: 'mono8', seed }, TRANSFORM);
    }
  });

  test('a NaN pixel makes every bin NaN', async () => {
    const size = 20;
    const seed = { xPx: 9.4, yPx: 9.6 };
    const pixels = noisyRings(size, 'float32', { seed: 6, ...seed });
    pixels[77] = Number.NaN;
    const plan = oneStage('fft-profile');
    const { profile } = await expectSameBead(plan, { pixels, size, pixelFormat: 'float32', seed });
    expect(profile.every(Number.isNaN)).toBe(true);
  });
});

describe('qi', () => {
  test('moves to the extremum of the reference, from 31 centers', async () => {
    const beads = await compareEverywhere(oneStage('qi'), [8, 31, 64], SPLINE);
    expect(beads.filter(({ xPx }) => Number.isFinite(xPx)).length).toBeGreaterThan(100);
    expect(beads.filter(({ xPx }) => Number.isNaN(xPx)).length).toBeGreaterThan(20);
  });

  test('a NaN pixel anywhere makes the center NaN', async () => {
    const size = 64;
    const seed = { xPx: 19.4, yPx: 19.6 };
    const pixels = noisyRings(size, 'float32', { seed: 6, ...seed });
    pixels[size * size - 1] = Number.NaN;
    const bead = await expectSameBead(oneStage('qi'), { pixels, size, pixelFormat: 'float32', seed });
    expect([bead.xPx, bead.yPx]).toEqual([Number.NaN, Number.NaN]);
  });
});
