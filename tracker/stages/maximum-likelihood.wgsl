// maximum-likelihood: lanes tile the ROI, and stride over the model's radial knots. Defined in maximum-likelihood.ts.
// Every lane holds the same fit. Its unknowns are kept near 1 and apart from large numbers: x, y and z as a whole
// number and a rest; counts above the darkest pixel; the model's counts as what it adds to its mean. Of gain and
// offset it fits their sum, what the model's mean counts are in the image, in place of the offset: it hardly depends
// on the gain.

// Where a fit is, and where it ended.
struct Fit {
  whole: vec2i,      // center in px, rounded
  part: vec2f,
  knot: i32,         // height in knots of the model, rounded down, but for the last
  beyond: f32,
  gain: f32,         // counts of the model's mean
  level: f32,        // counts where the model has its mean
  tilt: vec2f,       // counts at the rim
  variances: vec3f,  // px^2, px^2, knots^2
  chiSquared: f32,
  contrast: f32,     // what chi-squared would be for light without rings, less 1
  freedom: f32,
  arrived: bool,
}

var<private> fit: Fit;
var<private> bestFit: Fit;
var<private> stepKnots: f32;
var<private> lastKnot: f32;

// Of no fit at all.
const noChiSquared = 3e38;

// Runs the stages before it, too, so that those it starts again with are in the kernel once.
fn maximum_likelihood(lane: u32) {
  sigmaKnown = false;
  sigmaZKnown = false;
  chiSquaredKnown = false;
  bestFit.chiSquared = noChiSquared;
  var mean: f32;
  var givenWhole: vec2i;
  var givenPart: vec2f;
  var givenKnown: vec2<bool>;
  var givenStatus: u32;
  var first = 0;
  if (startsWarm) {
    first = -of_first_lane(lane, i32(roi.modelStart != noModel && roi.seedKnot != i32(noSeed)));
  }
  for (var attempt = first; attempt <= restarts; attempt++) {
    if (attempt >= 0) { find_seed(lane, attempt); }
    if (attempt <= 0) {
      if (of_first_lane(lane, i32(roi.modelStart == noModel)) == 1) { return; }
      load_model();
      mean = mean_counts(lane);
      givenWhole = centerWhole;
      givenPart = centerPart;
      givenKnown = centerKnown;
      givenStatus = stageStatus;
    }
    if (of_first_lane(lane, i32(seed_fit(attempt, mean))) == 1) {
      let isFit = fit_model(lane, mean);
      if (isFit && fit.chiSquared < bestFit.chiSquared) { bestFit = fit; }
    }
    if (of_first_lane(lane, i32(is_enough(attempt))) == 1) { break; }
    if (attempt < 0) { bestFit.chiSquared = noChiSquared; }
  }
  // Other seeds have moved the center of the bead.
  set_center(givenWhole, givenPart, givenKnown);
  stageStatus = givenStatus;
  zKnown = false;
  if (bestFit.chiSquared < noChiSquared) { report_fit(); }
}

// Whether the last step was short and chi-squared is below so many times that of the calibration frames in this light.
fn fits_within(limit: f32) -> bool {
  let expected = 1.0 + misfitOfLight * bestFit.gain / cameraGain;
  return bestFit.arrived && bestFit.chiSquared <= expected * limit;
}

// Multiple of what is expected that chi-squared may be by chance.
fn chance() -> f32 { return 1.0 + maximumLikelihoodMisfitSigmas * sqrt(2.0 / bestFit.freedom); }

// Whether the best fit leaves more than this share of the contrast unexplained.
fn leaves_over(share: f32) -> bool { return bestFit.chiSquared - 1.0 > share * bestFit.contrast; }

// Whether no other seed need be tried.
fn is_in_place() -> bool {
  if (bestFit.chiSquared == noChiSquared) { return false; }
  return fits_within(chance()) || explains();
}

// Whether the best fit leaves so little that it is the bead's, wherever it started.
fn explains() -> bool {
  return bestFit.arrived && bestFit.chiSquared - 1.0 < maximumLikelihoodLittleUnexplained * bestFit.contrast;
}

// Whether the best fit will do; one from where the bead was last must explain its image by itself.
fn is_enough(attempt: i32) -> bool {
  if (attempt >= 0) { return is_in_place(); }
  return bestFit.chiSquared < noChiSquared && explains() && sees_rings() && is_inside() && !is_at_end();
}

// Starts a fit where the bead is now, or was last; false where that is not known.
fn seed_fit(attempt: i32, mean: f32) -> bool {
  fit.whole = centerWhole;
  fit.part = centerPart;
  fit.gain = mean + darkest;
  fit.level = mean;
  fit.tilt = vec2f(0.0);
  if (attempt < 0) {
    fit.knot = roi.seedKnot;
    fit.beyond = roi.seedBeyond;
    return all(centerKnown);
  }
  if (!(all(centerKnown) && zKnown)) { return false; }
  let below = clamp(plane + i32(floor(planeOffset)), 0, i32(roi.planes) - 2);
  let share = f32(plane - below) + planeOffset;
  if (share < 0.0 || share > 1.0) { return false; }
  let at = roi.modelStart + modelFacts + u32(below);
  fit.knot = 0;
  fit.beyond = 0.0;
  move_height(clamp(mix(zLuts[at], zLuts[at + 1u], share), 0.0, lastKnot));
  return true;
}

// Moves along z by so many knots; false where that leaves the model, at whose end it then is.
fn move_height(knots: f32) -> bool {
  let moved = fit.beyond + knots;
  fit.knot += i32(floor(moved));
  fit.beyond = moved - floor(moved);
  let last = i32(lastKnot);
  if (fit.knot < 0) {
    fit.knot = 0;
    fit.beyond = 0.0;
    return false;
  }
  if (fit.knot < last) { return true; }
  let isAtEnd = fit.knot == last && fit.beyond == 0.0;
  fit.knot = last - 1;
  fit.beyond = 1.0;
  return isAtEnd;
}

// Fisher scoring from where the fit is; false where the unknowns cannot be told apart.
fn fit_model(lane: u32, mean: f32) -> bool {
  var outlierSquares = 0.0;
  var isSolved = false;
  for (var iteration = 0; iteration < maximumLikelihoodIterations; iteration++) {
    take_curve(lane);
    let sums = sums_over_lanes(lane, likelihood_sums(lane, mean, outlierSquares));
    var isLast = true;
    isSolved = solve_normal(sums);
    if (isSolved) {
      let reached = judge_fit(sums, outlierSquares > 0.0);
      isLast = reached < maximumLikelihoodLastStepSigmas;
      fit.arrived = reached < maximumLikelihoodArrivedSigmas;
    }
    if (maximumLikelihoodRobust == 1) {
      let outlier: f32 = maximumLikelihoodOutlierSigmas;
      outlierSquares = outlier * outlier * max(1.0, fit.chiSquared);
    }
    if (of_first_lane(lane, i32(isLast)) == 1) { break; }
  }
  return isSolved && fit.freedom > 0.0 && fit.chiSquared < noChiSquared;
}

// Takes the step and says what it is worth; returns the longest of those along x, y and z in standard deviations.
fn judge_fit(sums: array<vec4f, sumsAtOnce>, robust: bool) -> f32 {
  let isWhole = take_step();
  let total = sums[5].y;
  fit.freedom = sums[5].w - f32(maximumLikelihoodUnknowns);
  let squares = sums[5].z - select(0.0, stepWorth, isWhole);
  fit.chiSquared = squares / (select(1.0, maximumLikelihoodRobustChiSquared, robust) * fit.freedom);
  fit.contrast = max(0.0, (sums[2].w - sums[2].z * sums[2].z / total) / fit.freedom - 1.0);
  let sigmas = abs(vec3f(solvedStep[0], solvedStep[1], solvedStep[2])) / sqrt(fit.variances);
  return max(sigmas.x, max(sigmas.y, sigmas.z));
}

// Moves the fit by a step, which is shortened to what it may be at most; false where it was.
fn take_step() -> bool {
  let wanted = vec4f(solvedStep[0], solvedStep[1], solvedStep[2], solvedStep[3]);
  let inPlane = clamp(wanted.xy, vec2f(-maximumLikelihoodStepPx), vec2f(maximumLikelihoodStepPx));
  let moved = fit.part + inPlane;
  fit.whole += vec2i(round(moved));
  fit.part = moved - round(moved);
  let along = clamp(wanted.z, -stepKnots, stepKnots);
  let isInside = move_height(along);
  let before = fit.gain;
  let gain = min(max(before + wanted.w, before / maximumLikelihoodStepGain), before * maximumLikelihoodStepGain);
  // The offset moves by what it should even where the gain does not.
  fit.level += solvedStep[4] + ((gain - before) - wanted.w);
  fit.gain = gain;
  if (maximumLikelihoodUnknowns == 7) {
    fit.tilt += vec2f(solvedStep[maximumLikelihoodUnknowns - 2], solvedStep[maximumLikelihoodUnknowns - 1]);
  }
  let isWholeGain = gain == before + wanted.w;
  return isInside && isWholeGain && all(inPlane == wanted.xy) && along == wanted.z;
}

// Whether the best fit finds rings in the light.
fn sees_rings() -> bool {
  return bestFit.gain >= maximumLikelihoodLeastContrast * (bestFit.level + darkest);
}

fn is_inside() -> bool {
  let place = vec2f(bestFit.whole) + bestFit.part;
  return all(place >= vec2f(0.0)) && all(place <= vec2f(f32(roiSize - 1)));
}

// Whether it is at the lowest or highest height of the model.
fn is_at_end() -> bool {
  let isAtTop = bestFit.knot == i32(lastKnot) - 1 && bestFit.beyond == 1.0;
  return isAtTop || (bestFit.knot == 0 && bestFit.beyond == 0.0);
}

// Writes the best fit into the bead.
fn report_fit() {
  chiSquared = bestFit.chiSquared;
  chiSquaredKnown = true;
  stageStatus &= ~u32(maximumLikelihoodOfLookup);
  let isSeen = sees_rings() && is_inside();
  set_center(bestFit.whole, bestFit.part, vec2<bool>(isSeen));
  if (!isSeen) {
    stageStatus |= u32(maximumLikelihoodUnsure);
    return;
  }
  sigma = sqrt(max(1.0, chiSquared) * bestFit.variances);
  sigmaKnown = true;
  let isAlike = !leaves_over(maximumLikelihoodMostUnexplained) || fits_within(chance());
  plane = bestFit.knot;
  planeOffset = bestFit.beyond;
  zOfModel = true;
  zKnown = isAlike && !is_at_end();
  sigmaZKnown = zKnown;
  if (!isAlike) {
    stageStatus |= u32(maximumLikelihoodUnsure);
  } else if (!fits_within(max(chance(), maximumLikelihoodPoorFitLimit))) {
    stageStatus |= u32(maximumLikelihoodPoorFit);
  }
}
