// Discrete Fourier transforms of four complex lines at once, one a lane, of any length: Stockham's algorithm in steps of
// 4, then 2, then the odd primes of the length. Kernel and factor as in fourier.ts.
import { take } from './bead.as';

/** Bytes of an element: four real parts, then four imaginary ones, f32. */
export const LINE_STEP: usize = 32;

/** What all transforms of one length share. */
class Fourier {
  static length: i32 = 0;
  /** [k] f32 cosine and -sine of k turns of the length. */
  static turns: usize = 0;
  /** Sums and differences of the pairs of one odd step. */
  static pairs: usize = 0;
}

/** Readies transforms of a length. @param circle [k] f64 cosine and sine of k turns of it */
export function readyFourier(length: i32, circle: usize): void {
  Fourier.length = length;
  Fourier.turns = take(<usize>length << 3);
  Fourier.pairs = take(<usize>(length + 2) << 5);
  for (let k: usize = 0; k < <usize>length; k++) {
    store<f32>(Fourier.turns + (k << 3), <f32>load<f64>(circle + (k << 4)));
    store<f32>(Fourier.turns + (k << 3), <f32>-load<f64>(circle + (k << 4), 8), 4);
  }
}

/**
 * Transforms the lines at `from`, with as much room at `other`.
 * @returns which of the two holds the result
 */
export function transform(from: usize, other: usize): usize {
  let left = Fourier.length;
  let stride = 1;
  let prime = 3;
  while (left > 1) {
    let step = 4;
    if ((left & 3) == 0) stepOfFour(from, other, left >> 2, stride);
    else if ((left & 1) == 0) {
      step = 2;
      stepOfTwo(from, other, left >> 1, stride);
    } else {
      while (left % prime != 0) prime += 2;
      step = prime;
      stepOfOdd(from, other, prime, left / prime, stride);
    }
    left /= step;
    stride *= step;
    const written = other;
    other = from;
    from = written;
  }
  return from;
}

/** Writes a number turned by an angle of which the cosine and -sine are given. */
@inline
function storeTurned(to: usize, real: v128, imaginary: v128, cosine: v128, sine: v128): void {
  v128.store(to, f32x4.sub(f32x4.mul(real, cosine), f32x4.mul(imaginary, sine)));
  v128.store(to, f32x4.add(f32x4.mul(real, sine), f32x4.mul(imaginary, cosine)), 16);
}

function stepOfFour(from: usize, to: usize, parts: i32, stride: i32): void {
  const apart = <usize>(parts * stride) << 5;
  const block = <usize>stride << 5;
  for (let part = 0; part < parts; part++) {
    const first = Fourier.turns + (<usize>(part * stride) << 3);
    const second = Fourier.turns + (<usize>(2 * part * stride) << 3);
    const third = Fourier.turns + (<usize>(3 * part * stride) << 3);
    const cosine1 = v128.load32_splat(first);
    const sine1 = v128.load32_splat(first, 4);
    const cosine2 = v128.load32_splat(second);
    const sine2 = v128.load32_splat(second, 4);
    const cosine3 = v128.load32_splat(third);
    const sine3 = v128.load32_splat(third, 4);
    const end = from + <usize>(part + 1) * block;
    let into = to + <usize>part * 4 * block;
    for (let at = from + <usize>part * block; at < end; at += LINE_STEP) {
      const aReal = v128.load(at);
      const aImaginary = v128.load(at, 16);
      const bReal = v128.load(at + apart);
      const bImaginary = v128.load(at + apart, 16);
      const cReal = v128.load(at + 2 * apart);
      const cImaginary = v128.load(at + 2 * apart, 16);
      const dReal = v128.load(at + 3 * apart);
      const dImaginary = v128.load(at + 3 * apart, 16);
      const acReal = f32x4.add(aReal, cReal);
      const acImaginary = f32x4.add(aImaginary, cImaginary);
      const bdReal = f32x4.add(bReal, dReal);
      const bdImaginary = f32x4.add(bImaginary, dImaginary);
      const acApartReal = f32x4.sub(aReal, cReal);
      const acApartImaginary = f32x4.sub(aImaginary, cImaginary);
      const bdApartReal = f32x4.sub(bReal, dReal);
      const bdApartImaginary = f32x4.sub(bImaginary, dImaginary);
      v128.store(into, f32x4.add(acReal, bdReal));
      v128.store(into, f32x4.add(acImaginary, bdImaginary), 16);
      const real1 = f32x4.add(acApartReal, bdApartImaginary);
      const imaginary1 = f32x4.sub(acApartImaginary, bdApartReal);
      const real2 = f32x4.sub(acReal, bdReal);
      const imaginary2 = f32x4.sub(acImaginary, bdImaginary);
      const real3 = f32x4.sub(acApartReal, bdApartImaginary);
      const imaginary3 = f32x4.add(acApartImaginary, bdApartReal);
      if (part == 0) {
        v128.store(into + block, real1);
        v128.store(into + block, imaginary1, 16);
        v128.store(into + 2 * block, real2);
        v128.store(into + 2 * block, imaginary2, 16);
        v128.store(into + 3 * block, real3);
        v128.store(into + 3 * block, imaginary3, 16);
      } else {
        storeTurned(into + block, real1, imaginary1, cosine1, sine1);
        storeTurned(into + 2 * block, real2, imaginary2, cosine2, sine2);
        storeTurned(into + 3 * block, real3, imaginary3, cosine3, sine3);
      }
      into += LINE_STEP;
    }
  }
}

function stepOfTwo(from: usize, to: usize, parts: i32, stride: i32): void {
  const apart = <usize>(parts * stride) << 5;
  const block = <usize>stride << 5;
  for (let part = 0; part < parts; part++) {
    const turn = Fourier.turns + (<usize>(part * stride) << 3);
    const cosine = v128.load32_splat(turn);
    const sine = v128.load32_splat(turn, 4);
    const end = from + <usize>(part + 1) * block;
    let into = to + <usize>part * 2 * block;
    for (let at = from + <usize>part * block; at < end; at += LINE_STEP) {
      const aReal = v128.load(at);
      const aImaginary = v128.load(at, 16);
      const bReal = v128.load(at + apart);
      const bImaginary = v128.load(at + apart, 16);
      v128.store(into, f32x4.add(aReal, bReal));
      v128.store(into, f32x4.add(aImaginary, bImaginary), 16);
      storeTurned(into + block, f32x4.sub(aReal, bReal), f32x4.sub(aImaginary, bImaginary), cosine, sine);
      into += LINE_STEP;
    }
  }
}

/** A step of an odd number: elements k and -k have the same cosines and opposite sines. */
function stepOfOdd(from: usize, to: usize, odd: i32, parts: i32, stride: i32): void {
  const apart = <usize>(parts * stride) << 5;
  const block = <usize>stride << 5;
  for (let part = 0; part < parts; part++) {
    for (let offset: usize = 0; offset < block; offset += LINE_STEP) {
      oddElements(from + <usize>part * block + offset, apart, to + <usize>(part * odd) * block + offset, block, odd, part * stride);
    }
  }
}

/** @param turn of the first element behind the zeroth, in turns of the length */
function oddElements(at: usize, apart: usize, into: usize, block: usize, odd: i32, turn: i32): void {
  const half = (odd - 1) >> 1;
  const real = v128.load(at);
  const imaginary = v128.load(at, 16);
  let realSum = real;
  let imaginarySum = imaginary;
  for (let k = 1; k <= half; k++) {
    const near = at + <usize>k * apart;
    const far = at + <usize>(odd - k) * apart;
    const pair = Fourier.pairs + (<usize>k << 6);
    const together = f32x4.add(v128.load(near), v128.load(far));
    const togetherImaginary = f32x4.add(v128.load(near, 16), v128.load(far, 16));
    realSum = f32x4.add(realSum, together);
    imaginarySum = f32x4.add(imaginarySum, togetherImaginary);
    v128.store(pair, together);
    v128.store(pair, togetherImaginary, 16);
    v128.store(pair, f32x4.sub(v128.load(near), v128.load(far)), 32);
    v128.store(pair, f32x4.sub(v128.load(near, 16), v128.load(far, 16)), 48);
  }
  v128.store(into, realSum);
  v128.store(into, imaginarySum, 16);
  const length = Fourier.length;
  const perOdd = length / odd;
  for (let l = 1; l <= half; l++) {
    let evenReal = real;
    let evenImaginary = imaginary;
    let oddReal = f32x4.splat(0);
    let oddImaginary = f32x4.splat(0);
    let angle = 0;
    for (let k = 1; k <= half; k++) {
      angle += l;
      if (angle >= odd) angle -= odd;
      const pair = Fourier.pairs + (<usize>k << 6);
      const towards = Fourier.turns + (<usize>(angle * perOdd) << 3);
      const cosine = v128.load32_splat(towards);
      const sine = v128.load32_splat(towards, 4);
      evenReal = f32x4.add(evenReal, f32x4.mul(cosine, v128.load(pair)));
      evenImaginary = f32x4.add(evenImaginary, f32x4.mul(cosine, v128.load(pair, 16)));
      oddReal = f32x4.sub(oddReal, f32x4.mul(sine, v128.load(pair, 48)));
      oddImaginary = f32x4.add(oddImaginary, f32x4.mul(sine, v128.load(pair, 32)));
    }
    storeAt(into + <usize>l * block, f32x4.add(evenReal, oddReal), f32x4.add(evenImaginary, oddImaginary), l * turn);
    storeAt(into + <usize>(odd - l) * block, f32x4.sub(evenReal, oddReal), f32x4.sub(evenImaginary, oddImaginary), (odd - l) * turn);
  }
}

@inline
function storeAt(to: usize, real: v128, imaginary: v128, turn: i32): void {
  const towards = Fourier.turns + (<usize>turn << 3);
  storeTurned(to, real, imaginary, v128.load32_splat(towards), v128.load32_splat(towards, 4));
}
