// lookup-z: lanes stride over planes; neighbors read neighboring planes of one radius. Defined in lookup-z.ts.
// Instead of a correlation r it compares 1 - r = |u - v|^2 / 2 of unit vectors, which keeps its digits near r = 1.

var<private> profileMean: f32;
var<private> profileNorm: f32;

// 1 - r is at most 2; planes without contrast are stored so that theirs is larger.
const largestDifference = 2.5;
// Multiple of the rounding error of the profile below which its contrast is noise.
const contrastNoise = 4.0 * 1.1920929e-7;

fn lookup_z(lane: u32) {
  workgroupBarrier();
  let hasContrast = measure_profile(lane);
  let planes = i32(roi.planes);
  var smallest = largestDifference;
  var index = 0;
  if (hasContrast) {
    for (var candidate = i32(lane); candidate < planes; candidate += lanes) {
      let difference = plane_difference(candidate);
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

  let isClear = scoreKnown && clear_of_ends(plane, lookupZNLocal, planes);
  let first = plane - (lookupZNLocal - 1) / 2;
  for (var near = i32(lane); near < lookupZNLocal; near += lanes) {
    if (isClear) { scratch[near].x = plane_difference(first + near); }
  }
  workgroupBarrier();
  var values: array<f32, 7>;
  var isWhole = isClear;
  for (var near = 0; near < lookupZNLocal; near++) {
    values[near] = scratch[near].x;
    isWhole = isWhole && values[near] < largestDifference;
  }
  let vertex = parabolic_vertex(values, lookupZNLocal);
  planeOffset = vertex.offset;
  zKnown = isWhole && vertex.known;
}

// Mean and norm of the profile without its first radii and empty bins; false without contrast.
fn measure_profile(lane: u32) -> bool {
  var sum = vec2f(0.0);
  for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
    if (profile[bin] != emptyBin) { sum += vec2f(profile[bin], 1.0); }
  }
  let total = sum_over_lanes(lane, vec4f(sum, 0.0, 0.0));
  profileMean = total.x / max(total.y, 1.0);
  var squares = vec2f(0.0);
  for (var bin = lookupZSkippedRadii + i32(lane); bin < profileRadii; bin += lanes) {
    let deviation = profile[bin] - profileMean;
    if (profile[bin] != emptyBin) { squares += vec2f(deviation * deviation, profile[bin] * profile[bin]); }
  }
  let norms = sqrt(sum_over_lanes(lane, vec4f(squares, 0.0, 0.0)).xy);
  profileNorm = norms.x;
  return norms.x > contrastNoise * norms.y;
}

// 1 - r of the profile and a plane. An empty bin counts as the mean.
fn plane_difference(index: i32) -> f32 {
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
