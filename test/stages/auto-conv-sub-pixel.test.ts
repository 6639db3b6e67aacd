import { expect, test } from 'vitest';
import { autoConvSubPixel } from '#stages/auto-conv-sub-pixel.ts';
import { beadOf, ringRoi } from './synthetic-bead.ts';

const defaults = autoConvSubPixel.params.parse({});

test.each([
  [48, 22.3, 25.9],
  [49, 25.1, 21.6],
])('in %i px finds rings at (%f, %f) to within 0.02 px, from half a pixel off', (size, xPx, yPx) => {
  const bead = beadOf(ringRoi(size, xPx, yPx), { xPx: xPx + 0.3, yPx: yPx - 0.4 });
  autoConvSubPixel.reference(bead, defaults);
  // px: one line beside the true center, and a parabola on a smooth peak
  expect(Math.abs(bead.xPx - xPx)).toBeLessThan(0.02);
  expect(Math.abs(bead.yPx - yPx)).toBeLessThan(0.02);
});

test('a bead whose peak is at an end of the reach is NaN on that axis only', () => {
  const bead = beadOf(ringRoi(48, 24.2, 11.8), { xPx: 24, yPx: 12 });
  autoConvSubPixel.reference(bead, { nLocal: 7 });
  expect(bead.yPx).toBeNaN();
  expect(Math.abs(bead.xPx - 24.2)).toBeLessThan(0.05 /* px */);
});

test('an ROI without contrast and a line beyond the ROI give NaN', () => {
  const flat = beadOf(new Float64Array(32 * 32).fill(7), { xPx: 15.5, yPx: 15.5 });
  autoConvSubPixel.reference(flat, defaults);
  expect([flat.xPx, flat.yPx]).toEqual([Number.NaN, Number.NaN]);
  const outside = beadOf(ringRoi(48, 24, 24), { xPx: 48, yPx: 24 });
  autoConvSubPixel.reference(outside, defaults);
  expect(outside.yPx).toBeNaN();
});
