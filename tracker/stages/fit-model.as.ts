// Fits the model to the image by Fisher scoring. As in fit-model.ts.
import {
  maximumLikelihoodArrivedSigmas,
  maximumLikelihoodIterations,
  maximumLikelihoodLastStepSigmas,
  maximumLikelihoodOutlierSigmas,
  maximumLikelihoodRobust,
  maximumLikelihoodRobustChiSquared,
  maximumLikelihoodStepGain,
  maximumLikelihoodStepPx,
  maximumLikelihoodStepZNm,
  modelKnotPx,
  modelLevelCounts,
  modelStepZNm,
} from './constants.as';
import { Likelihood } from './likelihood-equations.as';
import { addLikelihood, Image } from './likelihood-pixels.as';
import {
  fitArrived,
  fitChiSquared,
  fitFreedom,
  fitGain,
  fitOffset,
  fitTiltX,
  fitTiltY,
  fitUnexplained,
  fitVarianceX,
  fitVarianceY,
  fitVarianceZ,
  fitX,
  fitY,
  fitZ,
} from './model-fit.as';
import { Normal, place, solveNormal } from './solve-normal.as';
import { Curve, curveAt } from './spline-model.as';

/** Fits from where `fit` is; false where the unknowns cannot be told apart. */
export function fitModel(params: usize, fit: usize): bool {
  const iterations = <i32>load<f64>(params + maximumLikelihoodIterations);
  const robust = load<f64>(params + maximumLikelihoodRobust) != 0;
  const unknowns = Normal.unknowns;
  Image.outlierSigmas = Infinity;
  for (let iteration = 0; iteration < iterations; iteration++) {
    curveAt(load<f64>(fit + fitZ), load<f64>(fit + fitGain));
    addLikelihood(params, fit);
    if (!solveNormal(params)) return false;
    let gained: f64 = 0;
    for (let unknown = 0; unknown < unknowns; unknown++) {
      gained += load<f64>(place(Normal.gradient, unknown)) * load<f64>(place(Normal.step, unknown));
    }
    storeVariances(fit);
    const shortened = takeStep(params, fit);
    const freedom = Likelihood.pixels - <f64>unknowns;
    const squares = Likelihood.chiSquares - (shortened ? 0 : gained);
    const isCut = Image.outlierSigmas < Infinity;
    const expected = isCut ? load<f64>(params + maximumLikelihoodRobustChiSquared) : 1;
    const chiSquared = squares / (expected * freedom);
    store<f64>(fit + fitFreedom, freedom);
    store<f64>(fit + fitChiSquared, chiSquared);
    store<f64>(fit + fitUnexplained, (chiSquared - 1) / max(Likelihood.contrast / freedom - 1, 0));
    const arrived = Step.sigmas < load<f64>(params + maximumLikelihoodArrivedSigmas);
    store<f64>(fit + fitArrived, arrived ? 1 : 0);
    if (Step.sigmas < load<f64>(params + maximumLikelihoodLastStepSigmas)) break;
    if (robust) {
      const outlier = load<f64>(params + maximumLikelihoodOutlierSigmas);
      Image.outlierSigmas = outlier * sqrt(max(1, chiSquared));
    }
  }
  return load<f64>(fit + fitFreedom) > 0 && isFinite(load<f64>(fit + fitChiSquared));
}

/** From knots to px and nm. */
function storeVariances(fit: usize): void {
  const px = load<f64>(Curve.model + modelKnotPx);
  const nm = load<f64>(Curve.model + modelStepZNm);
  store<f64>(fit + fitVarianceX, px * px * load<f64>(place(Normal.variances, 0)));
  store<f64>(fit + fitVarianceY, px * px * load<f64>(place(Normal.variances, 1)));
  store<f64>(fit + fitVarianceZ, nm * nm * load<f64>(place(Normal.variances, 2)));
}

class Step {
  /** Longest of it along x, y and z in standard deviations, as it was wanted. */
  static sigmas: f64 = 0;
  static shortened: bool = false;
}

/** Moves the fit by the step, which is shortened to what it may be at most; says whether it was. */
function takeStep(params: usize, fit: usize): bool {
  const step = Normal.step;
  const mostPx = load<f64>(params + maximumLikelihoodStepPx);
  const mostNm = load<f64>(params + maximumLikelihoodStepZNm);
  const mostGain = load<f64>(params + maximumLikelihoodStepGain);
  const knotPx = load<f64>(Curve.model + modelKnotPx);
  const x = load<f64>(fit + fitX);
  const y = load<f64>(fit + fitY);
  const z = load<f64>(fit + fitZ);
  const gain = load<f64>(fit + fitGain);
  const xStep = -knotPx * load<f64>(step);
  const yStep = -knotPx * load<f64>(step, 8);
  const zStep = load<f64>(Curve.model + modelStepZNm) * load<f64>(step, 16);
  Step.shortened = false;
  move(fit, fitX, xStep, x - mostPx, x + mostPx);
  move(fit, fitY, yStep, y - mostPx, y + mostPx);
  move(fit, fitZ, zStep, max(z - mostNm, Curve.lowestZNm), min(z + mostNm, Curve.highestZNm));
  Step.sigmas = Math.abs(xStep) / sqrt(load<f64>(fit + fitVarianceX));
  Step.sigmas = max(Step.sigmas, Math.abs(yStep) / sqrt(load<f64>(fit + fitVarianceY)));
  Step.sigmas = max(Step.sigmas, Math.abs(zStep) / sqrt(load<f64>(fit + fitVarianceZ)));
  // The step is that of the light of the rings, as a share of what it is, and of the mean light.
  const gainStep = gain * load<f64>(step, 24);
  const offsetStep = load<f64>(step, 32) - load<f64>(Curve.model + modelLevelCounts) * gainStep;
  move(fit, fitGain, gainStep, gain / mostGain, gain * mostGain);
  store<f64>(fit + fitOffset, load<f64>(fit + fitOffset) + offsetStep);
  if (Normal.unknowns > 5) {
    store<f64>(fit + fitTiltX, load<f64>(fit + fitTiltX) + load<f64>(step, 40));
    store<f64>(fit + fitTiltY, load<f64>(fit + fitTiltY) + load<f64>(step, 48));
  }
  return Step.shortened;
}

function move(fit: usize, unknown: usize, step: f64, least: f64, most: f64): void {
  const wanted = load<f64>(fit + unknown) + step;
  const to = min(max(wanted, least), most);
  if (to != wanted) Step.shortened = true;
  store<f64>(fit + unknown, to);
}
