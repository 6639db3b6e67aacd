// Mean of adjacent rows or columns of an ROI. Defined in self-convolution.ts.
import { Bead, count, fourCounts } from './bead.as';

/**
 * Writes the mean of `lines` rows (axis x) or columns (axis y) from `first` on, after the last those from 0 on.
 * @param line address of [size] f64 counts
 */
export function averageLines<T>(isX: bool, first: i32, lines: i32, line: usize): void {
  if (isX) averageRows<T>(first, lines, line);
  else averageColumns<T>(first, lines, line);
}

function averageRows<T>(first: i32, lines: i32, line: usize): void {
  const size = Bead.size;
  const divisor = f64x2.splat(<f64>lines);
  // The last four columns may be done twice, which changes nothing.
  for (let block = 0; block < size; block += 4) {
    const column = <usize>min(block, size - 4);
    const to = line + (column << 3);
    if (sizeof<T>() == 4) {
      let low = f64x2.splat(0);
      let high = low;
      for (let index = 0; index < lines; index++) {
        const row = <usize>(first + index < size ? first + index : first + index - size);
        const counts = v128.load(Bead.pixels + row * Bead.rowBytes + (column << 2));
        low = f64x2.add(low, f64x2.promote_low_f32x4(counts));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(counts, counts, 1, 1)));
      }
      v128.store(to, f64x2.div(low, divisor));
      v128.store(to + 16, f64x2.div(high, divisor));
    } else {
      let sums = i32x4.splat(0);
      for (let index = 0; index < lines; index++) {
        const row = <usize>(first + index < size ? first + index : first + index - size);
        sums = i32x4.add(sums, fourCounts<T>(Bead.pixels + row * Bead.rowBytes + column * sizeof<T>()));
      }
      v128.store(to, f64x2.div(f64x2.convert_low_i32x4_s(sums), divisor));
      v128.store(to + 16, f64x2.div(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(sums, sums, 1, 1)), divisor));
    }
  }
}

function averageColumns<T>(first: i32, lines: i32, line: usize): void {
  const size = Bead.size;
  const before = min(lines, size - first);
  for (let row: usize = 0; row < <usize>size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    const sum =
      sizeof<T>() == 4
        ? addFloats<T>(from, lines - before, addFloats<T>(from + <usize>first * sizeof<T>(), before, 0))
        : <f64>(addCounts<T>(from + <usize>first * sizeof<T>(), before) + addCounts<T>(from, lines - before));
    store<f64>(line + (row << 3), sum / <f64>lines);
  }
}

@inline
function addCounts<T>(from: usize, pixels: i32): i32 {
  let sum = 0;
  for (const end = from + <usize>pixels * sizeof<T>(); from < end; from += sizeof<T>()) sum += <i32>load<T>(from);
  return sum;
}

@inline
function addFloats<T>(from: usize, pixels: i32, sum: f64): f64 {
  for (const end = from + <usize>pixels * sizeof<T>(); from < end; from += sizeof<T>()) sum += count<T>(from);
  return sum;
}
