import { createRadialOptics, type RadialOpticsParams, renderBead } from './radial-optics.ts';

/** Light and electronics of a camera, one electron a detected photon. */
export interface PixelNoise {
  /** Photons detected in a pixel of the background during one exposure. */
  photons: number;
  /** Standard deviation of the read noise, electrons. */
  readNoise: number;
}

/** Image without noise of a bead at a place, [row, column] relative to the background. */
export type ExpectedImage = (xPx: number, yPx: number, zNm: number) => Float64Array;

/** An image and how it changes with the place of the bead, [row, column] each. */
export interface ImageSlopes {
  image: Float64Array;
  /** Along x, y and z, per nm. */
  slopes: readonly [Float64Array, Float64Array, Float64Array];
}

/** Smallest standard deviation that an unbiased estimate can have; infinite where the image does not tell. */
export interface Bound {
  xNm: number;
  yNm: number;
  zNm: number;
}

/** Bounds by what is known of the brightness of an image. */
export interface BeadBound {
  /** Brightness and background known. */
  known: Bound;
  /** A gain and an offset of the whole image are estimated with the place. */
  free: Bound;
}

/** A bead at about one height, seen by a microscope. */
export interface BeadBoundParams {
  optics: Omit<RadialOpticsParams, 'rMaxNm' | 'zMaxNm'>;
  /** Side of the image. */
  size: number;
  pixelSizeNm: number;
  zNm: number;
  /** Middle of the places, along x and y. Default: the middle of the image. */
  centerPx?: number;
  /** Farthest place from it along x and y. Default 0.5. */
  spreadPx?: number;
  /** Farthest place from `zNm`. Default 25. */
  zSpreadNm?: number;
  /** Default 8. */
  places?: number;
}

/** Steps of the central differences: their error falls with the square, that of rounding is far below. */
const STEP_NM = 1;
const Z_STEP_NM = 2;

/** Slopes of an image by central differences, from six images around the place. */
export function imageSlopes(
  expected: ExpectedImage,
  xPx: number,
  yPx: number,
  zNm: number,
  pixelSizeNm: number,
): ImageSlopes {
  const step = STEP_NM / pixelSizeNm;
  const slope = (after: Float64Array, before: Float64Array, distanceNm: number) =>
    after.map((intensity, pixel) => (intensity - before[pixel]!) / distanceNm);
  return {
    image: expected(xPx, yPx, zNm),
    slopes: [
      slope(expected(xPx + step, yPx, zNm), expected(xPx - step, yPx, zNm), 2 * STEP_NM),
      slope(expected(xPx, yPx + step, zNm), expected(xPx, yPx - step, zNm), 2 * STEP_NM),
      slope(expected(xPx, yPx, zNm + Z_STEP_NM), expected(xPx, yPx, zNm - Z_STEP_NM), 2 * Z_STEP_NM),
    ],
  };
}

/**
 * Fisher information of pixels whose variance is their mean number of photons plus that of the read noise. Exact for
 * photons alone; with read noise, what the variance itself tells is left out, a share below 1 / (2 variance).
 *
 * @param image [pixel] relative to the background
 * @param slopes [parameter][pixel] change of `image` per unit of each parameter
 * @returns [parameter, parameter]
 */
export function fisherMatrix(
  image: Float64Array,
  slopes: readonly Float64Array[],
  { photons, readNoise }: PixelNoise,
): Float64Array {
  const parameters = slopes.length;
  const matrix = new Float64Array(parameters * parameters);
  for (let pixel = 0; pixel < image.length; pixel++) {
    const variance = photons * image[pixel]! + readNoise * readNoise;
    // Where there is neither light nor noise the mean is at its minimum, so nothing changes either.
    if (variance <= 0) continue;
    const weight = (photons * photons) / variance;
    for (let a = 0; a < parameters; a++) {
      const weighted = weight * slopes[a]![pixel]!;
      for (let b = 0; b <= a; b++) matrix[a * parameters + b]! += weighted * slopes[b]![pixel]!;
    }
  }
  for (let a = 0; a < parameters; a++) {
    for (let b = 0; b < a; b++) matrix[b * parameters + a] = matrix[a * parameters + b]!;
  }
  return matrix;
}

/**
 * Smallest standard deviation of each parameter: the root of the diagonal of the inverse information.
 * @param fisher [parameter, parameter]
 * @returns [parameter]; all infinite when the parameters cannot be told apart
 */
export function boundOf(fisher: Float64Array): Float64Array {
  const n = Math.sqrt(fisher.length);
  const scale = Float64Array.from({ length: n }, (_, a) => Math.sqrt(fisher[a * n + a]!));
  // Cholesky factor of the matrix scaled to a diagonal of ones, so that units do not matter; then its inverse.
  const factor = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = fisher[row * n + column]! / (scale[row]! * scale[column]!);
      for (let k = 0; k < column; k++) rest -= factor[row * n + k]! * factor[column * n + k]!;
      if (row !== column) factor[row * n + column] = rest / factor[column * n + column]!;
      else if (rest > 1e-14) factor[row * n + row] = Math.sqrt(rest);
      else return new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    }
  }
  const inverse = new Float64Array(n);
  return scale.map((unit, parameter) => {
    let square = 0;
    for (let row = parameter; row < n; row++) {
      let rest = row === parameter ? 1 : 0;
      for (let k = parameter; k < row; k++) rest -= factor[row * n + k]! * inverse[k]!;
      inverse[row] = rest / factor[row * n + row]!;
      square += inverse[row]! ** 2;
    }
    return Math.sqrt(square) / unit;
  });
}

/** Bounds on the place of one image. */
export function placeBound({ image, slopes }: ImageSlopes, noise: PixelNoise): BeadBound {
  const bound = (parameters: readonly Float64Array[]): Bound => {
    const [xNm, yNm, zNm] = boundOf(fisherMatrix(image, parameters, noise));
    return { xNm: xNm!, yNm: yNm!, zNm: zNm! };
  };
  const offset = new Float64Array(image.length).fill(1);
  return { known: bound(slopes), free: bound([...slopes, image, offset]) };
}

/**
 * Cramér-Rao bounds of a bead for any brightness: variances averaged over places within pixels and around a height,
 * from radially exact optics integrated over the pixels, without saturation.
 *
 * @throws {ConfigError} if the optics cannot be computed that far
 * Source: Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, section 3.9, Gaussian noise with
 * the variance known.
 */
export function createBeadBound(params: BeadBoundParams): (noise: PixelNoise) => BeadBound {
  const { optics: opticsParams, size, pixelSizeNm, zNm, places = 8 } = params;
  const { centerPx = (size - 1) / 2, spreadPx = 0.5, zSpreadNm = 25 } = params;
  const far = Math.max(centerPx, size - 1 - centerPx) + spreadPx + 1;
  const optics = createRadialOptics({
    ...opticsParams,
    rMaxNm: Math.SQRT2 * far * pixelSizeNm + 10 * (opticsParams.rStepNm ?? 5),
    zMaxNm: Math.abs(zNm) + zSpreadNm + Z_STEP_NM,
  });
  const all = Array.from({ length: places }, (_, place) => {
    const [x, y, z] = evenPlace(place);
    const expected = heightCache((height) => optics.profile(height));
    const image: ExpectedImage = (xPx, yPx, height) =>
      renderBead(optics, { xPx, yPx, zNm: height, size, pixelSizeNm }, expected(height));
    return imageSlopes(
      image,
      centerPx + spreadPx * x,
      centerPx + spreadPx * y,
      zNm + zSpreadNm * z,
      pixelSizeNm,
    );
  });
  return (noise) => {
    const bounds = all.map((slopes) => placeBound(slopes, noise));
    return {
      known: meanBound(bounds.map(({ known }) => known)),
      free: meanBound(bounds.map(({ free }) => free)),
    };
  };
}

/** Remembers the profile of each height: five of seven images share one. */
function heightCache(profile: (zNm: number) => Float64Array): (zNm: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  return (zNm) => {
    const found = known.get(zNm) ?? profile(zNm);
    known.set(zNm, found);
    return found;
  };
}

/**
 * Places that fill the cube from -1 to 1 evenly, however many are taken.
 * Source: Roberts, The Unreasonable Effectiveness of Quasirandom Sequences (2018): multiples of the powers of the
 * real root of g^4 = g + 1.
 */
function evenPlace(index: number): [number, number, number] {
  const root = 1.220744084605759;
  const along = (power: number) => 2 * ((0.5 + (index + 1) / root ** power) % 1) - 1;
  return [along(1), along(2), along(3)];
}

/** Root mean square of bounds: the standard deviation over all places. */
function meanBound(bounds: readonly Bound[]): Bound {
  const rms = (of: (bound: Bound) => number) =>
    Math.sqrt(bounds.reduce((sum, bound) => sum + of(bound) ** 2, 0) / bounds.length);
  return { xNm: rms(({ xNm }) => xNm), yNm: rms(({ yNm }) => yNm), zNm: rms(({ zNm }) => zNm) };
}
