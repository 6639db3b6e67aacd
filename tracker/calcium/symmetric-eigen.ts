/** Sweeps after which Jacobi's method has long converged. */
const MOST_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @param matrix [row, column], overwritten
 * @param size rows and columns
 * @returns `eigenvalues` descending and `vectors` [eigenvalue, element] of length 1
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithm 8.5.3 (cyclic Jacobi).
 */
export function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { eigenvalues: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(size * size);
  for (let index = 0; index < size; index++) vectors[index * size + index] = 1;
  let scale = 0;
  for (const element of matrix) scale += element * element;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let outside = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) outside += matrix[p * size + q]! ** 2;
    }
    if (outside <= scale * Number.EPSILON ** 2) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(matrix, vectors, size, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, index) => index);
  order.sort((a, b) => matrix[b * size + b]! - matrix[a * size + a]!);
  const sorted = new Float64Array(size * size);
  for (const [to, from] of order.entries()) {
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  }
  return { eigenvalues: Float64Array.from(order, (index) => matrix[index * size + index]!), vectors: sorted };
}

/** Turns axes p and q so that the element between them vanishes. */
function rotate(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const between = matrix[p * size + q]!;
  if (between === 0) return;
  const tau = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * between);
  const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) turn(matrix, k * size + p, k * size + q, cosine, sine);
  for (let k = 0; k < size; k++) turn(matrix, p * size + k, q * size + k, cosine, sine);
  for (let k = 0; k < size; k++) turn(vectors, p * size + k, q * size + k, cosine, sine);
}

function turn(values: Float64Array, i: number, j: number, cosine: number, sine: number): void {
  const a = values[i]!;
  const b = values[j]!;
  values[i] = cosine * a - sine * b;
  values[j] = sine * a + cosine * b;
}
