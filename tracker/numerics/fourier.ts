import FFT from 'fft.js';

/** Discrete Fourier transform of lines of one length. */
export interface Fourier {
  readonly length: number;
  /** Transforms in place: [2 k] real, [2 k + 1] imaginary part; kernel exp(-2 pi i j k / length), no factor. */
  forward(line: Float64Array): void;
  /** Room for one line, as long as no other call uses it. */
  readonly room: Float64Array;
}

/** Transform of any length: fft.js for powers of two, Bluestein's algorithm on top of it for the rest. */
export function createFourier(length: number): Fourier {
  const isPowerOfTwo = length > 1 && (length & (length - 1)) === 0;
  return isPowerOfTwo ? powerOfTwo(length) : bluestein(length);
}

function powerOfTwo(length: number): Fourier {
  const fft = new FFT(length);
  const spectrum = new Float64Array(2 * length);
  const forward = (line: Float64Array) => {
    fft.transform(spectrum, line);
    line.set(spectrum);
  };
  return { length, forward, room: new Float64Array(2 * length) };
}

/** A transform as a convolution with a chirp. Source: Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451. */
function bluestein(length: number): Fourier {
  let padded = 2;
  while (padded < 2 * length - 1) padded *= 2;
  const convolver = powerOfTwo(padded);
  const chirp = new Float64Array(2 * length);
  const kernel = new Float64Array(2 * padded);
  for (let k = 0; k < length; k++) {
    // Modulo 2 n: the square itself would lose digits of the angle.
    const angle = (Math.PI * ((k * k) % (2 * length))) / length;
    chirp[2 * k] = Math.cos(angle);
    chirp[2 * k + 1] = -Math.sin(angle);
    for (const place of [k, (padded - k) % padded]) {
      kernel[2 * place] = Math.cos(angle);
      kernel[2 * place + 1] = Math.sin(angle);
    }
  }
  convolver.forward(kernel);

  const work = new Float64Array(2 * padded);
  const forward = (line: Float64Array) => {
    work.fill(0);
    for (let k = 0; k < length; k++) setProduct(work, k, line, k, chirp, k);
    convolver.forward(work);
    for (let k = 0; k < padded; k++) {
      setProduct(work, k, work, k, kernel, k);
      // The inverse transform is the forward one of the conjugate, conjugated.
      work[2 * k + 1] = -work[2 * k + 1]!;
    }
    convolver.forward(work);
    for (let k = 0; k < length; k++) {
      work[2 * k] = work[2 * k]! / padded;
      work[2 * k + 1] = -work[2 * k + 1]! / padded;
      setProduct(line, k, work, k, chirp, k);
    }
  };
  return { length, forward, room: new Float64Array(2 * length) };
}

/** out[at] = a[i] b[j], complex; `out` may be `a` with `at` equal to `i`. */
export function setProduct(
  out: Float64Array,
  at: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
): void {
  const aReal = a[2 * i]!;
  const aImaginary = a[2 * i + 1]!;
  const bReal = b[2 * j]!;
  const bImaginary = b[2 * j + 1]!;
  out[2 * at] = aReal * bReal - aImaginary * bImaginary;
  out[2 * at + 1] = aReal * bImaginary + aImaginary * bReal;
}

/** Transforms a square field in place, [row, column] of complex values. */
export function forward2d(fourier: Fourier, field: Float64Array): void {
  const { length } = fourier;
  for (let row = 0; row < length; row++) {
    fourier.forward(field.subarray(2 * row * length, 2 * (row + 1) * length));
  }
  for (let column = 0; column < length; column++) forwardColumn(fourier, field, column);
}

/**
 * The first `columns` columns of what `forward2d` makes of real values, at most half of them and one: two rows at a
 * time are transformed as the real and the imaginary part of one, and parted by their symmetry.
 * @param values [row, column], square
 * @param field filled, [row, column] of complex values; columns from `columns` on are left as they are
 */
export function forwardReal2d(
  fourier: Fourier,
  values: Float64Array,
  columns: number,
  field: Float64Array,
): void {
  const { length, room: line } = fourier;
  for (let row = 0; row < length; row += 2) {
    const next = row + 1 < length ? row + 1 : row;
    for (let column = 0; column < length; column++) {
      line[2 * column] = values[row * length + column]!;
      line[2 * column + 1] = values[next * length + column]!;
    }
    fourier.forward(line);
    for (let column = 0; column < columns; column++) {
      const mirrored = column === 0 ? 0 : length - column;
      const real = line[2 * column]!;
      const imaginary = line[2 * column + 1]!;
      const mirroredReal = line[2 * mirrored]!;
      const mirroredImaginary = line[2 * mirrored + 1]!;
      field[2 * (row * length + column)] = (real + mirroredReal) / 2;
      field[2 * (row * length + column) + 1] = (imaginary - mirroredImaginary) / 2;
      field[2 * (next * length + column)] = (imaginary + mirroredImaginary) / 2;
      field[2 * (next * length + column) + 1] = (mirroredReal - real) / 2;
    }
  }
  for (let column = 0; column < columns; column++) forwardColumn(fourier, field, column);
}

function forwardColumn(fourier: Fourier, field: Float64Array, column: number): void {
  const { length, room: line } = fourier;
  for (let row = 0; row < length; row++) {
    line[2 * row] = field[2 * (row * length + column)]!;
    line[2 * row + 1] = field[2 * (row * length + column) + 1]!;
  }
  fourier.forward(line);
  for (let row = 0; row < length; row++) {
    field[2 * (row * length + column)] = line[2 * row]!;
    field[2 * (row * length + column) + 1] = line[2 * row + 1]!;
  }
}

/** Inverse of `forward2d`, with the factor 1 / length^2. */
export function inverse2d(fourier: Fourier, field: Float64Array): void {
  const scale = 1 / fourier.length ** 2;
  for (let index = 1; index < field.length; index += 2) field[index] = -field[index]!;
  forward2d(fourier, field);
  for (let index = 0; index < field.length; index++) field[index]! *= index % 2 === 0 ? scale : -scale;
}
