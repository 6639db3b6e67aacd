// Range of the counts of an ROI, which decides whether there is anything to track.
import { Bead, count } from './bead.as';

export function measureLight(): void {
  if (Bead.bytesPerPixel == 1) measureBytes();
  else if (Bead.bytesPerPixel == 2) measureWords();
  else measureFloats();
}

function measureBytes(): void {
  const size = <usize>Bead.size;
  let least = i8x16.splat(-1);
  let most = i8x16.splat(0);
  // 8-bit ROIs have 8 columns or more, so that the last vector may overlap the one before.
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    if (size < 16) {
      for (let column: usize = 0; column < size; column += 4) {
        const pixels = v128.load32_splat(from + min(column, size - 4));
        least = i8x16.min_u(least, pixels);
        most = i8x16.max_u(most, pixels);
      }
      continue;
    }
    for (let column: usize = 0; column < size; column += 16) {
      const pixels = v128.load(from + min(column, size - 16));
      least = i8x16.min_u(least, pixels);
      most = i8x16.max_u(most, pixels);
    }
  }
  least = i8x16.min_u(least, i8x16.shuffle(least, least, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  most = i8x16.max_u(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  setRange(i16x8.extend_low_i8x16_u(least), i16x8.extend_low_i8x16_u(most));
}

function measureWords(): void {
  const size = <usize>Bead.size;
  let least = i16x8.splat(-1);
  let most = i16x8.splat(0);
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column += 8) {
      const pixels = v128.load(from + (min(column, size - 8) << 1));
      least = i16x8.min_u(least, pixels);
      most = i16x8.max_u(most, pixels);
    }
  }
  setRange(least, most);
}

/** From eight 16-bit candidates of each. */
function setRange(least: v128, most: v128): void {
  least = i16x8.min_u(least, i16x8.shuffle(least, least, 4, 5, 6, 7, 0, 1, 2, 3));
  most = i16x8.max_u(most, i16x8.shuffle(most, most, 4, 5, 6, 7, 0, 1, 2, 3));
  least = i16x8.min_u(least, i16x8.shuffle(least, least, 2, 3, 0, 1, 6, 7, 4, 5));
  most = i16x8.max_u(most, i16x8.shuffle(most, most, 2, 3, 0, 1, 6, 7, 4, 5));
  least = i16x8.min_u(least, i16x8.shuffle(least, least, 1, 0, 3, 2, 5, 4, 7, 6));
  most = i16x8.max_u(most, i16x8.shuffle(most, most, 1, 0, 3, 2, 5, 4, 7, 6));
  Bead.darkest = <f64>i16x8.extract_lane_u(least, 0);
  Bead.brightest = <f64>i16x8.extract_lane_u(most, 0);
}

function measureFloats(): void {
  const size = <usize>Bead.size;
  let least: f64 = Infinity;
  let most: f64 = -Infinity;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) {
      const counts = count<f32>(from + (column << 2));
      if (counts < least) least = counts;
      if (counts > most) most = counts;
    }
  }
  Bead.darkest = least;
  Bead.brightest = most;
}
