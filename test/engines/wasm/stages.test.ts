import { describe, expect, test } from 'vitest';
import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { ringZLut } from '../../support/ring-beads.ts';
import { expectSameBead } from '../../support/wasm-parity.ts';

const FORMATS: PixelFormat[] = ['mono8', 'mono12', 'mono16', 'float32'];
const rangeOf = (format: PixelFormat) => (format === 'float32' ? 37.5 : PIXEL_FORMATS[format].saturation);

/** A plan of one stage, which would lack what it reads if it were not given. */
function oneStage(stage: string, params: Record<string, unknown> = {}): Plan {
  const before = [{ stage: 'center-of-mass' }, { stage: 'radial-profile' }];
  return parsePlan([...before, { stage, params }]).slice(-1);
}

/** Rings off center over the whole range of a pixel, with noise. */
function rings(size: number, pixelFormat: PixelFormat, seed: number): number[] {
  const random = createRandom(seed);
  const xPx = size * (0.4 + 0.2 * random.uniform());
  const yPx = size * (0.4 + 0.2 * random.uniform());
  return Array.from({ length: size * size }, (_, index) => {
    const radiusPx = Math.hypot((index % size) - xPx, Math.floor(index / size) - yPx);
    const light =
      0.5 + 0.45 * Math.cos(radiusPx) * Math.exp(-radiusPx / (0.2 * size)) + 0.02 * random.normal();
    const counts = rangeOf(pixelFormat) * Math.min(1, Math.max(0, light));
    return pixelFormat === 'float32' ? Math.fround(counts - 10) : Math.round(counts);
  });
}

/** Centers inside, on pixels and corners, near and beyond every side, far away, and unknown on either axis. */
function centers(size: number): { xPx: number; yPx: number }[] {
  const middle = (size - 1) / 2;
  const xs = [middle, middle + 0.31, size / 2 - 0.2, 0.4, -0.6, -2.5, size - 1, size + 1.2, 1e7, Number.NaN];
  return xs.flatMap((xPx, index) => [
    { xPx, yPx: middle + 0.17 },
    { xPx: middle - 0.23, yPx: xPx },
    { xPx, yPx: xs[(index * 3) % xs.length]! },
  ]);
}

describe('the kernel agrees with the stage to 1e-9 px', () => {
  test.each([
    ['auto-conv', {}],
    ['auto-conv-sub-pixel', { nLocal: 3 }],
    ['auto-conv-multiline', { lineRatio: 0.5 }],
    ['auto-conv-multiline-sub-pixel', {}],
    ['auto-conv-multiline-sub-pixel', { lineRatio: 0.3, nLocal: 7, iterations: 20 }],
  ])('%s %j from 30 centers in ROIs of 4 sizes', async (stage, params) => {
    let found = 0;
    for (const [index, size] of [8, 31, 64, 101].entries()) {
      for (const pixelFormat of FORMATS) {
        const pixels = rings(size, pixelFormat, 10 + index);
        for (const seed of centers(size)) {
          const { xPx } = await expectSameBead(oneStage(stage, params), { pixels, size, pixelFormat, seed });
          found += Number.isFinite(xPx) ? 1 : 0;
        }
      }
    }
    expect(found).toBeGreaterThan(150);
  });

  test.each([
    { background: 'none' },
    { background: 'mean' },
    { background: 'median' },
    { background: 'threshold' },
    { background: 'threshold', k: 2.5, absolute: false },
    { background: 'mean', absolute: false },
  ])('center-of-mass %j', async (params) => {
    for (const size of [8, 9, 10, 11, 17, 31, 64, 101, 512]) {
      for (const pixelFormat of FORMATS) {
        const pixels = rings(size, pixelFormat, size);
        await expectSameBead(oneStage('center-of-mass', params), { pixels, size, pixelFormat });
      }
    }
  });

  test.each(['none', 'mean', 'median', 'threshold'])(
    'center-of-mass with background %s of the darkest, the brightest and two kinds of pixels',
    async (background) => {
      for (const pixelFormat of ['mono8', 'mono16'] as const) {
        for (const size of [9, 512]) {
          for (const dark of [0, 1, 0.5]) {
            const bright = rangeOf(pixelFormat);
            const pixels = Array.from({ length: size * size }, (_, index) =>
              index / size / size < dark ? 0 : bright,
            );
            await expectSameBead(oneStage('center-of-mass', { background }), { pixels, size, pixelFormat });
          }
        }
      }
    },
  );
});

describe('radial-profile', () => {
  test.each([
    { bins: 'nearest' },
    { bins: 'nearest', oversample: 3 },
    { bins: 'nearest', oversample: 8 },
    { bins: 'split' },
    { bins: 'split', oversample: 4 },
  ])('%j has the pixels of the reference in every bin, from 30 centers', async (params) => {
    for (const size of [8, 13, 31, 64]) {
      for (const pixelFormat of FORMATS) {
        const pixels = rings(size, pixelFormat, 20 + size);
        for (const seed of centers(size)) {
          await expectSameBead(oneStage('radial-profile', params), { pixels, size, pixelFormat, seed });
        }
      }
    }
  });

  test('sorts pixels half-way between two rings as the reference does, at any center of a grid', async () => {
    const size = 24;
    const pixels = rings(size, 'mono16', 3);
    for (let step = 0; step <= 16; step++) {
      // Eighths of a pixel: their distances are often exactly half-way.
      const seed = { xPx: 10 + step / 8, yPx: 12 - step / 16 };
      for (const oversample of [1, 2, 8]) {
        const plan = oneStage('radial-profile', { oversample });
        await expectSameBead(plan, { pixels, size, pixelFormat: 'mono16', seed });
      }
    }
  });

  test('adds up saturated 16-bit pixels of 512 px', async () => {
    const size = 512;
    const pixels = new Uint16Array(size * size).fill(65535);
    for (const seed of [
      { xPx: 255.5, yPx: 255.5 },
      { xPx: Number.NaN, yPx: 3 },
    ]) {
      await expectSameBead(oneStage('radial-profile'), { pixels, size, pixelFormat: 'mono16', seed });
    }
  });

  test('has NaN in the bins of NaN pixels, and in no other', async () => {
    const size = 21;
    const pixels = rings(size, 'float32', 4);
    pixels[10 * size + 14] = Number.NaN;
    for (const bins of ['nearest', 'split']) {
      const plan = oneStage('radial-profile', { bins });
      const seed = { xPx: 10.2, yPx: 9.9 };
      const { profile } = await expectSameBead(plan, { pixels, size, pixelFormat: 'float32', seed });
      expect(profile.filter(Number.isNaN).length).toBe(bins === 'nearest' ? 1 : 2);
    }
  });
});

describe('lookup-z', () => {
  const size = 24;
  const zLut = ringZLut(size, 41);
  const blank = new Array<number>(size * size).fill(1);
  const plane = (index: number) => zLut.profiles.subarray(index * zLut.radii, (index + 1) * zLut.radii);
  /** Between planes, with a bin that is empty. */
  const between = (index: number, part: number) =>
    Array.from(plane(index), (counts, radius) =>
      radius === 3 ? Number.NaN : 80 * (counts + part * (plane(index + 1)[radius]! - counts)),
    );

  test.each([
    {},
    { nLocal: 3 },
    { nLocal: 7, ends: 'fit' },
    { ends: 'fit', minScore: 0.9, minMargin: 0.01 },
    { minScore: 0.99999, minMargin: 1 },
  ])('%j of profiles at, between and beyond planes', async (params) => {
    const given = [
      ...[0, 1, 2, 3, 20, 37, 39].flatMap((index) => [between(index, 0), between(index, 0.4)]),
      between(39, 1),
      new Array<number>(zLut.radii).fill(7),
      new Array<number>(zLut.radii).fill(Number.NaN),
    ];
    for (const profile of given) {
      const roi = { pixels: blank, size, pixelFormat: 'mono8' as const, profile, zLut };
      await expectSameBead(oneStage('lookup-z', params), roi);
    }
  });

  test('finds the second best height as the reference does, beside the best and far from it', async () => {
    for (const nLocal of [3, 5, 7]) {
      // The planes nearly repeat themselves, so that the next peak is just too near to count.
      const period = (nLocal + 1) / 2;
      const profiles = zLut.profiles.map((_, index) => {
        const from = Math.floor(index / zLut.radii);
        const radius = index % zLut.radii;
        return plane(4 * (from % period))[radius]! + 0.1 * Math.abs(from - 20) * Math.cos(radius);
      });
      const profile = profiles.subarray(20 * zLut.radii, 21 * zLut.radii);
      const roi = { pixels: blank, size, pixelFormat: 'mono8' as const, profile };
      const ambiguous = new Set<number>();
      for (let minMargin = 0; minMargin < 0.5; minMargin += 0.01) {
        const lookup = oneStage('lookup-z', { nLocal, ends: 'fit', minMargin });
        const { status } = await expectSameBead(lookup, { ...roi, zLut: { ...zLut, profiles } });
        ambiguous.add(status!);
      }
      expect(ambiguous.size, `margins on both sides with ${nLocal} planes`).toBe(2);
    }
  });

  test('keeps the digits of z over 2048 radii of planes that are nearly the same', async () => {
    const radii = 2048;
    const light = (radius: number, height: number) =>
      100 + 50 * Math.cos(radius / 12 - 0.01 * height) * Math.exp(-radius / 600);
    const profiles = Float64Array.from({ length: 300 * radii }, (_, index) =>
      light(index % radii, Math.floor(index / radii)),
    );
    const planeZNm = Float64Array.from({ length: 300 }, (_, index) => 50 * index);
    const fine = { ...zLut, planes: 300, radii, planeZNm, profiles };
    for (const height of [40.3, 150.5, 249.9]) {
      // Rings that are on no plane: the match is far from 1, where float32 has few digits.
      const profile = Float64Array.from({ length: radii }, (_, radius) => {
        return light(radius, height) + 20 * Math.cos(radius / 3);
      });
      const roi = { pixels: blank, size, pixelFormat: 'mono8' as const, profile, zLut: fine };
      const { zNm } = await expectSameBead(oneStage('lookup-z'), roi);
      expect(Math.abs(zNm - 50 * height)).toBeLessThan(50 /* nm: one plane, since the other rings pull */);
    }
  });

  test('takes the first of two equal planes, and passes over those without contrast', async () => {
    const planes = zLut.profiles.slice();
    planes.copyWithin(30 * zLut.radii, 20 * zLut.radii, 21 * zLut.radii);
    planes.fill(5, 21 * zLut.radii, 22 * zLut.radii);
    const roi = { pixels: blank, size, pixelFormat: 'mono8' as const, profile: plane(20) };
    for (const minMargin of [0, 0.5]) {
      const plan = oneStage('lookup-z', { ends: 'fit', minMargin });
      await expectSameBead(plan, { ...roi, zLut: { ...zLut, profiles: planes } });
    }
    await expectSameBead(oneStage('lookup-z'), roi);
  });
});
