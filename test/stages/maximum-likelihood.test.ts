import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import type { BeadState } from '#stages/define.ts';
import { maximumLikelihood } from '#stages/maximum-likelihood.ts';
import { ringModel, smoothRings } from './ring-model.ts';
import { beadOf } from './synthetic-bead.ts';

const SIZE = 40;
const RADII = 20;
const PLANES = 21;
const zLut: ZLut = {
  name: 'rings',
  planes: PLANES,
  radii: RADII,
  planeZNm: Float64Array.from({ length: PLANES }, (_, plane) => 50 * plane),
  profiles: Float64Array.from({ length: PLANES * RADII }, (_, at) =>
    smoothRings(at % RADII, 50 * Math.floor(at / RADII)),
  ),
  method: { stage: 'radial-profile', params: { bins: 'split' }, roiSize: SIZE },
  model: ringModel(),
};
const truth = { xPx: 19.83, yPx: 20.41, zNm: 613 };

/** Counts of the rings, one a photon; `change` is given the light and its column and row. */
function photographed(
  seed: number,
  change: (light: number, column: number, row: number) => number = (light) => light,
): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    const [column, row] = [pixel % SIZE, Math.floor(pixel / SIZE)];
    const light = smoothRings(Math.hypot(column - truth.xPx, row - truth.yPx), truth.zNm);
    return random.poisson(change(light, column, row));
  });
}

function fitted(
  pixels: Float64Array,
  params: Record<string, unknown> = {},
  known: Partial<BeadState> = {},
): BeadState {
  const seed = { xPx: truth.xPx + 0.3, yPx: truth.yPx - 0.4, zNm: truth.zNm + 60, zLut };
  const bead = { ...beadOf(pixels, seed), ...known };
  maximumLikelihood.reference(bead, maximumLikelihood.params.parse(params));
  return bead;
}

/** Standard deviations from the truth, of x, y and z. */
function sigmasOff(bead: BeadState): number[] {
  return [
    (bead.xPx - truth.xPx) / bead.sigmaXPx!,
    (bead.yPx - truth.yPx) / bead.sigmaYPx!,
    (bead.zNm - truth.zNm) / bead.sigmaZNm!,
  ];
}

describe('maximum likelihood', () => {
  test('is as near to the truth as it says, with a chi-squared of 1', () => {
    let squares = 0;
    for (let seed = 0; seed < 40; seed++) {
      const bead = fitted(photographed(seed));
      expect(bead.status).toBe(0);
      // Its standard deviation over 1600 pixels is 0.035.
      expect(Math.abs(bead.chiSquared! - 1)).toBeLessThan(0.14);
      for (const off of sigmasOff(bead)) squares += off * off;
    }
    // 120 numbers: their spread is known to 6 %.
    expect(Math.sqrt(squares / 120)).toBeGreaterThan(0.8);
    expect(Math.sqrt(squares / 120)).toBeLessThan(1.2);
  });

  test('tells x from y', () => {
    const bead = fitted(photographed(1));
    expect(bead.xPx).toBeCloseTo(truth.xPx, 1);
    expect(bead.yPx).toBeCloseTo(truth.yPx, 1);
  });

  test('half the light moves nothing, and is known less well', () => {
    const bright = fitted(photographed(2));
    const dim = fitted(photographed(2, (light) => light / 2));
    expect(Math.max(...sigmasOff(dim).map(Math.abs))).toBeLessThan(4);
    expect(dim.sigmaZNm! / bright.sigmaZNm!).toBeCloseTo(Math.SQRT2, 1);
  });

  test('a camera gain in place of the calibrated one changes sigma, not the place', () => {
    const electrons = photographed(3);
    const counts = electrons.map((value) => 4 * value);
    const scaled = { ...zLut, model: { ...zLut.model!, levelCounts: 4000 } };
    scaled.model.coefficients = scaled.model.coefficients.map((value) => 4 * value);
    const plain = fitted(electrons);
    const told = fitted(counts, { cameraGain: 4 }, { zLut: scaled });
    expect(told.xPx).toBeCloseTo(plain.xPx, 9);
    expect(told.sigmaZNm).toBeCloseTo(plain.sigmaZNm!, 9);
    expect(told.chiSquared).toBeCloseTo(plain.chiSquared!, 9);
    // A read noise of as many photons as there are doubles the variance; the image does not have it.
    const noisy = fitted(counts, { cameraGain: 4, readNoise: Math.sqrt(1000) }, { zLut: scaled });
    expect(noisy.sigmaXPx! / plain.sigmaXPx!).toBeCloseTo(Math.SQRT2, 1);
    expect(noisy.chiSquared).toBeCloseTo(0.5, 1);
    const raised = counts.map((value) => value + 400);
    const black = fitted(raised, { cameraGain: 4, blackLevel: 400 }, { zLut: scaled });
    expect(black.chiSquared).toBeCloseTo(plain.chiSquared!, 2);
  });

  test('dirt raises chi-squared and sigma, and is named; the robust fit passes over it', () => {
    const dirt = photographed(4, (light, column, row) =>
      Math.hypot(column - 31, row - 14) < 3 ? 0.4 * light : light,
    );
    const clean = fitted(photographed(4));
    const plain = fitted(dirt);
    expect(plain.status).toBe(TRACK_STATUS['poor-fit']);
    expect(plain.chiSquared).toBeGreaterThan(2);
    // Within a tenth, since the dirt also changes the gain.
    const raised = plain.sigmaXPx! / clean.sigmaXPx! / Math.sqrt(plain.chiSquared!);
    expect(Math.abs(raised - 1)).toBeLessThan(0.15);
    const robust = fitted(dirt, { robust: true });
    expect(robust.status).toBe(0);
    expect(Math.abs(robust.chiSquared! - 1)).toBeLessThan(0.14);
    expect(Math.max(...sigmasOff(robust).map(Math.abs))).toBeLessThan(4);
  });

  test('rings that are as little round as those of the calibration are no news, whatever the light', () => {
    const oval = (strength: number, share: number) => (light: number, column: number, row: number) =>
      share * (light + strength * Math.cos(2 * Math.atan2(row - truth.yPx, column - truth.xPx)));
    const pixels = photographed(8, oval(45, 1));
    const plain = fitted(pixels);
    expect(plain.status).toBe(TRACK_STATUS['poor-fit']);
    const calibrated = { zLut: { ...zLut, model: { ...zLut.model!, misfit: plain.chiSquared! - 1 } } };
    const known = fitted(pixels, {}, calibrated);
    expect(known.status).toBe(0);
    // The error that is stated is larger all the same.
    expect([known.chiSquared, known.sigmaZNm]).toEqual([plain.chiSquared, plain.sigmaZNm]);
    expect(fitted(photographed(9, oval(45, 4)), {}, calibrated).status).toBe(0);
    expect(fitted(photographed(10, oval(90, 1)), {}, calibrated).status).toBe(TRACK_STATUS['poor-fit']);
  });

  test('light that rises across the ROI pulls, unless the tilt is fitted', () => {
    const tilted = photographed(5, (light, column, row) => light + 6 * (column - 20) - 4 * (row - 20));
    expect(fitted(tilted).status).toBe(TRACK_STATUS['poor-fit']);
    const bead = fitted(tilted, { tilt: true });
    expect(bead.status).toBe(0);
    expect(Math.max(...sigmasOff(bead).map(Math.abs))).toBeLessThan(4);
  });

  test('saturated pixels do not pull', () => {
    const limit = 1100;
    const cut = photographed(6).map((counts) => Math.min(limit, counts));
    const bead = fitted(cut, {}, { saturation: limit });
    expect(bead.status).toBe(0);
    expect(Math.max(...sigmasOff(bead).map(Math.abs))).toBeLessThan(4);
    expect(fitted(cut).status).toBe(TRACK_STATUS['poor-fit']);
  });

  test('starts again from another seed where the first is none, or far off', () => {
    const pixels = photographed(7);
    for (const seed of [
      { xPx: Number.NaN, yPx: Number.NaN, zNm: Number.NaN },
      { xPx: 30, yPx: 10, zNm: 200 },
    ]) {
      const bead = fitted(pixels, {}, seed);
      expect(bead.status).toBe(0);
      expect(Math.max(...sigmasOff(bead).map(Math.abs))).toBeLessThan(4);
    }
  });

  test('finds no bead in noise', () => {
    for (let seed = 0; seed < 10; seed++) {
      const bead = fitted(photographed(seed, () => 1000));
      expect(bead.status! & TRACK_STATUS.unsure).toBeTruthy();
      expect([bead.xPx, bead.yPx, bead.zNm, bead.sigmaXPx, bead.sigmaZNm]).toEqual(Array(5).fill(Number.NaN));
    }
  });

  test('has a center but no z where the rings are those of another bead', () => {
    const random = createRandom(12);
    const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
      const r = Math.hypot((pixel % SIZE) - truth.xPx, Math.floor(pixel / SIZE) - truth.yPx);
      return random.poisson(smoothRings(r, truth.zNm) + 350 * Math.cos(2.2 * r) * Math.exp(-(r ** 2) / 300));
    });
    const bead = fitted(pixels);
    expect(bead.chiSquared).toBeGreaterThan(3);
    // px: what the strange rings leave of symmetry is theirs, too
    expect(Math.hypot(bead.xPx - truth.xPx, bead.yPx - truth.yPx)).toBeLessThan(0.1);
    expect(bead.status! & TRACK_STATUS.unsure).toBeTruthy();
    expect(bead.zNm).toBeNaN();
  });

  test('has no z where the rings are those of a height beyond the model', () => {
    const random = createRandom(9);
    for (const zNm of [-150, 1150, 1900]) {
      const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) =>
        random.poisson(
          smoothRings(Math.hypot((pixel % SIZE) - truth.xPx, Math.floor(pixel / SIZE) - truth.yPx), zNm),
        ),
      );
      const bead = fitted(pixels, {}, { zNm: zNm < 0 ? 80 : 920 });
      expect([bead.zNm, bead.sigmaZNm]).toEqual([Number.NaN, Number.NaN]);
    }
  });

  test('leaves the center of a bead without a model as it is', () => {
    const { model: _, ...plain } = zLut;
    for (const without of [null, plain]) {
      const bead = fitted(photographed(8), {}, { zLut: without });
      expect([bead.xPx, bead.yPx]).toEqual([truth.xPx + 0.3, truth.yPx - 0.4]);
      expect([bead.sigmaXPx, bead.sigmaZNm, bead.chiSquared]).toEqual(Array(3).fill(Number.NaN));
    }
  });

  test('the same image gives the same numbers, whatever came before', () => {
    const pixels = photographed(10);
    const first = fitted(pixels);
    fitted(photographed(11), {}, { xPx: 30, yPx: 10 });
    const again = fitted(pixels);
    expect([again.xPx, again.yPx, again.zNm, again.sigmaZNm]).toEqual([
      first.xPx,
      first.yPx,
      first.zNm,
      first.sigmaZNm,
    ]);
  });
});
