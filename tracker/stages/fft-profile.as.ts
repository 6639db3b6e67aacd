// fft-profile: columns are transformed eight at a time, four as real and four as imaginary parts, then the rows of the
// frequencies that reach a bin, four at a time. Defined in fft-profile.ts.
// Tables: [k] cosine and sine of k turns of the size; [group of four fy, fx, fy of it] offset of the bin; [bin] one over
// its coefficients.
import { Bead, fourFloats, take } from './bead.as';
import {
  fftProfileBins,
  fftProfileOversample,
  fftProfileSkippedBins,
  fftProfileWindow,
  fftProfileWindowSigmaPx,
} from './constants.as';
import { LINE_STEP, readyFourier, transform } from './fourier.as';

/** What is transformed, between the two directions. */
class Field {
  /** Frequencies of either sign that reach a bin, and groups of four that hold them. */
  static frequencies: i32 = 0;
  static groups: usize = 0;
  /** [group of four fy, column] elements of a line. */
  static lines: usize = 0;
  /** Rooms for eight columns, or four rows, and their transform. */
  static columns: usize = 0;
  static other: usize = 0;
  /** [column], [row] f32 weights of the window. */
  static across: usize = 0;
  static down: usize = 0;
}

export function fftProfile(params: usize, tables: usize): void {
  const bins = <i32>load<f64>(params + fftProfileBins);
  const skipped = <i32>load<f64>(params + fftProfileSkippedBins);
  const size = <usize>Bead.size;
  Bead.radii = bins - skipped;
  if (bins <= skipped) return;
  const sums = take(<usize>(bins + 1) << 3);
  memory.fill(sums, 0, <usize>(bins + 1) << 3);
  Field.frequencies = (bins - 1) / <i32>load<f64>(params + fftProfileOversample) + 1;
  Field.groups = <usize>((Field.frequencies + 3) >> 2);
  Field.lines = take(Field.groups * size * LINE_STEP);
  Field.columns = take(size * LINE_STEP);
  Field.other = take(size * LINE_STEP);
  Field.across = take(size << 2);
  Field.down = take(size << 2);
  fillWindows(<i32>load<f64>(params + fftProfileWindow), load<f64>(params + fftProfileWindowSigmaPx));
  readyFourier(Bead.size, tables);
  if (Bead.bytesPerPixel == 1) transformColumns<u8>();
  else if (Bead.bytesPerPixel == 2) transformColumns<u16>();
  else transformColumns<f32>();
  const offsets = tables + (size << 4);
  const shares = offsets + ((Field.groups * <usize>Field.frequencies) << 5);
  sumRows(offsets, sums);
  for (let bin = skipped; bin < bins; bin++) {
    const at = <usize>bin << 3;
    store<f64>(Bead.profile + (<usize>(bin - skipped) << 3), load<f64>(sums + at) * load<f64>(shares + at));
  }
}

function fillWindows(window: i32, sigmaPx: f64): void {
  const isSwapped = window == 2;
  fillWindow(Field.across, isSwapped ? Bead.yPx : Bead.xPx, sigmaPx, window == 0);
  fillWindow(Field.down, isSwapped ? Bead.xPx : Bead.yPx, sigmaPx, window == 0);
}

/** Gaussian around a center; each weight from its neighbor's, so that it takes three exponentials. */
function fillWindow(weights: usize, center: f64, sigmaPx: f64, isEven: bool): void {
  const last = Bead.size - 1;
  const sharpness = 1 / (2 * sigmaPx * sigmaPx);
  if (isEven || !(center >= 0 && center <= <f64>last)) {
    for (let index = 0; index <= last; index++) {
      const distance = <f64>index - center;
      const weight = isEven ? 1 : Math.exp(-distance * distance * sharpness);
      store<f32>(weights + (<usize>index << 2), <f32>weight);
    }
    return;
  }
  const nearest = <i32>(center + 0.5);
  const offset = <f64>nearest - center;
  const peak = Math.exp(-offset * offset * sharpness);
  const narrowing = Math.exp(-2 * sharpness);
  let ratio = Math.exp(-(1 + 2 * offset) * sharpness);
  let weight = peak;
  for (let index = nearest; index <= last; index++) {
    store<f32>(weights + (<usize>index << 2), <f32>weight);
    weight *= ratio;
    ratio *= narrowing;
  }
  weight = peak;
  ratio = Math.exp(-(1 - 2 * offset) * sharpness);
  for (let index = nearest - 1; index >= 0; index--) {
    weight *= ratio;
    ratio *= narrowing;
    store<f32>(weights + (<usize>index << 2), <f32>weight);
  }
}

function transformColumns<T>(): void {
  const size = Bead.size;
  for (let column = 0; column < size; column += 8) {
    // The last eight may overlap those before.
    const first = <usize>min(column, size - 8);
    let at = Bead.pixels + first * sizeof<T>();
    let to = Field.columns;
    for (let row: usize = 0; row < <usize>size; row++) {
      const weight = v128.load32_splat(Field.down + (row << 2));
      v128.store(to, f32x4.mul(weight, fourFloats<T>(at)));
      v128.store(to, f32x4.mul(weight, fourFloats<T>(at + 4 * sizeof<T>())), 16);
      at += Bead.rowBytes;
      to += LINE_STEP;
    }
    separateColumns(transform(Field.columns, Field.other), first);
  }
}

/** Hands the low frequencies of eight columns, of which four were real and four imaginary, to the rows. */
function separateColumns(spectrum: usize, column: usize): void {
  const size = <usize>Bead.size;
  for (let group: usize = 0; group < Field.groups; group++) {
    const fy = group << 2;
    const to = Field.lines + (group * size + column) * LINE_STEP;
    const p0 = spectrum + fy * LINE_STEP;
    const p1 = p0 + LINE_STEP;
    const p2 = p1 + LINE_STEP;
    const p3 = p2 + LINE_STEP;
    // Zero frequency is its own opposite.
    const n0 = spectrum + (fy == 0 ? 0 : size - fy) * LINE_STEP;
    const n1 = spectrum + (size - fy - 1) * LINE_STEP;
    const n2 = n1 - LINE_STEP;
    const n3 = n2 - LINE_STEP;
    const across = Field.across + (column << 2);
    storeRows(to, across, plus(p0, n0, 0), plus(p1, n1, 0), plus(p2, n2, 0), plus(p3, n3, 0));
    storeRows(to + 16, across, minus(p0, n0, 16), minus(p1, n1, 16), minus(p2, n2, 16), minus(p3, n3, 16));
    const next = to + 4 * LINE_STEP;
    storeRows(next, across + 16, plus(p0, n0, 16), plus(p1, n1, 16), plus(p2, n2, 16), plus(p3, n3, 16));
    storeRows(next + 16, across + 16, minus(n0, p0, 0), minus(n1, p1, 0), minus(n2, p2, 0), minus(n3, p3, 0));
  }
}

@inline
function plus(a: usize, b: usize, part: usize): v128 {
  return f32x4.add(v128.load(a + part), v128.load(b + part));
}

@inline
function minus(a: usize, b: usize, part: usize): v128 {
  return f32x4.sub(v128.load(a + part), v128.load(b + part));
}

/** Turns four columns of four frequencies into four frequencies of four columns, under the window. */
@inline
function storeRows(to: usize, across: usize, f0: v128, f1: v128, f2: v128, f3: v128): void {
  const low01 = v128.shuffle<f32>(f0, f1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(f0, f1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(f2, f3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(f2, f3, 2, 6, 3, 7);
  v128.store(to, f32x4.mul(v128.load32_splat(across), v128.shuffle<i64>(low01, low23, 0, 2)));
  v128.store(to, f32x4.mul(v128.load32_splat(across, 4), v128.shuffle<i64>(low01, low23, 1, 3)), 32);
  v128.store(to, f32x4.mul(v128.load32_splat(across, 8), v128.shuffle<i64>(high01, high23, 0, 2)), 64);
  v128.store(to, f32x4.mul(v128.load32_splat(across, 12), v128.shuffle<i64>(high01, high23, 1, 3)), 96);
}

/** Adds the magnitudes of all coefficients that reach a bin to it. */
function sumRows(offsets: usize, sums: usize): void {
  const size = <usize>Bead.size;
  // Separating columns left twice their transforms.
  let scale = f32x4(0.25, 0.5, 0.5, 0.5);
  for (let group: usize = 0; group < Field.groups; group++) {
    const rows = transform(Field.lines + group * size * LINE_STEP, Field.other);
    for (let fx: usize = 0; fx < <usize>Field.frequencies; fx++) {
      const opposite = rows + (fx == 0 ? 0 : size - fx) * LINE_STEP;
      const lights = f32x4.mul(scale, f32x4.add(magnitudes(rows + fx * LINE_STEP), magnitudes(opposite)));
      addTo(sums, offsets, f32x4.extract_lane(lights, 0));
      addTo(sums, offsets + 8, f32x4.extract_lane(lights, 1));
      addTo(sums, offsets + 16, f32x4.extract_lane(lights, 2));
      addTo(sums, offsets + 24, f32x4.extract_lane(lights, 3));
      offsets += 32;
    }
    // Only of row 0 are both signs of fx one pair.
    scale = f32x4.splat(0.5);
  }
}

@inline
function magnitudes(at: usize): v128 {
  const real = v128.load(at);
  const imaginary = v128.load(at, 16);
  return f32x4.sqrt(f32x4.add(f32x4.mul(real, real), f32x4.mul(imaginary, imaginary)));
}

@inline
function addTo(sums: usize, offset: usize, light: f32): void {
  const at = sums + <usize>(<i32>load<f64>(offset));
  store<f64>(at, load<f64>(at) + <f64>light);
}
