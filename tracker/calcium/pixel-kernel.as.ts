// Sums of whole counts, sixteen bytes at a time: of lists of pixels, and of frames over time.
//
// The host lays everything out, see list-sums.ts and frame-sums.ts: addresses are multiples of 16, frames are of 16
// bits with a multiple of 16 px. All sums are exact.
// `npm run -s build:kernel` after every change.

/** Two counts of 16 bits go into a lane of 32 bits so often without overflow. */
const MOST_CHUNKS: usize = 32768;
const CHUNK_BYTES: usize = 8;

/** First address that the kernel's own constants leave free. */
export function freeFrom(): usize {
  return __heap_base;
}

/** Makes 16 bits of pixels of 8 bits that lie in the second half of their room. */
export function widen(frame: usize, pixels: usize): void {
  const bytes = frame + pixels;
  for (let pixel: usize = 0; pixel < pixels; pixel += 16) {
    const counts = v128.load(bytes + pixel);
    v128.store(frame + 2 * pixel, i16x8.extend_low_i8x16_u(counts));
    v128.store(frame + 2 * pixel, i16x8.extend_high_i8x16_u(counts), 16);
  }
}

/**
 * Adds up the pixels of every list.
 * @param chunks of all lists, one after the other: offset in the frame of eight pixels, u32, and address of a mask of
 *   those that count, u32
 * @param ends [list] address after its last chunk, u32
 * @param sums [list] f64
 */
export function sumLists(frame: usize, chunks: usize, ends: usize, lists: usize, sums: usize): void {
  let chunk = chunks;
  for (let list: usize = 0; list < lists; list++) {
    const end = <usize>load<u32>(ends + 4 * list);
    let total: u64 = 0;
    while (chunk < end) {
      const stop = min(end, chunk + CHUNK_BYTES * MOST_CHUNKS);
      let sum = i32x4.splat(0);
      for (; chunk < stop; chunk += CHUNK_BYTES) {
        const counts = v128.and(v128.load(frame + load<u32>(chunk)), v128.load(load<u32>(chunk, 4)));
        sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(counts));
      }
      const pair = i64x2.add(i64x2.extend_low_i32x4_u(sum), i64x2.extend_high_i32x4_u(sum));
      total += i64x2.extract_lane(pair, 0) + i64x2.extract_lane(pair, 1);
    }
    store<f64>(sums + 8 * list, <f64>total);
  }
}

/** Eight counts less 2^15, signed. */
@inline
function level(at: usize): v128 {
  return v128.xor(v128.load(at), i16x8.splat(i16.MIN_VALUE));
}

@inline
function addTo(at: usize, sum: v128): void {
  v128.store(at, i64x2.add(v128.load(at), sum));
}

/** Eight sums of 32 bits onto as many of 64. */
@inline
function addSums(at: usize, left: v128, right: v128): void {
  addTo(at, i64x2.extend_low_i32x4_s(left));
  addTo(at + 16, i64x2.extend_high_i32x4_s(left));
  addTo(at + 32, i64x2.extend_low_i32x4_s(right));
  addTo(at + 48, i64x2.extend_high_i32x4_s(right));
}

/**
 * Adds counts less 2^15 of a few frames.
 * @param stride bytes from frame to frame
 * @param count of frames, at most 2^15
 * @param sums [pixel] i64
 */
export function addFrames(frames: usize, stride: usize, count: usize, pixels: usize, sums: usize): void {
  for (let pixel: usize = 0; pixel < pixels; pixel += 8) {
    const end = frames + 2 * pixel + stride * count;
    let left = i32x4.splat(0);
    let right = i32x4.splat(0);
    for (let at = frames + 2 * pixel; at < end; at += stride) {
      const counts = level(at);
      left = i32x4.add(left, i32x4.extend_low_i16x8_s(counts));
      right = i32x4.add(right, i32x4.extend_high_i16x8_s(counts));
    }
    addSums(sums + 8 * pixel, left, right);
  }
}

/**
 * The same, and their squares.
 * @param squares [pixel] i64
 */
export function addSquares(
  frames: usize,
  stride: usize,
  count: usize,
  pixels: usize,
  sums: usize,
  squares: usize,
): void {
  const ones = i16x8.splat(1);
  for (let pixel: usize = 0; pixel < pixels; pixel += 8) {
    const end = frames + 2 * pixel + stride * count;
    let left = i32x4.splat(0);
    let right = i32x4.splat(0);
    let first = i64x2.splat(0);
    let second = i64x2.splat(0);
    let third = i64x2.splat(0);
    let fourth = i64x2.splat(0);
    // Two frames at a time, pixel beside pixel: their squares are added as they are made.
    for (let at = frames + 2 * pixel; at < end; at += 2 * stride) {
      const early = level(at);
      const late = at + stride < end ? level(at + stride) : i16x8.splat(0);
      const low = i8x16.shuffle(early, late, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
      const high = i8x16.shuffle(early, late, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
      left = i32x4.add(left, i32x4.dot_i16x8_s(low, ones));
      right = i32x4.add(right, i32x4.dot_i16x8_s(high, ones));
      const lows = i32x4.dot_i16x8_s(low, low);
      const highs = i32x4.dot_i16x8_s(high, high);
      // Twice (-2^15)^2 is 2^31: without a sign it is right.
      first = i64x2.add(first, i64x2.extend_low_i32x4_u(lows));
      second = i64x2.add(second, i64x2.extend_high_i32x4_u(lows));
      third = i64x2.add(third, i64x2.extend_low_i32x4_u(highs));
      fourth = i64x2.add(fourth, i64x2.extend_high_i32x4_u(highs));
    }
    addSums(sums + 8 * pixel, left, right);
    const to = squares + 8 * pixel;
    addTo(to, first);
    addTo(to + 16, second);
    addTo(to + 32, third);
    addTo(to + 48, fourth);
  }
}

/** @param largest [pixel] u16 */
export function raise(frames: usize, stride: usize, count: usize, pixels: usize, largest: usize): void {
  for (let byte: usize = 0; byte < 2 * pixels; byte += 16) {
    const end = frames + byte + stride * count;
    let counts = v128.load(largest + byte);
    for (let at = frames + byte; at < end; at += stride) counts = i16x8.max_u(counts, v128.load(at));
    v128.store(largest + byte, counts);
  }
}

/** @param smallest [pixel] u16 */
export function lower(frames: usize, stride: usize, count: usize, pixels: usize, smallest: usize): void {
  for (let byte: usize = 0; byte < 2 * pixels; byte += 16) {
    const end = frames + byte + stride * count;
    let counts = v128.load(smallest + byte);
    for (let at = frames + byte; at < end; at += stride) counts = i16x8.min_u(counts, v128.load(at));
    v128.store(smallest + byte, counts);
  }
}

/**
 * Means of all frames added.
 * @param out [pixel] f64 counts
 */
export function readMeans(sums: usize, frames: i32, pixels: usize, out: usize): void {
  const levels = (<i64>frames) << 15;
  for (let byte: usize = 0; byte < 8 * pixels; byte += 8) {
    store<f64>(out + byte, <f64>(load<i64>(sums + byte) + levels) / <f64>frames);
  }
}

/**
 * Population spreads of all frames added, by their differences from the first.
 * @param first [pixel] u16
 * @param out [pixel] f64 counts
 */
export function readSpreads(
  sums: usize,
  squares: usize,
  first: usize,
  frames: i32,
  pixels: usize,
  out: usize,
): void {
  const count = <f64>frames;
  for (let pixel: usize = 0; pixel < pixels; pixel++) {
    const away = <i64>load<u16>(first + 2 * pixel) - 32768;
    const sum = load<i64>(sums + 8 * pixel);
    const square = load<i64>(squares + 8 * pixel) - 2 * away * sum + <i64>frames * away * away;
    const difference = <f64>(sum - <i64>frames * away);
    const spread = max<f64>(0, count * <f64>square - difference * difference);
    store<f64>(out + 8 * pixel, sqrt<f64>(spread) / count);
  }
}
