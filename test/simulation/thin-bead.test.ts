import { describe, expect, test } from 'vitest';
import { zLutToMatrix } from '#protocol/z-lut.ts';
import { simulateBeads, simulateZLut, type ThinBeadParams } from '#simulation/thin-bead.ts';
import { expectGolden, goldenCases, goldenInput, hasMagtrackGolden } from '../golden/magtrack-golden.ts';

/** Parameters of a golden case under our names. */
function paramsOf(golden: Record<string, unknown>): ThinBeadParams {
  const names: Record<string, keyof ThinBeadParams> = {
    size_px: 'sizePx',
    nm_per_px: 'nmPerPx',
    radius_nm: 'radiusNm',
    wavelength_nm: 'wavelengthNm',
    n_sphere: 'nSphere',
    n_medium: 'nMedium',
    absorption_per_nm: 'absorptionPerNm',
    pad_factor: 'padFactor',
    background_level: 'backgroundLevel',
    contrast_scale: 'contrastScale',
  };
  const params: ThinBeadParams = {};
  for (const [key, value] of Object.entries(golden)) {
    if (key === 'oversample') continue;
    const name = names[key];
    if (!name) throw new Error(`no parameter for ${key}`);
    params[name] = Number(value);
  }
  return params;
}

/** [bead, row, column] as the stack [row, column, bead] of the reference results. */
function asStack(images: Float64Array, beads: number): Float64Array {
  const pixels = images.length / beads;
  return images.map((_, index) => images[(index % beads) * pixels + Math.floor(index / beads)]!);
}

describe.skipIf(!hasMagtrackGolden)('as MagTrack 0.7.6 (needs its reference results in ../shared)', () => {
  test('there are nine bead and five Z-LUT cases', () => {
    expect(goldenCases('simulate_beads')).toHaveLength(9);
    expect(goldenCases('simulate_zlut')).toHaveLength(5);
  });

  test.each(goldenCases('simulate_beads'))('simulates the beads of $name', (golden) => {
    const { shape, data } = goldenInput(golden, 'xyz_nm');
    const images = simulateBeads(data, paramsOf(golden.params));
    expectGolden(golden, 'stack', asStack(images, shape[0]!));
  });

  test.each(goldenCases('simulate_zlut'))('simulates the Z-LUT of $name', (golden) => {
    const { data } = goldenInput(golden, 'z_nm');
    const zLut = simulateZLut(data, paramsOf(golden.params), Number(golden.params.oversample ?? 1));
    expectGolden(golden, 'zlut', zLutToMatrix(zLut));
  });
});

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
