import { describe, expect, test } from 'vitest';
import { autoConv } from '#stages/auto-conv.ts';
import { beadOf, ringRoi } from './synthetic-bead.ts';

describe('auto-convolution', () => {
  test.each([
    [48, 22.3, 25.9],
    [49, 25.1, 21.6],
  ])('in %i px finds rings at (%f, %f) to the half pixel, from 2 px off', (size, xPx, yPx) => {
    const bead = beadOf(ringRoi(size, xPx, yPx), { xPx: xPx + 2, yPx: yPx - 1 });
    autoConv.reference(bead, {});
    expect(Math.abs(bead.xPx - xPx)).toBeLessThanOrEqual(0.5 /* px: results are multiples of it */);
    expect(Math.abs(bead.yPx - yPx)).toBeLessThanOrEqual(0.5);
    expect([bead.xPx * 2, bead.yPx * 2].every(Number.isInteger)).toBe(true);
  });

  test('an ROI without contrast gives the first half pixel of the reach', () => {
    const bead = beadOf(new Float64Array(32 * 32).fill(7), { xPx: 15.5, yPx: 15.5 });
    autoConv.reference(bead, {});
    expect([bead.xPx, bead.yPx]).toEqual([7.5, 7.5]);
  });

  test('a NaN center stays NaN, and a line beyond the ROI loses one axis only', () => {
    const pixels = ringRoi(48, 22.3, 25.9);
    const lost = beadOf(pixels);
    autoConv.reference(lost, {});
    expect([lost.xPx, lost.yPx]).toEqual([Number.NaN, Number.NaN]);
    const outside = beadOf(pixels, { xPx: 48, yPx: 26 });
    autoConv.reference(outside, {});
    expect(outside.yPx).toBeNaN();
    expect(outside.xPx).toBeGreaterThan(0);
  });
});
