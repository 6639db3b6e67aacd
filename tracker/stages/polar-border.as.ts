// Circles that are not all inside the ROI: samples with a neighbor outside are left out. Defined in polar-samples.ts.
import { Bead } from './bead.as';
import { Polar } from './polar-pairs.as';
import { Aim, blend, WHOLE } from './polar-samples.as';

/** Bytes of the sums of a circle by quadrant: f32x4 over below right, below left, above left, above right. */
export const QUADRANT_BYTES: usize = 96;
/** Offsets of the samples, the sums of their cosines and sines, and of their counts by each. */
export const quadrantSamples: usize = 0;
export const quadrantCosines: usize = 16;
export const quadrantSines: usize = 32;
export const quadrantCounts: usize = 48;
export const quadrantCosineCounts: usize = 64;
export const quadrantSineCounts: usize = 80;

/**
 * Sums of the samples of a circle that is not all inside the ROI, by quadrant.
 * @param table [angle] f64 cosine and sine: which samples are inside is decided as the reference does
 * @param into address of `QUADRANT_BYTES`
 */
export function sumInside(radiusPx: f64, table: usize, directions: usize, angles: i32, into: usize): void {
  const last = <f64>(Bead.size - 1);
  const x = Polar.xPx;
  const y = Polar.yPx;
  // Cosines fall with the angle and sines rise, so that what is inside is in one piece.
  const lows = i32x4(
    firstBelow(x, radiusPx, table, angles, last),
    firstFrom(x, -radiusPx, table, angles, 0),
    firstFrom(y, radiusPx, table + 8, angles, 0),
    firstBelow(y, -radiusPx, table + 8, angles, last),
  );
  const highs = i32x4(
    firstBelow(x, radiusPx, table, angles, 0),
    firstFrom(x, -radiusPx, table, angles, last),
    firstFrom(y, radiusPx, table + 8, angles, last),
    firstBelow(y, -radiusPx, table + 8, angles, 0),
  );
  const from = max(
    min(i32x4.extract_lane(lows, 0), i32x4.extract_lane(lows, 1)),
    min(i32x4.extract_lane(lows, 2), i32x4.extract_lane(lows, 3)),
  );
  const to = min(
    max(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1)),
    max(i32x4.extract_lane(highs, 2), i32x4.extract_lane(highs, 3)),
  );
  sumMasked(radiusPx, directions, from, to, lows, highs, into);
}

function sumMasked(
  radiusPx: f64,
  directions: usize,
  from: i32,
  to: i32,
  lows: v128,
  highs: v128,
  into: usize,
): void {
  const start = Aim.start;
  const whole = f32x4.splat(WHOLE);
  const radius = f32x4.splat(<f32>radiusPx);
  const half = f32x4.splat(0.5);
  const first = Aim.first;
  const last = Aim.last;
  const size = <u32>Bead.size;
  const origin = Aim.origin;
  let samples = i32x4.splat(0);
  let cosines = f32x4.splat(0);
  let sines = f32x4.splat(0);
  let counts = f32x4.splat(0);
  let cosineCounts = f32x4.splat(0);
  let sineCounts = f32x4.splat(0);
  for (let angle = from; angle < to; angle++) {
    const direction = directions + (<usize>angle << 4);
    const place = f32x4.add(start, f32x4.mul(v128.load(direction), radius));
    // A sample beyond the border is read at it, then masked; one at the border stays beside its own pixels.
    const steps = f32x4.pmax(first, f32x4.pmin(last, f32x4.sub(f32x4.add(place, whole), whole)));
    const rest = f32x4.sub(place, steps);
    const bytes = i32x4.shl(f32x4.add(steps, whole), 3);
    const columns = i64x2.extract_lane(bytes, 0);
    const rows = i64x2.extract_lane(bytes, 1);
    const lower = <u32>rows * size + origin;
    const upper = <u32>(rows >>> 32) * size + origin;
    const far = f32x4.add(half, rest);
    const near = f32x4.sub(half, rest);
    const across = v128.shuffle<f32>(far, far, 0, 0, 1, 1);
    const down = v128.shuffle<f32>(near, far, 2, 6, 3, 7);
    const inLower = blend(
      v128.load(lower + <u32>columns),
      v128.load(lower + <u32>(columns >>> 32)),
      across,
      v128.shuffle<i64>(down, down, 0, 0),
    );
    const inUpper = blend(
      v128.load(upper + <u32>columns),
      v128.load(upper + <u32>(columns >>> 32)),
      across,
      v128.shuffle<i64>(down, down, 1, 1),
    );
    const at = i32x4.splat(angle);
    const sides = v128.and(i32x4.ge_s(at, lows), i32x4.lt_s(at, highs));
    const inside = v128.and(v128.shuffle<i32>(sides, sides, 0, 1, 1, 0), v128.shuffle<i32>(sides, sides, 2, 2, 3, 3));
    const sums = f32x4.add(
      v128.shuffle<f32>(inLower, inUpper, 0, 2, 6, 4),
      v128.shuffle<f32>(inLower, inUpper, 1, 3, 7, 5),
    );
    const light = v128.and(inside, sums);
    const cosine = v128.load32_splat(direction);
    const sine = v128.load32_splat(direction, 8);
    // A mask is -1 as a whole number.
    samples = i32x4.sub(samples, inside);
    cosines = f32x4.add(cosines, v128.and(inside, cosine));
    sines = f32x4.add(sines, v128.and(inside, sine));
    counts = f32x4.add(counts, light);
    cosineCounts = f32x4.add(cosineCounts, f32x4.mul(cosine, light));
    sineCounts = f32x4.add(sineCounts, f32x4.mul(sine, light));
  }
  v128.store(into + quadrantSamples, f32x4.convert_i32x4_s(samples));
  v128.store(into + quadrantCosines, cosines);
  v128.store(into + quadrantSines, sines);
  v128.store(into + quadrantCounts, counts);
  v128.store(into + quadrantCosineCounts, cosineCounts);
  v128.store(into + quadrantSineCounts, sineCounts);
}

/** First angle whose sample lies below a bound, where later ones lie lower; `angles` without one. */
function firstBelow(center: f64, radiusPx: f64, table: usize, angles: i32, bound: f64): i32 {
  if (center + radiusPx * load<f64>(table) < bound) return 0;
  let low = 0;
  let high = angles;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (center + radiusPx * load<f64>(table + (<usize>middle << 4)) < bound) high = middle;
    else low = middle;
  }
  return high;
}

/** First angle whose sample does not lie below a bound, where later ones lie higher; `angles` without one. */
function firstFrom(center: f64, radiusPx: f64, table: usize, angles: i32, bound: f64): i32 {
  if (center + radiusPx * load<f64>(table) >= bound) return 0;
  let low = 0;
  let high = angles;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (center + radiusPx * load<f64>(table + (<usize>middle << 4)) >= bound) high = middle;
    else low = middle;
  }
  return high;
}
