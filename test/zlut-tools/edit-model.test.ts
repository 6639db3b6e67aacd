import { describe, expect, test } from 'vitest';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { countsAt, createRadialCurve, curveAt, modelRange } from '#stages/spline-model.ts';
import { cropModel, flipModel, scaleModel, shiftModel } from '#zlut-tools/edit-model.ts';
import { ringModel } from '../stages/ring-model.ts';

const model = ringModel();
const [lowestNm, highestNm] = modelRange(model);
const heights = Array.from(
  { length: 9 },
  (_, index) => lowestNm + ((index + 0.3) / 10) * (highestNm - lowestNm),
);

/** [radius] counts of a model at one height. */
function countsOf(of: ZLutModel, zNm: number): number[] {
  const curve = createRadialCurve(of.knots);
  curveAt(of, zNm, curve);
  return Array.from({ length: 12 }, (_, radius) => countsAt(curve, (radius * of.reachPx) / 12 / of.knotPx));
}

/** Checks that an image at each height is that of the model at the height it had before. */
function expectImages(
  edited: ZLutModel,
  before: (zNm: number) => number,
  at: readonly number[] = heights,
): void {
  for (const zNm of at) {
    const [now, then] = [countsOf(edited, zNm), countsOf(model, before(zNm))];
    // counts: rounding of the place between two knots
    for (const [radius, counts] of then.entries()) expect(Math.abs(now[radius]! - counts)).toBeLessThan(1e-6);
  }
}

describe('a model keeps its images', () => {
  test('when its heights are shifted, scaled or turned', () => {
    expectImages(
      shiftModel(model, 250),
      (zNm) => zNm - 250,
      heights.map((zNm) => zNm + 250),
    );
    expectImages(
      scaleModel(model, 0.88),
      (zNm) => zNm / 0.88,
      heights.map((zNm) => zNm * 0.88),
    );
    expectImages(
      flipModel(model),
      (zNm) => -zNm,
      heights.map((zNm) => -zNm),
    );
    expect(modelRange(flipModel(model))).toEqual([-highestNm, 0 - lowestNm]);
    expect(flipModel(flipModel(model))).toEqual(model);
  });

  test('between the heights it is cropped to, with fewer knots', () => {
    const [fromNm, toNm] = [heights[2]!, heights[6]!];
    const cropped = cropModel(model, fromNm, toNm)!;
    expectImages(cropped, (zNm) => zNm, heights.slice(2, 7));
    const [lowest, highest] = modelRange(cropped);
    expect(lowest).toBeLessThanOrEqual(fromNm);
    expect(lowest).toBeGreaterThan(fromNm - model.stepZNm);
    expect(highest).toBeGreaterThanOrEqual(toNm);
    expect(highest).toBeLessThan(toNm + model.stepZNm);
    expect(cropped.coefficients).toHaveLength(cropped.zKnots * cropped.knots);
  });
});

test('a model is whole when cropped to more than it has, and none when to nothing of it', () => {
  expect(cropModel(model, lowestNm - 1e4, highestNm + 1e4)).toEqual(model);
  expect(cropModel(model, highestNm + 1, highestNm + 1e4)).toBeUndefined();
  expect(cropModel(model, lowestNm - 1e4, lowestNm - 1)).toBeUndefined();
});
