import { expect, test } from 'vitest';
import { simulateBeads } from '#simulation/thin-bead.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { radialProfile } from '#stages/radial-profile.ts';
import { beadOf } from './synthetic-bead.ts';

const SIZE = 100;
const NM_PER_PX = 100;
const STEP_NM = 50;
const HEIGHTS_NM = Array.from({ length: 16 }, (_, index) => 2500 + index * 287.3);

type Bins = 'nearest' | 'split' | 'interpolate';

function profileOf(image: Float64Array, xPx: number, yPx: number, bins: Bins): Float64Array {
  const bead = beadOf(image, { xPx, yPx });
  radialProfile.reference(bead, radialProfile.params.parse({ bins }));
  return bead.profile;
}

/** Image of one bead of 1500 nm radius, of which the reference's simulator knows the center. */
function image(xPx: number, yPx: number, zNm: number): Float64Array {
  return simulateBeads(Float64Array.of(xPx * NM_PER_PX, yPx * NM_PER_PX, zNm), { sizePx: SIZE });
}

const planeZNm = Float64Array.from({ length: 110 }, (_, plane) => 2000 + plane * STEP_NM);
const planeImages = Array.from(planeZNm, (zNm) => image(0, 0, zNm));

/** Mean error of z at a place in the pixel, nm, with the true center given. */
function biasNm(bins: Bins, xPhase: number, yPhase: number): number {
  const profiles = planeImages.map((pixels) => profileOf(pixels, SIZE / 2, SIZE / 2, bins));
  const radii = profiles[0]!.length;
  const zLut = {
    name: 'centered beads',
    planes: planeZNm.length,
    radii,
    planeZNm,
    profiles: Float64Array.from(profiles.flatMap((profile) => [...profile])),
  };
  let sum = 0;
  for (const zNm of HEIGHTS_NM) {
    const pixels = image(xPhase, yPhase, zNm);
    const profile = profileOf(pixels, SIZE / 2 + xPhase, SIZE / 2 + yPhase, bins);
    const bead = beadOf(pixels, { profile, zLut });
    lookupZ.reference(bead, lookupZ.params.parse({}));
    sum += bead.zNm - zNm;
  }
  return sum / HEIGHTS_NM.length;
}

test('whole bins move z by 40 nm when the center is a pixel corner', () => {
  expect(biasNm('nearest', 0, 0)).toBeLessThan(1);
  expect(biasNm('nearest', 0.5, 0.5)).toBeGreaterThan(35);
});

test.each(['split', 'interpolate'] as const)('%s bins keep z to 1.5 nm at every sub-pixel phase', (bins) => {
  for (const [x, y] of [
    [0, 0],
    [0.25, 0.25],
    [0.5, 0],
    [0.5, 0.25],
    [0.5, 0.5],
  ] as const) {
    expect(Math.abs(biasNm(bins, x, y)), `phase ${x}, ${y}`).toBeLessThan(1.5);
  }
});
