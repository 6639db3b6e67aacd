// lookup-z: lanes stride over planes; neighbors read neighboring planes of one radius. Defined in lookup-z.ts.
// scratch holds weight and unit deviation of every radius for the weighted match, then the differences around the best.
// Instead of a correlation r it compares 1 - r = |u - v|^2 / 2 of unit vectors, which keeps its digits near r = 1.

var<private> profileMean: f32;
var<private> profileNorm: f32;
// Of the weighted match: sum of the weights, and the variance of a radius at least.
var<private> totalWeight: f32;
var<private> darkestVariance: f32;

// 1 - r is at most 2; planes without contrast are stored so that theirs is larger.
const largestDifference = 2.5;
// Multiple of the rounding error of the profile below which its contrast is noise.
const contrastNoise = 4.0 * 1.1920929e-7;

// Differences of so many planes are kept; those of others are found again when they are needed.
const keptPlanes = 384;
var<workgroup> planeDifferences: array<f32, keptPlanes>;

fn lookup_z(lane: u32) {
  workgroupBarrier();
  let hasContrast = measure_profile(lane);
  let planes = i32(roi.planes);
  var smallest = largestDifference;
  var index = 0;
  if (hasContrast) {
    for (var candidate = i32(lane); candidate < planes; candidate += lanes) {
      let difference = plane_difference(candidate);
      if (candidate < keptPlanes) { planeDifferences[candidate] = difference; }
      if (difference < smallest) {
        smallest = difference;
        index = candidate;
      }
    }
  }
  let best = first_maximum(lane, vec2f(-smallest, 0.0), vec2i(index, 0));
  plane = i32(best.z);
  score = 1.0 + best.x;
  scoreKnown = -best.x < largestDifference;
  let second = second_difference(lane, hasContrast);

  let window = i32(lookupZNLocal);
  var h = (window - 1) / 2;
  var isClear = scoreKnown && clear_of_ends(plane, window, planes);
  if (lookupZEnds == 1) {
    h = min(h, min(plane, planes - 1 - plane));
    isClear = scoreKnown && h > 0;
  }
  let first = plane - h;
  for (var near = i32(lane); near <= 2 * h; near += lanes) {
    if (isClear) { scratch[profileRadii + near].x = known_difference(first + near); }
  }
  workgroupBarrier();
  var values: array<f32, 7>;
  var isWhole = isClear;
  for (var near = 0; near <= 2 * h; near++) {
    values[near] = scratch[profileRadii + near].x;
    isWhole = isWhole && values[near] < largestDifference;
  }
  var vertex: Vertex;
  if (lookupZEnds == 1) {
    // Its maximum is where the difference is smallest.
    for (var near = 0; near <= 2 * h; near++) { values[near] = -values[near]; }
    let weights = f32(h + 1) - vec4f(0.0, 1.0, 2.0, 3.0);
    vertex = weighted_vertex(values, h, weights * weights);
  } else {
    vertex = parabolic_vertex(values, window);
  }
  planeOffset = vertex.offset;
  zKnown = isWhole && vertex.known;
  zOfModel = false;

  if (!scoreKnown) { return; }
  if (second + best.x < lookupZMinMargin) { stageStatus |= u32(lookupZAmbiguous); }
  if (score < lookupZMinScore) {
    stageStatus |= u32(lookupZUnsure);
    zKnown = false;
  }
  if (lookupZEnds == 1 && zKnown && h < (window - 1) / 2) { stageStatus |= u32(lookupZLutEnd); }
}

// 1 - r of the profile and a plane, which may have been kept.
fn known_difference(index: i32) -> f32 {
  if (index < keptPlanes) { return planeDifferences[index]; }
  return plane_difference(index);
}

// Smallest difference of another valley than that of the best plane; 2 without one, as r is at least -1.
fn second_difference(lane: u32, hasContrast: bool) -> f32 {
  var smallest = 2.0;
  if (of_first_lane(lane, i32(lookupZMinMargin > 0.0)) == 1) {
    let planes = i32(roi.planes);
    for (var candidate = i32(lane); candidate < planes && hasContrast; candidate += lanes) {
      if (abs(candidate - plane) <= (i32(lookupZNLocal) + 1) / 2) { continue; }
      let difference = known_difference(candidate);
      if (difference >= smallest) { continue; }
      let isValley = (candidate == 0 || known_difference(candidate - 1) >= difference)
        && (candidate == planes - 1 || known_difference(candidate + 1) >= difference);
      if (isValley) { smallest = difference; }
    }
    smallest = -first_maximum(lane, vec2f(-smallest, 0.0), vec2i(0)).x;
  }
  return smallest;
}

// Mean and norm of the profile without its first radii and empty bins; false without contrast.
fn measure_profile(lane: u32) -> bool {
  var sum = vec2f(0.0);
  for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
    if (profile[bin] != emptyBin) { sum += vec2f(profile[bin], 1.0); }
  }
  let total = sum_over_lanes(lane, vec4f(sum, 0.0, 0.0));
  profileMean = total.x / max(total.y, 1.0);
  if (of_first_lane(lane, i32(lookupZMatch == 1)) == 1) {
    darkestVariance = lookupZDarkestShare * (profileMean + profile_zero());
    var weighted = vec2f(0.0);
    for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
      // Relative to the plain mean, or the sum of large counts would lose its digits.
      let weight = radius_weight(bin);
      if (weight > 0.0) { weighted += weight * vec2f(profile[bin] - profileMean, 1.0); }
    }
    let weightedTotal = sum_over_lanes(lane, vec4f(weighted, 0.0, 0.0));
    totalWeight = weightedTotal.y;
    profileMean += weightedTotal.x / totalWeight;
  }
  var squares = vec2f(0.0);
  for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
    let deviation = profile[bin] - profileMean;
    if (profile[bin] != emptyBin) {
      squares += radius_weight(bin) * vec2f(deviation * deviation, profile[bin] * profile[bin]);
    }
  }
  let norms = sqrt(sum_over_lanes(lane, vec4f(squares, 0.0, 0.0)).xy);
  profileNorm = norms.x;
  if (lookupZMatch == 1) {
    for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
      scratch[bin] = vec2f(radius_weight(bin), (profile[bin] - profileMean) / profileNorm);
    }
  }
  workgroupBarrier();
  return norms.x > contrastNoise * norms.y;
}

// What the counts of the profile are relative to.
fn profile_zero() -> f32 { return select(darkest, 0.0, profileFromZero); }

// Inverse of what shot noise does to a radius: its pixels over its counts; 1 when all count alike.
fn radius_weight(bin: i32) -> f32 {
  if (lookupZMatch == 0) { return 1.0; }
  if (profile[bin] == emptyBin) { return 0.0; }
  let variance = select(1.0, max(profile[bin] + profile_zero(), darkestVariance), darkestVariance > 0.0);
  return f32(bin) / variance;
}

// 1 - r of the profile and a plane. An empty bin counts as the mean.
fn plane_difference(index: i32) -> f32 {
  if (lookupZMatch == 1) { return weighted_difference(index); }
  let scale = 1.0 / profileNorm;
  var at = roi.zLutStart + u32(index);
  var sum = 0.0;
  for (var bin = lookupZSkippedRadii; bin < profileRadii; bin++) {
    let deviation = select((profile[bin] - profileMean) * scale, 0.0, profile[bin] == emptyBin);
    let difference = deviation - zLuts[at];
    sum += difference * difference;
    at += roi.planes;
  }
  return 0.5 * sum;
}

// 1 - r of the profile and a plane with weights: half the squared distance of both scaled to length 1.
fn weighted_difference(index: i32) -> f32 {
  let start = roi.zLutStart + u32(index);
  // A plane without contrast is stored as values that no other has.
  if (zLuts[start] > 2.0) { return largestDifference; }
  var moments = vec2f(0.0);
  var at = start;
  for (var bin = lookupZSkippedRadii; bin < profileRadii; bin++) {
    moments += scratch[bin].x * zLuts[at] * vec2f(1.0, zLuts[at]);
    at += roi.planes;
  }
  let mean = moments.x / totalWeight;
  let scale = inverseSqrt(moments.y - moments.x * mean);
  var sum = 0.0;
  at = start;
  for (var bin = lookupZSkippedRadii; bin < profileRadii; bin++) {
    let difference = scratch[bin].y - (zLuts[at] - mean) * scale;
    sum += scratch[bin].x * difference * difference;
    at += roi.planes;
  }
  return 0.5 * sum;
}
