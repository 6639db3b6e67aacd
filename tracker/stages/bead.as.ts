// What the stages of the kernel read and write: one bead in one frame, as BeadState of define.ts is to the reference.
import { resultHead } from './constants.as';

/** One instance of the kernel is one thread, so the bead it works on is its globals. */
export class Bead {
  static size: i32 = 0;
  /** Address of the ROI's first pixel in the frame, bytes from one of its rows to the next, and bytes of a pixel:
   * 1 and 2 are whole numbers, 4 is float32. */
  static pixels: usize = 0;
  static rowBytes: usize = 0;
  static bytesPerPixel: i32 = 0;
  /** ROI px, x column and y row; NaN when not found. */
  static xPx: f64 = 0;
  static yPx: f64 = 0;
  /** Address of [radius] f64 counts, NaN where a bin holds no pixel, and how many the last stage wrote. */
  static profile: usize = 0;
  static radii: i32 = 0;
  /** Whether a stage leaves what it works with in place of the profile, as `Kept` of compose.ts has it. */
  static keeps: bool = false;
  /** Address of the words `zLut...` of its Z-LUT; 0 without one. */
  static zLut: usize = 0;
  static zNm: f64 = 0;
  static score: f64 = 0;
  static status: i32 = 0;
  /** Standard deviations of x, y and z, and chi-squared; NaN where no fit tells. */
  static sigmaXPx: f64 = 0;
  static sigmaYPx: f64 = 0;
  static sigmaZNm: f64 = 0;
  static chiSquared: f64 = 0;
  /** Smallest and largest count; NaN pixels do not count. */
  static darkest: f64 = 0;
  static brightest: f64 = 0;
  /** Largest count of the camera; infinite when it has none. */
  static saturation: f64 = 0;
  /** [row, column] f32 counts, or 0 as long as no stage has asked for them. */
  static floats: usize = 0;
}

/** Room of this thread, handed out from the bottom; what a stage takes is free again after it. */
export class Scratch {
  static next: usize = 0;
  static end: usize = 0;
}

/** Room for so many bytes, aligned to 16, not cleared. Traps when the host gave too little. */
export function take(bytes: usize): usize {
  const at = Scratch.next;
  Scratch.next = at + ((bytes + 15) & ~15);
  if (Scratch.next > Scratch.end) unreachable();
  return at;
}

/** Room of the thread for an ROI: results first, then what lasts until its last stage. */
export function beginScratch(start: usize, end: usize, profileLength: i32): void {
  Scratch.next = start;
  Scratch.end = end;
  take(resultHead);
  Bead.profile = take(<usize>profileLength << 3);
  Bead.radii = 0;
  Bead.floats = 0;
}

/** Count of a pixel of type T as the reference sees it. */
@inline
export function count<T>(at: usize): f64 {
  return <f64>load<T>(at);
}

/**
 * [row, column] f32 counts of the ROI, rows without gaps, made for the first stage that asks; every count of 16 bits
 * is exact. For stages that read pixels here and there, or as vectors of floats.
 */
export function floatPixels(): usize {
  if (Bead.floats == 0) {
    const size = <usize>Bead.size;
    Bead.floats = take((size * size) << 2);
    if (Bead.bytesPerPixel == 1) convert<u8>(Bead.floats);
    else if (Bead.bytesPerPixel == 2) convert<u16>(Bead.floats);
    else convert<f32>(Bead.floats);
  }
  return Bead.floats;
}

function convert<T>(into: usize): void {
  const size = <usize>Bead.size;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    const to = into + ((row * size) << 2);
    let column: usize = 0;
    for (; column + 4 <= size; column += 4) {
      v128.store(to + (column << 2), fourFloats<T>(from + column * sizeof<T>()));
    }
    for (; column < size; column++) {
      store<f32>(to + (column << 2), <f32>load<T>(from + column * sizeof<T>()));
    }
  }
}

/** Four pixels of type T as f32x4. */
@inline
export function fourFloats<T>(at: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(at);
  return f32x4.convert_i32x4_u(fourCounts<T>(at));
}

/** Four pixels of 8 or 16 bits as i32x4. */
@inline
export function fourCounts<T>(at: usize): v128 {
  if (sizeof<T>() == 2) return v128.load16x4_u(at);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}
