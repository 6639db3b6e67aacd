import { describe, expect, test } from 'vitest';
import * as api from '#api/index.ts';
import { ringRoi, ringZLut } from '../stages/synthetic-bead.ts';

const SIZE = 48;
const BEADS = [
  [23.2, 25.1],
  [24.4, 22.7],
] as const;
const zLut = ringZLut(SIZE / 2);

/** [frame, row, column] of whole counts. */
function stackOf(frames: readonly Float64Array[]): api.ImageStack<Float64Array> {
  const pixels = new Float64Array(frames.length * SIZE * SIZE);
  frames.forEach((frame, index) => {
    pixels.set(frame, index * SIZE * SIZE);
  });
  return { pixels, frames: frames.length, rows: SIZE, columns: SIZE };
}

const good = BEADS.map(([xPx, yPx]) => ringRoi(SIZE, xPx, yPx).map(Math.round));
const bad = [
  new Float64Array(SIZE * SIZE),
  new Float64Array(SIZE * SIZE).fill(7),
  new Float64Array(SIZE * SIZE).fill(Number.NaN),
  good[0]!.map((counts, pixel) => (pixel === 999 ? Number.POSITIVE_INFINITY : counts)),
];
const seeds = (length: number) =>
  [0, 1].map((axis) => Float64Array.from({ length }, (_, frame) => Math.round(BEADS[frame % 2]![axis]!)));

type PerFrame = (stack: api.ImageStack, x: Float64Array, y: Float64Array) => object;
const perFrame: [string, PerFrame][] = [
  ['centerOfMass', (stack) => api.centerOfMass(stack, { background: 'median' })],
  ['autoConv', api.autoConv],
  ['autoConvSubPixel', api.autoConvSubPixel],
  ['autoConvMultiline', api.autoConvMultiline],
  ['autoConvMultilineSubPixel', api.autoConvMultilineSubPixel],
  ['autoConvolutions', api.autoConvolutions],
  ['autoConvolutionsMultiline', api.autoConvolutionsMultiline],
  ['qi', api.qi],
  ['qiSampleAxisProfiles', (stack, x, y) => ({ samples: api.qiSampleAxisProfiles(stack, x, y, 'y') })],
  ['radialProfile', api.radialProfile],
  ['fftProfile', api.fftProfile],
  ['fftProfileWholeFrame', (stack) => api.fftProfileWholeFrame(stack)],
  ['lookupZ', (stack, x, y) => api.lookupZ(api.radialProfile(stack, x, y), zLut)],
  ['stackToXyzp', (stack) => api.stackToXyzp(stack, zLut)],
  ['stackToXyzpAdvanced', (stack) => api.stackToXyzpAdvanced(stack)],
];

/** Every array of a result, cut to one frame. */
function frameOf(result: object, frame: number, frames: number): Record<string, number[]> {
  const arrays = Object.entries(result).filter(([, value]) => value instanceof Float64Array);
  return Object.fromEntries(
    arrays.map(([name, values]: [string, Float64Array]) => {
      const each = values.length / frames;
      return [name, [...values.slice(frame * each, (frame + 1) * each)]];
    }),
  );
}

describe.each(perFrame)('%s', (_name, run) => {
  test('a frame comes out as it does alone, whatever the frames beside it', () => {
    const frames = [good[0]!, ...bad, good[1]!];
    const [x, y] = seeds(frames.length) as [Float64Array, Float64Array];
    x[1] = Number.NaN;
    y[2] = 4000;
    const together = run(stackOf(frames), x, y);
    for (const [frame, pixels] of frames.entries()) {
      const alone = run(stackOf([pixels]), x.slice(frame, frame + 1), y.slice(frame, frame + 1));
      expect(frameOf(together, frame, frames.length)).toEqual(frameOf(alone, 0, 1));
    }
  });

  test('integer pixels give what the same float64 pixels give, and are left as they were', () => {
    const floats = stackOf(good);
    const bytes = { ...floats, pixels: Uint8Array.from(floats.pixels) };
    const before = bytes.pixels.slice();
    const [x, y] = seeds(good.length) as [Float64Array, Float64Array];
    expect(run(bytes, x, y)).toEqual(run(floats, x, y));
    expect(bytes.pixels).toEqual(before);
  });

  test('a stack that is not square, or not what it says, is refused', () => {
    const [x, y] = seeds(1) as [Float64Array, Float64Array];
    const flat = { pixels: new Float64Array(20 * 30), frames: 1, rows: 20, columns: 30 };
    expect(() => run(flat, x, y)).toThrow(api.RoiError);
    expect(() => run({ ...flat, rows: 30 }, x, y)).toThrow(api.StackError);
  });
});

test('every frame needs an old center', () => {
  const [x, y] = seeds(2) as [Float64Array, Float64Array];
  expect(() => api.autoConv(stackOf(good), x.subarray(1), y)).toThrow(
    'autoConv x: expected an old center for each of 2 frames, received 1',
  );
});

test('an option that is unknown or out of range is refused by name', () => {
  const [x, y] = seeds(2) as [Float64Array, Float64Array];
  const misspelled = { nlocal: 7 } as api.LookupZOptions;
  expect(() => api.lookupZ(api.radialProfile(stackOf(good), x, y), zLut, misspelled)).toThrow(/nlocal/);
  expect(() => api.radialProfile(stackOf(good), x, y, { oversample: 0.5 })).toThrow(api.ConfigError);
  const unknownStep = { 'use fft_profile': true } as api.AdvancedOptions;
  expect(() => api.stackToXyzpAdvanced(stackOf(good), null, unknownStep)).toThrow(/use fft_profile/);
});
