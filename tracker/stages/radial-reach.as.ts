// Columns of the rows that a profile reaches. Defined in radial-profile.ts.
import { Bead, take } from './bead.as';

/** More than float32 is off in the position of an end, px. */
const slackPx: f32 = 0.25;

/**
 * First column whose pixel may be within `reachPx` of the center, and the one after the last, of every row; where
 * there is none, as good as none.
 * @returns address of [row] pairs of i32 within the ROI
 */
export function rowEnds(reachPx: f64): usize {
  const size = Bead.size;
  const ends = take(<usize>(size + 3) << 3);
  const reachSquared = f32x4.splat(<f32>(reachPx * reachPx));
  const x = f32x4.splat(<f32>Bead.xPx);
  const y = f32x4.splat(<f32>Bead.yPx);
  const slack = f32x4.splat(slackPx);
  const last = i32x4.splat(size);
  for (let row = 0; row < size; row += 4) {
    const dy = f32x4.sub(f32x4.add(f32x4.splat(<f32>row), f32x4(0, 1, 2, 3)), y);
    const squared = f32x4.pmax(f32x4.sub(reachSquared, f32x4.mul(dy, dy)), f32x4.splat(0));
    const half = f32x4.add(f32x4.sqrt(squared), slack);
    const first = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.sub(x, half)));
    const end = i32x4.add(i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(x, half))), i32x4.splat(1));
    const from = i32x4.min_s(i32x4.max_s(first, i32x4.splat(0)), last);
    const to = i32x4.min_s(i32x4.max_s(end, i32x4.splat(0)), last);
    v128.store(ends + (<usize>row << 3), v128.shuffle<i32>(from, to, 0, 4, 1, 5));
    v128.store(ends + (<usize>row << 3) + 16, v128.shuffle<i32>(from, to, 2, 6, 3, 7));
  }
  return ends;
}
