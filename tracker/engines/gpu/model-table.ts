import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';

/** Facts of a model in the kernel's table, by their place; then the heights of the Z-LUT's planes and the coefficients. */
export const MODEL_WORDS = {
  cameraGain: 0,
  floorVariance: 1,
  knotsPerPx: 2,
  reachPx: 3,
  knotsPerNm: 4,
  zKnots: 5,
  knots: 6,
  misfitOfLight: 7,
  facts: 8,
} as const;

/** `modelStart` of a bead without a model. */
export const NO_MODEL = 0xffffffff;

/**
 * The model of a Z-LUT as the kernel reads it: `MODEL_WORDS`, [plane] heights in knots of the model, then [z knot,
 * r knot] coefficients as shares of the model's mean counts, less 1, which keeps the digits of its contrast.
 */
export function packModel({ planeZNm }: ZLut, model: ZLutModel): number[] {
  const { cameraGain, floorVariance, knotPx, reachPx, stepZNm, startZNm, zKnots, knots } = model;
  const { misfit, levelCounts } = model;
  return [
    cameraGain,
    floorVariance,
    1 / knotPx,
    reachPx,
    1 / stepZNm,
    zKnots,
    knots,
    (misfit * cameraGain) / levelCounts,
    ...Array.from(planeZNm, (zNm) => (zNm - startZNm) / stepZNm),
    ...Array.from(model.coefficients, (counts) => counts / levelCounts - 1),
  ];
}
