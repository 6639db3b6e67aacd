import { expect, test } from 'vitest';
import { autoConv } from '#stages/auto-conv.ts';
import { autoConvMultiline } from '#stages/auto-conv-multiline.ts';
import { beadOf, ringRoi, seededRandom } from './synthetic-bead.ts';

test('finds rings to the half pixel, from 1 px off', () => {
  const bead = beadOf(ringRoi(49, 25.1, 21.6), { xPx: 26, yPx: 21 });
  autoConvMultiline.reference(bead, { lineRatio: 0.1 });
  expect(Math.abs(bead.xPx - 25.1)).toBeLessThanOrEqual(0.5 /* px: results are multiples of it */);
  expect(Math.abs(bead.yPx - 21.6)).toBeLessThanOrEqual(0.5);
  expect([bead.xPx * 2, bead.yPx * 2].every(Number.isInteger)).toBe(true);
});

test('a line ratio of 0 is auto-convolution', () => {
  const start = { xPx: 23.4, yPx: 24.8 };
  const one = beadOf(ringRoi(48, 22.3, 25.9), start);
  const several = beadOf(ringRoi(48, 22.3, 25.9), start);
  autoConv.reference(one, {});
  autoConvMultiline.reference(several, { lineRatio: 0 });
  expect([several.xPx, several.yPx]).toEqual([one.xPx, one.yPx]);
});

test('averaging lines finds noisy beads more often than one line does', () => {
  const random = seededRandom(11);
  const found = { xPx: { one: 0, several: 0 }, yPx: { one: 0, several: 0 } };
  for (let frame = 0; frame < 40; frame++) {
    const pixels = ringRoi(48, 23.5, 24.5).map((counts) => counts + 300 * (random() - 0.5));
    const one = beadOf(pixels, { xPx: 23.5, yPx: 24.5 });
    const several = beadOf(pixels, { xPx: 23.5, yPx: 24.5 });
    autoConvMultiline.reference(one, { lineRatio: 0 });
    autoConvMultiline.reference(several, { lineRatio: 0.1 });
    for (const [axis, truth] of [
      ['xPx', 23.5],
      ['yPx', 24.5],
    ] as const) {
      if (Math.abs(one[axis] - truth) <= 0.5) found[axis].one++;
      if (Math.abs(several[axis] - truth) <= 0.5) found[axis].several++;
    }
  }
  expect(found.xPx.several).toBeGreaterThan(found.xPx.one);
  expect(found.yPx.several).toBeGreaterThan(found.yPx.one);
});

test.each([
  [0.05, 64, 1],
  [0.05, 100, 2],
  [0.1, 48, 2],
])('at a line ratio of %f, %i px have %i lines on each side', (lineRatio, size, halfLines) => {
  expect(autoConvMultiline.constants({ lineRatio }, size)).toEqual({
    autoConvMultilineHalfLines: halfLines,
  });
});
