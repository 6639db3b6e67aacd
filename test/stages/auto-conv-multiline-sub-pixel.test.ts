import { describe, expect, test } from 'vitest';
import { autoConvMultilineSubPixel } from '#stages/auto-conv-multiline-sub-pixel.ts';
import { beadOf, ringRoi } from './synthetic-bead.ts';

const defaults = autoConvMultilineSubPixel.params.parse({});

describe('multi-line sub-pixel auto-convolution', () => {
  test.each([
    [48, 22.3, 25.9],
    [48, 24, 23.5],
    [49, 25.1, 21.6],
  ])('in %i px finds rings at (%f, %f) to within 0.01 px, from 1 px off', (size, xPx, yPx) => {
    const bead = beadOf(ringRoi(size, xPx, yPx), { xPx: xPx + 1, yPx: yPx - 0.7 });
    autoConvMultilineSubPixel.reference(bead, defaults);
    // px: a parabola on a smooth peak errs by a few thousandths
    expect(Math.abs(bead.xPx - xPx)).toBeLessThan(0.01);
    expect(Math.abs(bead.yPx - yPx)).toBeLessThan(0.01);
  });

  test('each iteration starts from the center before', () => {
    const start = { xPx: 25.3, yPx: 23.9 };
    const twice = beadOf(ringRoi(48, 22.3, 25.9), start);
    autoConvMultilineSubPixel.reference(twice, { ...defaults, iterations: 2 });
    const oneByOne = beadOf(ringRoi(48, 22.3, 25.9), start);
    autoConvMultilineSubPixel.reference(oneByOne, { ...defaults, iterations: 1 });
    expect(oneByOne.xPx).not.toBe(twice.xPx);
    autoConvMultilineSubPixel.reference(oneByOne, { ...defaults, iterations: 1 });
    expect([oneByOne.xPx, oneByOne.yPx]).toEqual([twice.xPx, twice.yPx]);
  });

  test.each([
    [0.1, 64, 3],
    [0.1, 100, 5],
    [0.1, 32, 1],
    [0.05, 64, 1],
    [0.05, 32, 0],
  ])('at a line ratio of %f, %i px have %i lines on each side', (lineRatio, size, halfLines) => {
    const constants = autoConvMultilineSubPixel.constants({ ...defaults, lineRatio }, size);
    expect(constants.autoConvMultilineSubPixelHalfLines).toBe(halfLines);
  });

  test('a bead at the end of the reach and an ROI without contrast are NaN', () => {
    const far = beadOf(ringRoi(48, 11.5, 25.9), { xPx: 11.5, yPx: 26 });
    autoConvMultilineSubPixel.reference(far, { ...defaults, iterations: 1 });
    expect(far.xPx).toBeNaN();
    expect(far.yPx).toBeCloseTo(25.9, 1);
    const flat = beadOf(new Float64Array(32 * 32).fill(0.3), { xPx: 16, yPx: 16 });
    autoConvMultilineSubPixel.reference(flat, defaults);
    expect([flat.xPx, flat.yPx]).toEqual([Number.NaN, Number.NaN]);
  });

  test('lines beyond the ROI lose one axis only', () => {
    const bead = beadOf(ringRoi(48, 22.3, 25.9), { xPx: 46, yPx: 26 });
    autoConvMultilineSubPixel.reference(bead, { ...defaults, iterations: 1 });
    expect(bead.yPx).toBeNaN();
    expect(bead.xPx).not.toBeNaN();
  });
});
