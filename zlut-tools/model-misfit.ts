import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { addLikelihood, createLikelihoodSums } from '#stages/likelihood-sums.ts';
import { createRadialCurve, curveAt } from '#stages/spline-model.ts';

/** The frames of one height, while a model is fitted to them. */
export interface CalibrationPlane {
  zNm: number;
  frames: {
    /** [row, column] counts. */
    pixels: ArrayLike<number>;
    /** [unknown] as in `UNKNOWNS`. */
    state: Float64Array;
  }[];
}

/** Median chi-squared of the frames of a model above 1, at least 0. */
export function misfitOf(
  model: ZLutModel,
  planes: readonly CalibrationPlane[],
  size: number,
  saturation: number,
): number {
  const curve = createRadialCurve(model.knots);
  const sums = createLikelihoodSums();
  const pixels = new Float64Array(size * size);
  const image = {
    pixels,
    size,
    noise: model,
    saturation,
    unknowns: 5,
    outlierSigmas: Number.POSITIVE_INFINITY,
  };
  const chiSquareds = planes.flatMap(({ zNm, frames }) => {
    curveAt(model, zNm, curve);
    return frames.map((frame) => {
      pixels.set(frame.pixels);
      addLikelihood(image, model, curve, frame.state, sums);
      return sums.chiSquares / sums.pixels;
    });
  });
  chiSquareds.sort((a, b) => a - b);
  return Math.max(0, chiSquareds[Math.floor(chiSquareds.length / 2)]! - 1);
}
