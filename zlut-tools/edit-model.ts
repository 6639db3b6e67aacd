import type { ZLutModel } from '#protocol/z-lut-model.ts';

/** The model of the same images at heights of which each is `factor` times what it was. */
export function scaleModel(model: ZLutModel, factor: number): ZLutModel {
  return { ...model, startZNm: model.startZNm * factor, stepZNm: model.stepZNm * factor };
}

/** The model of the same images, each `byNm` higher. */
export function shiftModel(model: ZLutModel, byNm: number): ZLutModel {
  return { ...model, startZNm: model.startZNm + byNm };
}

/** The model of the same images at heights of the other sign. */
export function flipModel(model: ZLutModel): ZLutModel {
  const { startZNm, stepZNm, zKnots, knots, coefficients } = model;
  const flipped = new Float64Array(coefficients.length);
  for (let knot = 0; knot < zKnots; knot++) {
    flipped.set(coefficients.subarray(knot * knots, (knot + 1) * knots), (zKnots - 1 - knot) * knots);
  }
  return { ...model, startZNm: 0 - (startZNm + (zKnots - 3) * stepZNm), coefficients: flipped };
}

/**
 * The model between two heights: the same images there, with no more knots than they need, so that it may reach
 * up to a step beyond them.
 * @returns undefined if none of it lies between them
 */
export function cropModel(model: ZLutModel, lowestNm: number, highestNm: number): ZLutModel | undefined {
  const { startZNm, stepZNm, zKnots, knots, coefficients } = model;
  const intervals = zKnots - 3;
  const first = Math.max(Math.floor((lowestNm - startZNm) / stepZNm), 0);
  const end = Math.min(Math.ceil((highestNm - startZNm) / stepZNm), intervals);
  if (end <= first) return undefined;
  return {
    ...model,
    startZNm: startZNm + first * stepZNm,
    zKnots: end - first + 3,
    coefficients: coefficients.slice(first * knots, (end + 3) * knots),
  };
}
