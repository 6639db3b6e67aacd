// Cholesky's method on the sums of likelihood-sums.wgsl, scaled so that units do not matter. Defined in
// solve-normal.ts. Too small to share, so every lane does it.

// Pivot below which unknowns cannot be told apart: what rounding leaves of sums over thousands of pixels.
const leastPivot = 4e-6;

const unknowns = maximumLikelihoodUnknowns;
var<private> solvedStep: array<f32, unknowns>;
// By how much the step is to lower the sum of squares.
var<private> stepWorth: f32;

// Fills the step and the variances of the fit; false where the unknowns cannot be told apart.
fn solve_normal(sums: array<vec4f, sumsAtOnce>) -> bool {
  var matrix = information_of(sums);
  var gradient = gradient_of(sums);
  var scales: array<f32, unknowns>;
  for (var row = 0; row < unknowns; row++) {
    let diagonal = matrix[row * unknowns + row];
    if (!(diagonal > 0.0)) { return false; }
    scales[row] = 1.0 / sqrt(diagonal);
    gradient[row] *= scales[row];
    for (var k = 0; k <= row; k++) {
      var rest = matrix[row * unknowns + k] * scales[row] * scales[k];
      for (var i = 0; i < k; i++) { rest -= matrix[row * unknowns + i] * matrix[k * unknowns + i]; }
      if (k < row) {
        matrix[row * unknowns + k] = rest * matrix[k * unknowns + k];
      } else if (rest > leastPivot) {
        // Of the factor's diagonal the inverse is kept.
        matrix[row * unknowns + row] = 1.0 / sqrt(rest);
      } else {
        return false;
      }
    }
  }
  stepWorth = 0.0;
  var solution: array<f32, unknowns>;
  for (var row = 0; row < unknowns; row++) {
    var rest = gradient[row];
    for (var k = 0; k < row; k++) { rest -= matrix[row * unknowns + k] * solution[k]; }
    solution[row] = rest * matrix[row * unknowns + row];
    // The step's worth is its length in the metric of the matrix.
    stepWorth += solution[row] * solution[row];
  }
  for (var row = unknowns - 1; row >= 0; row--) {
    var rest = solution[row];
    for (var k = row + 1; k < unknowns; k++) { rest -= matrix[k * unknowns + row] * solution[k]; }
    solution[row] = rest * matrix[row * unknowns + row];
  }
  for (var row = 0; row < unknowns; row++) { solvedStep[row] = solution[row] * scales[row]; }
  for (var unknown = 0; unknown < 3; unknown++) {
    // Squares of a column of the inverse factor.
    var squares = 0.0;
    for (var row = unknown; row < unknowns; row++) {
      var rest = select(0.0, 1.0, row == unknown);
      for (var k = unknown; k < row; k++) { rest -= matrix[row * unknowns + k] * solution[k]; }
      solution[row] = rest * matrix[row * unknowns + row];
      squares += solution[row] * solution[row];
    }
    fit.variances[unknown] = squares * scales[unknown] * scales[unknown];
  }
  return true;
}

// [unknown, unknown] Fisher information, lower half.
fn information_of(sums: array<vec4f, sumsAtOnce>) -> array<f32, unknowns * unknowns> {
  var matrix: array<f32, unknowns * unknowns>;
  matrix[0] = sums[0].x;
  matrix[unknowns] = sums[0].y;
  matrix[unknowns + 1] = sums[1].x;
  matrix[2 * unknowns] = sums[0].z;
  matrix[2 * unknowns + 1] = sums[1].y;
  matrix[2 * unknowns + 2] = sums[1].w;
  matrix[3 * unknowns] = sums[0].w;
  matrix[3 * unknowns + 1] = sums[1].z;
  matrix[3 * unknowns + 2] = sums[2].x;
  matrix[3 * unknowns + 3] = sums[2].y;
  for (var k = 0; k < 4; k++) { matrix[4 * unknowns + k] = sums[3][k]; }
  matrix[4 * unknowns + 4] = sums[5].y;
  if (unknowns == 7) {
    let x = unknowns * (unknowns - 2);
    let y = unknowns * (unknowns - 1);
    for (var k = 0; k < 4; k++) {
      matrix[x + k] = sums[sumsAtOnce - 4][k];
      matrix[y + k] = sums[sumsAtOnce - 3][k];
    }
    matrix[x + 4] = sums[sumsAtOnce - 2].w;
    matrix[x + 5] = sums[sumsAtOnce - 2].x;
    matrix[y + 4] = sums[sumsAtOnce - 1].x;
    matrix[y + unknowns - 2] = sums[sumsAtOnce - 2].y;
    matrix[y + unknowns - 1] = sums[sumsAtOnce - 2].z;
  }
  return matrix;
}

fn gradient_of(sums: array<vec4f, sumsAtOnce>) -> array<f32, unknowns> {
  var gradient: array<f32, unknowns>;
  for (var k = 0; k < 4; k++) { gradient[k] = sums[4][k]; }
  gradient[4] = sums[5].x;
  if (unknowns == 7) {
    gradient[unknowns - 2] = sums[sumsAtOnce - 1].y;
    gradient[unknowns - 1] = sums[sumsAtOnce - 1].z;
  }
  return gradient;
}
