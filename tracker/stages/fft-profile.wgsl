// fft-profile: lanes stride over the rows, then over the coefficients of two columns of the transform, then over the
// rings, so that no two add to one sum. Defined in fft-profile.ts.
// A direct sum over pixels: of a transform only the few columns that reach a ring are made, and any size will do.
// scratch holds the unit circle, then window and magnitudes, then the transformed rows of two columns.

const fftRadii = fftProfileBins - fftProfileSkippedBins;
// Frequencies beyond reach no ring; those of both signs up to it exist at every size.
const fftFrequencies = (fftProfileBins - 1) / fftProfileOversample + 1;
const fftWindows = roiSize;
const fftRows = 2 * roiSize;

fn fft_profile(lane: u32) {
  for (var index = i32(lane); index < roiSize; index += lanes) {
    scratch[index] = unit_circle(index);
    scratch[fftWindows + index] = vec2f(fft_window(index).x, 0.0);
  }
  for (var bin = i32(lane); bin < fftRadii; bin += lanes) { profile[bin] = 0.0; }
  workgroupBarrier();

  for (var fx = 0; fx < fftFrequencies; fx += 2) {
    for (var row = i32(lane); row < roiSize; row += lanes) {
      let sums = row_coefficients(row, fx) * fft_window(row).y;
      scratch[fftRows + row] = sums.xy;
      scratch[fftRows + roiSize + row] = sums.zw;
    }
    workgroupBarrier();
    for (var item = i32(lane); item < 2 * fftFrequencies; item += lanes) {
      scratch[fftWindows + item].y = magnitudes(item % fftFrequencies, fftRows + (item / fftFrequencies) * roiSize);
    }
    workgroupBarrier();
    for (var bin = i32(lane); bin < fftRadii; bin += lanes) {
      profile[bin] += ring_magnitudes(bin + fftProfileSkippedBins, fx);
    }
  }

  let known = usable && (fftProfileWindow == 0 || (centerKnown.x && centerKnown.y));
  for (var bin = i32(lane); bin < fftRadii; bin += lanes) {
    let coefficients = ring_coefficients(bin + fftProfileSkippedBins);
    profile[bin] = select(emptyBin, profile[bin] / f32(max(coefficients, 1)), known && coefficients > 0);
  }
  profileFromZero = true;
}

// Cosine and sine of index / roiSize turns.
fn unit_circle(index: i32) -> vec2f {
  let quarter = 4 * index / roiSize;
  let along = direction(f32(4 * index - quarter * roiSize) / f32(roiSize));
  let turned = select(along, vec2f(-along.y, along.x), (quarter & 1) == 1);
  return select(turned, -turned, (quarter & 2) == 2);
}

// Weight of a column and of a row under the Gaussian.
fn fft_window(index: i32) -> vec2f {
  if (fftProfileWindow == 0) { return vec2f(1.0); }
  let distance = (vec2f(vec2i(index) - centerWhole) - centerPart) / fftProfileWindowSigmaPx;
  let weight = exp(-0.5 * distance * distance);
  return select(weight, weight.yx, fftProfileWindow == 2);
}

// Coefficients fx and fx + 1 of one row, each a complex number.
fn row_coefficients(row: i32, fx: i32) -> vec4f {
  var sums = vec4f(0.0);
  var turn = vec2i(0);
  for (var column = 0; column < roiSize; column++) {
    let light = (darkest + pixel(row, column)) * scratch[fftWindows + column].x;
    sums += light * vec4f(scratch[turn.x], scratch[turn.y]);
    turn += vec2i(fx, fx + 1);
    turn -= select(vec2i(0), vec2i(roiSize), turn >= vec2i(roiSize));
  }
  return sums;
}

// Magnitudes of the coefficients at fy and -fy together, of the column whose transformed rows begin at `rows`.
fn magnitudes(fy: i32, rows: i32) -> f32 {
  var along = vec2f(0.0);
  var across = vec2f(0.0);
  var turn = 0;
  for (var row = 0; row < roiSize; row++) {
    along += scratch[rows + row] * scratch[turn].x;
    across += scratch[rows + row].yx * scratch[turn].y;
    turn += fy;
    if (turn >= roiSize) { turn -= roiSize; }
  }
  let at = length(vec2f(along.x - across.x, along.y + across.y));
  let opposite = length(vec2f(along.x + across.x, along.y - across.y));
  return select(at + opposite, at, fy == 0);
}

// Sum over a ring of the columns fx and fx + 1.
fn ring_magnitudes(bin: i32, fx: i32) -> f32 {
  var sum = 0.0;
  for (var column = 0; column < min(2, fftFrequencies - fx); column++) {
    let first = fftWindows + column * fftFrequencies;
    let ends = frequencies_within(vec2i(bin - 1, bin), fx + column);
    for (var fy = ends.x; fy < ends.y; fy++) { sum += scratch[first + fy].y; }
  }
  return sum;
}

fn ring_coefficients(bin: i32) -> i32 {
  var total = 0;
  for (var fx = 0; fx < fftFrequencies; fx++) {
    let ends = frequencies_within(vec2i(bin - 1, bin), fx);
    total += 2 * (ends.y - ends.x);
    if (ends.x == 0 && ends.y > 0) { total -= 1; }
  }
  return total;
}

// Number of frequencies 0, 1, 2, .. of a column in these bins or smaller ones: those with fx^2 + fy^2 below
// (bin + 1/2)^2 / oversample^2, in whole numbers, since a square root in f32 may choose the wrong bin.
fn frequencies_within(bins: vec2i, fx: i32) -> vec2i {
  let rest = (bins * bins + bins) / (fftProfileOversample * fftProfileOversample) - fx * fx;
  let roots = vec2i(round(sqrt(vec2f(max(rest, vec2i(0))))));
  let counts = select(roots + 1, roots, roots * roots > rest);
  return select(counts, vec2i(0), (bins < vec2i(0)) | (rest < vec2i(0)));
}
