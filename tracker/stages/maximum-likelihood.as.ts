// maximum-likelihood: place and height of the bead by a fit of its Z-LUT's model to all pixels. Defined in
// maximum-likelihood.ts. Tables: words `attempts...`, the steps that find other seeds.
import { Bead, floatPixels, take } from './bead.as';
import {
  attemptBytes,
  attemptEnd,
  attemptStart,
  maximumLikelihoodAttempts,
  maximumLikelihoodCameraGain,
  maximumLikelihoodFloorVariance,
  maximumLikelihoodLeastContrast,
  maximumLikelihoodLittleUnexplained,
  maximumLikelihoodMisfitSigmas,
  maximumLikelihoodMostUnexplained,
  maximumLikelihoodOfLookup,
  maximumLikelihoodPoorFit,
  maximumLikelihoodPoorFitLimit,
  maximumLikelihoodUnknowns,
  maximumLikelihoodUnsure,
  modelCameraGain,
  modelFloorVariance,
  modelLevelCounts,
  modelMisfit,
} from './constants.as';
import { fitModel } from './fit-model.as';
import { mean } from './levels.as';
import { Image } from './likelihood-pixels.as';
import { readySums } from './likelihood-sums.as';
import {
  FIT_BYTES,
  fitArrived,
  fitChiSquared,
  fitFreedom,
  fitGain,
  fitOffset,
  fitUnexplained,
  fitVarianceX,
  fitVarianceY,
  fitVarianceZ,
  fitX,
  fitY,
  fitZ,
} from './model-fit.as';
import { runSteps } from './run-steps.as';
import { readyNormal } from './solve-normal.as';
import { Curve, readyCurve } from './spline-model.as';

/** Addresses of the best fit so far and of the one under way. */
let best: usize = 0;
let next: usize = 0;

export function maximumLikelihood(params: usize, tables: usize): void {
  if (!readyFit(params)) return;
  if (fitFromSeeds(params, tables)) report(params);
  else Bead.zNm = NaN;
}

/** Fits from where the bead was last; false where that will not do. */
export function resumeMaximumLikelihood(params: usize): bool {
  if (!readyFit(params)) return false;
  store<f64>(best + fitChiSquared, Infinity);
  if (!fitFromBead(params) || !explains(params)) return false;
  report(params);
  return isFinite(Bead.zNm);
}

/** False without a model. */
function readyFit(params: usize): bool {
  if (!readyCurve()) return false;
  readyNormal(<i32>load<f64>(params + maximumLikelihoodUnknowns));
  readySums(<usize>Bead.size);
  best = take(FIT_BYTES);
  next = take(FIT_BYTES);
  readyImage(params);
  return true;
}

function readyImage(params: usize): void {
  Image.pixels = floatPixels();
  Image.tilts = load<f64>(params + maximumLikelihoodUnknowns) > 5;
  Image.cameraGain = load<f64>(params + maximumLikelihoodCameraGain);
  Image.floorVariance = load<f64>(params + maximumLikelihoodFloorVariance);
  if (Image.cameraGain != 0) return;
  Image.cameraGain = load<f64>(Curve.model + modelCameraGain);
  Image.floorVariance = load<f64>(Curve.model + modelFloorVariance);
}

/** Fits from one seed after another until one is right; false if there is none to start from. */
function fitFromSeeds(params: usize, tables: usize): bool {
  const attempts = <i32>load<f64>(params + maximumLikelihoodAttempts);
  const givenX = Bead.xPx;
  const givenY = Bead.yPx;
  store<f64>(best + fitChiSquared, Infinity);
  for (let attempt = 0; attempt <= attempts; attempt++) {
    if (attempt > 0) seedAgain(tables + <usize>(attempt - 1) * attemptBytes);
    if (!(isFinite(Bead.xPx) && isFinite(Bead.yPx) && isFinite(Bead.zNm))) continue;
    if (fitFromBead(params) && isInPlace(params)) break;
  }
  // Other seeds have moved the center of the bead.
  Bead.xPx = givenX;
  Bead.yPx = givenY;
  return load<f64>(best + fitChiSquared) < Infinity;
}

/** Fits from where the bead is, and keeps the fit if it is the best; false where it could not be fitted. */
function fitFromBead(params: usize): bool {
  memory.fill(next, 0, FIT_BYTES);
  store<f64>(next + fitX, Bead.xPx);
  store<f64>(next + fitY, Bead.yPx);
  store<f64>(next + fitZ, Bead.zNm);
  store<f64>(next + fitGain, meanCounts() / load<f64>(Curve.model + modelLevelCounts));
  if (!fitModel(params, next)) return false;
  if (load<f64>(next + fitChiSquared) < load<f64>(best + fitChiSquared)) memory.copy(best, next, FIT_BYTES);
  return true;
}

/** Another place to start from, by steps that write over what those before them wrote into the bead. */
function seedAgain(attempt: usize): void {
  const status = Bead.status;
  runSteps(<usize>load<u32>(attempt + attemptStart), <usize>load<u32>(attempt + attemptEnd));
  Bead.status = status;
}

function meanCounts(): f64 {
  if (Bead.bytesPerPixel == 1) return mean<u8>();
  if (Bead.bytesPerPixel == 2) return mean<u16>();
  return mean<f32>();
}

/** Chi-squared that the calibration frames had, were they in this light. */
function expected(): f64 {
  const light = load<f64>(best + fitGain) * load<f64>(Curve.model + modelCameraGain);
  return 1 + (load<f64>(Curve.model + modelMisfit) * light) / Image.cameraGain;
}

/** Multiple of what is expected that chi-squared may be by chance. */
function margin(params: usize): f64 {
  return 1 + load<f64>(params + maximumLikelihoodMisfitSigmas) * sqrt(2 / load<f64>(best + fitFreedom));
}

/** Whether the last step was short and chi-squared is below so many times what is expected. */
function fits(limit: f64): bool {
  return load<f64>(best + fitArrived) != 0 && load<f64>(best + fitChiSquared) <= expected() * limit;
}

/** Whether no other seed need be tried. */
function isInPlace(params: usize): bool {
  return fits(margin(params)) || explains(params);
}

/** Whether it leaves so little that it is the bead's, wherever it started. */
function explains(params: usize): bool {
  const unexplained = load<f64>(best + fitUnexplained);
  return load<f64>(best + fitArrived) != 0 && unexplained < load<f64>(params + maximumLikelihoodLittleUnexplained);
}

/** Writes the best fit into the bead. */
function report(params: usize): void {
  const light = load<f64>(best + fitGain) * load<f64>(Curve.model + modelLevelCounts);
  const least = load<f64>(params + maximumLikelihoodLeastContrast);
  const sees = light >= least * (light + load<f64>(best + fitOffset));
  const x = load<f64>(best + fitX);
  const y = load<f64>(best + fitY);
  const z = load<f64>(best + fitZ);
  const last = <f64>(Bead.size - 1);
  const unsure = <i32>load<f64>(params + maximumLikelihoodUnsure);
  Bead.status &= ~<i32>load<f64>(params + maximumLikelihoodOfLookup);
  Bead.chiSquared = load<f64>(best + fitChiSquared);
  Bead.zNm = NaN;
  if (!sees || !(x >= 0 && x <= last && y >= 0 && y <= last)) {
    Bead.xPx = NaN;
    Bead.yPx = NaN;
    Bead.status |= unsure;
    return;
  }
  const spread = sqrt(max(1, Bead.chiSquared));
  Bead.xPx = x;
  Bead.yPx = y;
  Bead.sigmaXPx = spread * sqrt(load<f64>(best + fitVarianceX));
  Bead.sigmaYPx = spread * sqrt(load<f64>(best + fitVarianceY));
  const chance = margin(params);
  const good = fits(chance);
  const unlike = load<f64>(best + fitUnexplained) > load<f64>(params + maximumLikelihoodMostUnexplained);
  if (unlike && !good) Bead.status |= unsure;
  else if (!fits(max(chance, load<f64>(params + maximumLikelihoodPoorFitLimit)))) {
    Bead.status |= <i32>load<f64>(params + maximumLikelihoodPoorFit);
  }
  if ((unlike && !good) || z <= Curve.lowestZNm || z >= Curve.highestZNm) return;
  Bead.zNm = z;
  Bead.sigmaZNm = spread * sqrt(load<f64>(best + fitVarianceZ));
}
