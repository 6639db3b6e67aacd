import { expect, test } from 'vitest';
import { PreviewMaker } from '#sinks/preview.ts';

test('a wide frame is thinned to at most 800 px with black and white at its quantiles', () => {
  const [width, height] = [1700, 90];
  const pixels = Uint16Array.from(
    { length: width * height },
    (_, index) => 1000 + ((index % width) * 2000) / width,
  );
  const preview = new PreviewMaker().make(3, pixels, width, height);
  expect(preview).toMatchObject({ type: 'preview', frame: 3, step: 3, width: 567, height: 30 });
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
