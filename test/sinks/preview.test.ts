import { expect, test } from 'vitest';
import { PreviewMaker } from '#sinks/preview.ts';

test('a wide frame is thinned to at most 800 px with black and white at its quantiles', () => {
  const [width, height] = [1700, 90];
  const pixels = Uint16Array.from(
    { length: width * height },
    (_, index) => 1000 + ((index % width) * 2000) / width,
  );
  const preview = new PreviewMaker().make(3, pixels, width, height);
  expect(preview).toMatchObject({ type: 'preview', frame: 3, step: 3, width: 566, height: 30 });
  // 0.2 percent of a ramp of 2000 counts, and one bin of 512.
  expect(Math.abs(preview.black - 1000)).toBeLessThan(10);
  expect(Math.abs(preview.white - 3000)).toBeLessThan(12);
  expect(preview.pixels[0]).toBe(0);
  expect(Math.abs(preview.pixels[283]! - 127)).toBeLessThan(3);
});

test('a frame of one value is a picture, not a division by zero', () => {
  const { pixels } = new PreviewMaker().make(0, new Uint8Array(64 * 48), 64, 48);
  expect(new Set(pixels)).toEqual(new Set([0]));
});

test('a picture pixel is the mean of the frame pixels it stands for', () => {
  const [width, height] = [1602, 4];
  const pixels = Uint8Array.from({ length: width * height }, (_, index) =>
    (index % width) % 3 === 0 ? 90 : 0,
  );
  const { step, pixels: shown } = new PreviewMaker().make(0, pixels, width, height);
  expect(step).toBe(3);
  // Black 0 and white 90, within a bin of 512: a third of 255.
  expect(Math.abs(shown[100]! - 85)).toBeLessThanOrEqual(1);
});
