import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { createModelFit, fitModel, type ModelFit } from '#stages/fit-model.ts';
import { UNKNOWNS } from '#stages/likelihood-sums.ts';

const ITERATIONS = 12;

/**
 * Fits every second pixel of an image, and the others, as on the fields of a chessboard: two measurements of the same
 * bead at the same moment, whose noise has nothing in common.
 *
 * @param pixels [row, column] counts of a square ROI
 * @param xPx where the bead is about, ROI px
 * @returns difference of x, and of y, in the standard deviations that the two fits state of it; null where one fails
 */
export function halvesApart(
  pixels: Float64Array,
  model: ZLutModel,
  xPx: number,
  yPx: number,
  zNm: number,
): [x: number, y: number] | null {
  const size = Math.sqrt(pixels.length);
  const fits: ModelFit[] = [];
  for (const half of [0, 1]) {
    // Pixels that are no number weigh nothing.
    const own = pixels.map((counts, at) =>
      (Math.floor(at / size) + (at % size)) % 2 === half ? counts : Number.NaN,
    );
    const fit = createModelFit();
    fit.state.set([xPx, yPx, zNm, 1]);
    const image = { pixels: own, size, noise: model, saturation: Number.POSITIVE_INFINITY, unknowns: 5 };
    if (!fitModel(image, model, ITERATIONS, false, fit)) return null;
    fits.push(fit);
  }
  const [a, b] = [fits[0]!, fits[1]!];
  const apart = (axis: number) => {
    const variance = (fit: ModelFit) => fit.variances[axis]! * Math.max(1, fit.chiSquared);
    return (a.state[axis]! - b.state[axis]!) / Math.sqrt(variance(a) + variance(b));
  };
  return [apart(UNKNOWNS.x), apart(UNKNOWNS.y)];
}
