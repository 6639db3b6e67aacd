import { expect, test } from 'vitest';
import { PreviewMaker } from '#sinks/preview.ts';

const whole = (width: number, height: number, maxWidth = 800) => ({
  left: 0,
  top: 0,
  width,
  height,
  maxWidth,
});

/** A ramp from 1000 to 3000 counts along x. */
const ramp = (width: number, height: number) => ({
  frame: 3,
  pixels: Uint16Array.from({ length: width * height }, (_, index) => 1000 + ((index % width) * 2000) / width),
  width,
  height,
});

test('a wide frame is thinned to the width asked for, between the black and white asked for', () => {
  const settings = { ...whole(1700, 90), black: 1000, white: 3000 };
  const preview = new PreviewMaker().make(ramp(1700, 90), settings);
  expect(preview).toMatchObject({
    type: 'preview',
    frame: 3,
    step: 3,
    width: 566,
    height: 30,
    left: 0,
    top: 0,
  });
  expect([preview.pixels[0], preview.pixels[565]]).toEqual([0, 255]);
  // Half way along a ramp is half way from black to white; gray 127 or 128.
  expect(Math.abs(preview.pixels[283]! - 127.5)).toBeLessThan(1.5);
});

test('a part of the frame comes at full resolution, with its place', () => {
  const settings = { left: 850, top: 40, width: 200, height: 20, maxWidth: 800, black: 1000, white: 3000 };
  const preview = new PreviewMaker().make(ramp(1700, 90), settings);
  expect(preview).toMatchObject({ step: 1, width: 200, height: 20, left: 850, top: 40 });
  const atColumn = (column: number) => 1000 + (preview.pixels[column]! / 255) * 2000;
  // A gray stands for 2000 / 255 counts.
  expect(Math.abs(atColumn(0) - 2000)).toBeLessThan(8);
  expect(Math.abs(atColumn(199) - (1000 + (1049 * 2000) / 1700))).toBeLessThan(8);
});

test('what lies beyond the frame is left out, and at least a pixel is shown', () => {
  const maker = new PreviewMaker();
  const settings = { left: 90, top: 60, width: 500, height: 500, maxWidth: 800, black: 0, white: 1 };
  expect(maker.make(ramp(100, 64), settings)).toMatchObject({ left: 90, top: 60, width: 10, height: 4 });
  expect(maker.make(ramp(100, 64), { ...settings, left: 5000, top: 5000 })).toMatchObject({
    ...{ left: 99, top: 63, width: 1, height: 1 },
  });
});

test('gamma below 1 brightens the dark part by the power law and leaves the ends', () => {
  const settings = { ...whole(256, 4), black: 1000, white: 3000, gamma: 0.5 };
  const { gamma, pixels } = new PreviewMaker().make(ramp(256, 4), settings);
  expect(gamma).toBe(0.5);
  expect(pixels[0]).toBe(0);
  // A quarter of the way is half gray; grays are whole numbers.
  expect(Math.abs(pixels[64]! - 128)).toBeLessThan(2);
});

test('a picture pixel is the mean of the frame pixels it stands for', () => {
  const [width, height] = [1602, 4];
  const pixels = Uint8Array.from({ length: width * height }, (_, index) =>
    (index % width) % 3 === 0 ? 90 : 0,
  );
  const frame = { frame: 0, pixels, width, height };
  const { step, pixels: shown } = new PreviewMaker().make(frame, {
    ...whole(width, height),
    black: 0,
    white: 90,
  });
  expect(step).toBe(3);
  // A third of 255, in whole grays.
  expect(Math.abs(shown[100]! - 85)).toBeLessThanOrEqual(1);
});
