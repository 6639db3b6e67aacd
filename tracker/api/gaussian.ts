import { ConfigError } from '#protocol/errors.ts';

/** exp(-(x - mu)^2 / (2 sigma^2)) at every x, 1 at its maximum (`gaussian`). */
export function gaussian(x: ArrayLike<number>, mu: number, sigma: number): Float64Array {
  return Float64Array.from(x, (at) => Math.exp(-((at - mu) ** 2) / (2 * sigma * sigma)));
}

/**
 * Round Gaussians, 1 at their maximum (`gaussian_2d`).
 *
 * @param x [column] coordinates of the columns
 * @param y [row] coordinates of the rows
 * @param muX [image] center along x
 * @param muY [image] center along y
 * @returns [image, row, column], as stacks are
 * @throws {ConfigError} if muX and muY differ in length
 * Differs: the library's array is [x, y, image], the reverse of its stacks, which is how its FFT profile comes to
 *   swap x and y.
 */
export function gaussian2d(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  muX: ArrayLike<number>,
  muY: ArrayLike<number>,
  sigma: number,
): Float64Array {
  if (muX.length !== muY.length) {
    throw new ConfigError({
      where: 'gaussian2d',
      expected: 'as many muX as muY',
      received: `${muX.length} and ${muY.length}`,
    });
  }
  const [rows, columns, images] = [y.length, x.length, muX.length];
  const values = new Float64Array(images * rows * columns);
  let at = 0;
  for (let image = 0; image < images; image++) {
    const alongX = gaussian(x, muX[image]!, sigma);
    const alongY = gaussian(y, muY[image]!, sigma);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) values[at++] = alongY[row]! * alongX[column]!;
    }
  }
  return values;
}
