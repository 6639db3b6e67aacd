// Bilinear samples of an ROI on circles around its center. Defined in polar-samples.ts.
// At one angle the four quadrants share two columns and two rows, so that one vector finds the places of four samples:
// its lanes are right, left, below and above.
import { Bead, take } from './bead.as';
import { Polar } from './polar-pairs.as';

/** Added to a small float, it leaves the nearest whole number in the low bits. */
export const WHOLE: f32 = 12582912;
const WHOLE_BITS: u32 = 0x4b400000;

/** So near the border, px, rounding decides whether a sample is inside: circles that come so near are not whole. */
const BORDER_SLACK_PX: f64 = 0.001;

/** Whether every sample of a circle is inside the ROI, by more than rounding can change; false without a center. */
export function isWhole(radiusPx: f64): bool {
  const reach = radiusPx + BORDER_SLACK_PX;
  const last = <f64>(Bead.size - 1);
  return (
    Polar.xPx - reach >= 0 && Polar.yPx - reach >= 0 && Polar.xPx + reach < last && Polar.yPx + reach < last
  );
}

/** What all samples of the circles around one center share. */
export class Aim {
  /** Address of the pair at the center's pixel, less what the low bits of `WHOLE` add to it. */
  static origin: u32 = 0;
  /** Center from its pixel, less half a px: lanes right, left, below, above. */
  static start: v128 = f32x4.splat(0);
  /** Whole px from its pixel to the first and the last pair, in the same lanes. */
  static first: v128 = f32x4.splat(0);
  static last: v128 = f32x4.splat(0);
}

/** Aims the circles at a center that is a number, within a few ROIs of this one. */
export function aimCircles(xPx: f64, yPx: f64): void {
  Polar.xPx = xPx;
  Polar.yPx = yPx;
  const column = Math.floor(xPx);
  const row = Math.floor(yPx);
  const size = <u32>Bead.size;
  const bits = (WHOLE_BITS << 3) * size + (WHOLE_BITS << 3);
  Aim.origin = <u32>Polar.pairs + ((<u32>(<i32>row) * size + <u32>(<i32>column)) << 3) - bits;
  // The center as whole and rest keeps the digits of f32 for the rest.
  Aim.start = lanes(<f32>(xPx - column - 0.5), <f32>(yPx - row - 0.5));
  const last = <f64>(Bead.size - 2);
  Aim.first = lanes(<f32>-column, <f32>-row);
  Aim.last = lanes(<f32>(last - column), <f32>(last - row));
}

function lanes(x: f32, y: f32): v128 {
  return v128.shuffle<f32>(f32x4.splat(x), f32x4.splat(y), 0, 0, 4, 4);
}

/**
 * Directions as the lanes need them: cosine, -cosine, sine, -sine, f32.
 * @param table [angle] f64 cosine and sine
 */
export function readyDirections(table: usize, angles: i32): usize {
  const directions = take(<usize>angles << 4);
  for (let angle: usize = 0; angle < <usize>angles; angle++) {
    const pair = f32x4.demote_f64x2_zero(v128.load(table + (angle << 4)));
    const both = v128.shuffle<f32>(pair, pair, 0, 0, 1, 1);
    v128.store(directions + (angle << 4), f32x4.mul(both, f32x4(1, -1, 1, -1)));
  }
  return directions;
}

/** Rows below of the right and of the left sample by the shares of their pixels: right, right, left, left. */
@inline
export function blend(right: v128, left: v128, across: v128, down: v128): v128 {
  const near = v128.shuffle<i64>(right, left, 0, 2);
  const far = v128.shuffle<i64>(right, left, 1, 3);
  return f32x4.mul(f32x4.add(near, f32x4.mul(across, f32x4.sub(far, near))), down);
}

/**
 * Sums of the samples of a whole circle right of, left of, below and above its center, f32x4.
 *
 * A function of its own, called from two: inlined where much else is alive, its vectors would not fit the registers,
 * and it takes three times as long.
 * @param byCosine whether those right and left count by their cosine, those below and above by their sine
 */
export function sumCircle(radiusPx: f64, directions: usize, angles: i32, byCosine: bool): v128 {
  if (byCosine) return sumWhole<f32>(radiusPx, directions, angles);
  return sumWhole<u8>(radiusPx, directions, angles);
}

/** By cosine when the type of the weights is a fraction. */
@inline
function sumWhole<Weight>(radiusPx: f64, directions: usize, angles: i32): v128 {
  const start = Aim.start;
  const whole = f32x4.splat(WHOLE);
  const radius = f32x4.splat(<f32>radiusPx);
  const half = f32x4.splat(0.5);
  const size = <u32>Bead.size;
  const from = Aim.origin;
  let sides = f32x4.splat(0);
  let below = f32x4.splat(0);
  let above = f32x4.splat(0);
  const end = directions + (<usize>angles << 4);
  for (let direction = directions; direction < end; direction += 16) {
    const place = f32x4.add(start, f32x4.mul(v128.load(direction), radius));
    const rounded = f32x4.add(place, whole);
    const rest = f32x4.sub(place, f32x4.sub(rounded, whole));
    const steps = i32x4.shl(rounded, 3);
    const columns = i64x2.extract_lane(steps, 0);
    const rows = i64x2.extract_lane(steps, 1);
    const toRight = <u32>columns;
    const toLeft = <u32>(columns >>> 32);
    const lower = <u32>rows * size + from;
    const upper = <u32>(rows >>> 32) * size + from;
    const far = f32x4.add(half, rest);
    const near = f32x4.sub(half, rest);
    const across = v128.shuffle<f32>(far, far, 0, 0, 1, 1);
    const down = v128.shuffle<f32>(near, far, 2, 6, 3, 7);
    const inLower = blend(
      v128.load(lower + toRight),
      v128.load(lower + toLeft),
      across,
      v128.shuffle<i64>(down, down, 0, 0),
    );
    const inUpper = blend(
      v128.load(upper + toRight),
      v128.load(upper + toLeft),
      across,
      v128.shuffle<i64>(down, down, 1, 1),
    );
    if (isFloat<Weight>()) {
      sides = f32x4.add(sides, f32x4.mul(v128.load32_splat(direction), f32x4.add(inLower, inUpper)));
      const sine = v128.load32_splat(direction, 8);
      below = f32x4.add(below, f32x4.mul(sine, inLower));
      above = f32x4.add(above, f32x4.mul(sine, inUpper));
    } else {
      below = f32x4.add(below, inLower);
      above = f32x4.add(above, inUpper);
    }
  }
  if (!isFloat<Weight>()) sides = f32x4.add(below, above);
  // Each sum is of two lanes or, below and above, of four.
  const rowsFirst = v128.shuffle<f32>(below, above, 0, 4, 1, 5);
  const rowsLast = v128.shuffle<f32>(below, above, 2, 6, 3, 7);
  const rows = f32x4.add(rowsFirst, rowsLast);
  const first = v128.shuffle<f32>(sides, rows, 0, 2, 4, 5);
  const last = v128.shuffle<f32>(sides, rows, 1, 3, 6, 7);
  return f32x4.add(first, last);
}
