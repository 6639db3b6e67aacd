// What one step of Fisher scoring needs of the pixels. Defined in likelihood-sums.ts and spline-model.ts.
// scratch holds the model at the fit's height: of every interval between radial knots the four coefficients of a
// cubic, lowest power first, x of a pair for counts, y for their slope along z; both as shares of its mean counts.

var<private> cameraGain: f32;
var<private> floorVariance: f32;
var<private> knotsPerPx: f32;
// What chi-squared of the calibration frames was above 1 for each count of light and of camera gain.
var<private> misfitOfLight: f32;
var<private> reachPx: f32;
var<private> radialKnots: u32;
var<private> coefficientsStart: u32;

fn load_model() {
  let at = roi.modelStart;
  cameraGain = maximumLikelihoodCameraGain;
  floorVariance = maximumLikelihoodFloorVariance;
  if (maximumLikelihoodCameraGain == 0) {
    cameraGain = zLuts[at + modelCameraGain];
    floorVariance = zLuts[at + modelFloorVariance];
  }
  misfitOfLight = zLuts[at + modelMisfitOfLight];
  knotsPerPx = zLuts[at + modelKnotsPerPx];
  reachPx = zLuts[at + modelReachPx];
  stepKnots = maximumLikelihoodStepZNm * zLuts[at + modelKnotsPerNm];
  lastKnot = zLuts[at + modelZKnots] - 3.0;
  radialKnots = u32(zLuts[at + modelKnots]);
  coefficientsStart = at + modelFacts + roi.planes;
}

// Takes the model at the height of the fit.
fn take_curve(lane: u32) {
  let t = fit.beyond;
  let s = 1.0 - t;
  let weights = vec4f(s * s * s, (3.0 * t - 6.0) * t * t + 4.0, (3.0 * s - 6.0) * s * s + 4.0, t * t * t) / 6.0;
  let slopes = 0.5 * vec4f(-s * s, (3.0 * t - 4.0) * t, (4.0 - 3.0 * s) * s, t * t);
  let start = coefficientsStart + u32(fit.knot) * radialKnots;
  // Neighboring intervals share three of their four coefficients.
  let intervals = radialKnots - 3u;
  let perLane = (intervals + lanes - 1u) / lanes;
  let first = min(lane * perLane, intervals);
  // Rings are even in r: before the first knot comes the mirror image of the second.
  var c0 = coefficients_at(start + select(first - 1u, 1u, first == 0u), weights, slopes);
  var c1 = coefficients_at(start + first, weights, slopes);
  var c2 = coefficients_at(start + first + 1u, weights, slopes);
  workgroupBarrier();
  for (var interval = first; interval < min(first + perLane, intervals); interval++) {
    let c3 = coefficients_at(start + interval + 2u, weights, slopes);
    scratch[4u * interval] = (c0 + 4.0 * c1 + c2) / 6.0;
    scratch[4u * interval + 1u] = 0.5 * (c2 - c0);
    scratch[4u * interval + 2u] = 0.5 * (c0 - 2.0 * c1 + c2);
    scratch[4u * interval + 3u] = (3.0 * (c1 - c2) + c3 - c0) / 6.0;
    c0 = c1;
    c1 = c2;
    c2 = c3;
  }
  workgroupBarrier();
}

fn coefficients_at(index: u32, weights: vec4f, slopes: vec4f) -> vec2f {
  let along = vec4f(
    zLuts[index], zLuts[index + radialKnots], zLuts[index + 2u * radialKnots], zLuts[index + 3u * radialKnots],
  );
  return vec2f(dot(weights, along), dot(slopes, along));
}

// Sums of this lane's pixels, of products with the weight w of a pixel. The changes of its counts along x, y, z and
// with the gain are c, its residual is d, its counts relative to the mean m, its place across the ROI t:
// cx c | cy cy, cy cz, cy cg, cz cz | cz cg, cg cg, m, m m | c | d c | d, 1, d d, 1 / w | tx c | ty c | tx tx, tx ty,
// ty ty, tx | ty, d tx, d ty
fn likelihood_sums(lane: u32, mean: f32, outlierSquares: f32) -> array<vec4f, sumsAtOnce> {
  var sums: array<vec4f, sumsAtOnce>;
  var ofX = vec4f(0.0);
  var ofYZ = vec4f(0.0);
  var ofGain = vec4f(0.0);
  var ofLevel = vec4f(0.0);
  var slope = vec4f(0.0);
  var rest = vec4f(0.0);
  var ofTilt: array<vec4f, 4>;
  let halfSpan = 0.5 * f32(roiSize - 1);
  let leastVariance = cameraGain * maximumLikelihoodDarkestShare * abs(fit.gain);
  for (var row = first_row(lane); row < roiSize; row += laneRows) {
    for (var column = first_column(lane); column < roiSize; column += laneColumns) {
      let offset = vec2f(vec2i(column, row) - fit.whole) - fit.part;
      let r = length(offset);
      let counts = pixel(row, column);
      if (r > reachPx || counts + darkest >= saturation) { continue; }
      let u = r * knotsPerPx;
      let interval = min(u32(u), radialKnots - 4u);
      let beyond = u - f32(interval);
      let a0 = scratch[4u * interval];
      let a1 = scratch[4u * interval + 1u];
      let a2 = scratch[4u * interval + 2u];
      let a3 = scratch[4u * interval + 3u];
      let light = ((a3 * beyond + a2) * beyond + a1) * beyond + a0;
      let byR = (3.0 * a3.x * beyond + 2.0 * a2.x) * beyond + a1.x;
      let across = (vec2f(vec2i(column, row)) - halfSpan) / halfSpan;
      var expected = fit.gain * light.x + fit.level;
      if (maximumLikelihoodUnknowns == 7) { expected += dot(fit.tilt, across); }
      let variance = max(leastVariance, cameraGain * (expected + darkest) + floorVariance);
      if (expected + maximumLikelihoodSaturationMargin * sqrt(variance) > saturation - darkest) { continue; }
      let residual = counts - expected;
      var share = 1.0;
      if (maximumLikelihoodRobust == 1 && outlierSquares > 0.0) {
        let inlier = max(0.0, 1.0 - residual * residual / (variance * outlierSquares));
        share = inlier * inlier;
      }
      let weight = share / variance;
      // At the very center the slope along r is 0.
      let alongR = -fit.gain * byR * knotsPerPx / max(r, 1e-9);
      let change = vec4f(alongR * offset, fit.gain * light.y, light.x);
      let weighted = weight * change;
      let relative = counts - mean;
      ofX += weighted.x * change;
      ofYZ += weighted.yyyz * change.yzwz;
      ofGain += vec4f(weighted.zw * change.w, weight * vec2f(relative, relative * relative));
      ofLevel += weighted;
      slope += residual * weighted;
      rest += vec4f(weight * vec3f(residual, 1.0, residual * residual), share);
      if (maximumLikelihoodUnknowns == 7) {
        ofTilt[0] += across.x * weighted;
        ofTilt[1] += across.y * weighted;
        ofTilt[2] += weight * across.x * vec4f(across, 0.0, 1.0) + weight * vec4f(0.0, 0.0, across.y * across.y, 0.0);
        ofTilt[3] += weight * vec4f(across.y, residual * across, 0.0);
      }
    }
  }
  sums[0] = ofX;
  sums[1] = ofYZ;
  sums[2] = ofGain;
  sums[3] = ofLevel;
  sums[4] = slope;
  sums[5] = rest;
  if (maximumLikelihoodUnknowns == 7) {
    for (var index = 0; index < 4; index++) { sums[sumsAtOnce - 4 + index] = ofTilt[index]; }
  }
  return sums;
}
