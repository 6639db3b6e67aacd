import { expect, test } from 'vitest';
import * as api from '#api/index.ts';

const truthNm = [
  [130, -70, 1480],
  [-210, 40, 2130],
];
const stack = api.simulateBeads(Float64Array.from(truthNm.flat()), { sizePx: 80 });
const planes = Float64Array.from({ length: 61 }, (_, plane) => 500 + 50 * plane);
const zLut = api.simulateZLut(planes, { sizePx: 80 });

test('x, y and z of a simulated bead are its own', () => {
  const { xPx, yPx, zNm, score, profiles, frames, radii } = api.stackToXyzp(stack, zLut);
  for (const [frame, [xNm, yNm, heightNm]] of truthNm.entries()) {
    expect(Math.abs(xPx[frame]! - (40 + xNm! / 100))).toBeLessThan(0.02 /* px: the reference's own error */);
    expect(Math.abs(yPx[frame]! - (40 + yNm! / 100))).toBeLessThan(0.02);
    expect(Math.abs(zNm[frame]! - heightNm!)).toBeLessThan(
      50 /* nm: bias of whole bins by sub-pixel phase */,
    );
    expect(score[frame]).toBeGreaterThan(0.99);
  }
  expect([frames, radii, profiles.length]).toEqual([2, 40, 80]);
});

test('the whole is its steps, one after the other', () => {
  const whole = api.stackToXyzp(stack, zLut);
  let { xPx, yPx } = api.centerOfMass(stack);
  ({ xPx, yPx } = api.autoConv(stack, xPx, yPx));
  for (let time = 0; time < 5; time++) ({ xPx, yPx } = api.autoConvMultilineSubPixel(stack, xPx, yPx));
  const rings = api.radialProfile(stack, xPx, yPx);
  const { zNm, score } = api.lookupZ(rings, zLut);
  expect(whole).toEqual({ xPx, yPx, zNm, score, ...rings });
});

test('the advanced one takes the FFT profile unless told otherwise, and every parameter of every step', () => {
  const { xPx, yPx, profiles, radii } = api.stackToXyzpAdvanced(stack);
  const spectrum = api.fftProfile(stack, xPx, yPx);
  expect([radii, profiles]).toEqual([spectrum.radii, spectrum.profiles]);
  const told = api.stackToXyzpAdvanced(stack, null, {
    centerOfMass: { background: 'median' },
    nAutoConvMultilineSubPixel: 0,
    useFftProfile: false,
    radialProfile: { oversample: 2 },
  });
  const seed = api.centerOfMass(stack, { background: 'median' });
  const centers = api.autoConv(stack, seed.xPx, seed.yPx);
  const rings = api.radialProfile(stack, centers.xPx, centers.yPx, { oversample: 2 });
  expect([told.xPx, told.yPx, told.profiles]).toEqual([centers.xPx, centers.yPx, rings.profiles]);
});

test('a Z-LUT of another number of radii gives x and y, no z, and a warning', async () => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const small = api.simulateZLut(planes, { sizePx: 64 });
  const { xPx, zNm } = api.stackToXyzp(stack, small);
  expect([...zNm]).toEqual([Number.NaN, Number.NaN]);
  expect(Number.isFinite(xPx[0])).toBe(true);
  expect((await warned).message).toBe('stackToXyzp: expected a Z-LUT of 40 radii, received 32; z is NaN');
  expect(() => api.lookupZ(api.radialProfile(stack, xPx, xPx), small)).toThrow(api.ZLutError);
});
