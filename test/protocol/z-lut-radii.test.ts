import { expect, test } from 'vitest';
import { ringRadiiPx } from '#protocol/z-lut-radii.ts';
import { radialProfile } from '#stages/radial-profile.ts';
import { beadOf } from '../stages/synthetic-bead.ts';

const SIZE = 41;

test.each([
  ['nearest', {}, 0.3],
  ['nearest', { oversample: 2 }, 0.3],
  ['split', {}, 0.3],
  // The tip of the cone is round between pixels.
  ['interpolate', { radialSteps: 2 }, 0.05],
] as const)('rings of %s %o are where an image of its own radius says', (bins, more, tolerancePx) => {
  const params = radialProfile.params.parse({ bins, ...more });
  // Counts are the distance from the center, so a ring's mean is its radius but for the width of a pixel.
  const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) =>
    Math.hypot((pixel % SIZE) - 20.2, Math.floor(pixel / SIZE) - 19.7),
  );
  const bead = { ...beadOf(pixels), xPx: 20.2, yPx: 19.7 };
  radialProfile.reference(bead, params);
  const method = { stage: 'radial-profile', params: radialProfile.method!(params), roiSize: SIZE };
  const radiiPx = ringRadiiPx(method, bead.profile.length)!;
  for (let radius = 3; radius < radiiPx.length - 2; radius++) {
    if (Number.isNaN(bead.profile[radius]!)) continue;
    expect(Math.abs(bead.profile[radius]! - radiiPx[radius]!)).toBeLessThan(tolerancePx);
  }
});

test('bins of other stages have no known radius', () => {
  expect(ringRadiiPx({ stage: 'fft-profile', params: {}, roiSize: 40 }, 10)).toBeUndefined();
  expect([...ringRadiiPx(undefined, 3)!]).toEqual([0, 1, 2]);
});
