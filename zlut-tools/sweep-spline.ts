/** Radial profiles at some heights, and between them. */
export interface ProfileSpline {
  radii: number;
  /** [plane] nm, rising. */
  zNm: Float64Array;
  /** Writes the profile at a height inside the planes; beyond them the outermost piece goes on. */
  at(zNm: number, into: Float64Array): Float64Array;
}

/**
 * Natural cubic spline along z through every radius of some profiles.
 * @param zNm [plane] rising, at least 3
 * @param profiles [plane, radius] counts; an empty bin is filled from the planes around it, and stays NaN where all are
 */
export function profileSpline(zNm: Float64Array, profiles: Float64Array, radii: number): ProfileSpline {
  const planes = zNm.length;
  const values = profiles.slice();
  const curvature = new Float64Array(values.length);
  const column = new Float64Array(planes);
  for (let radius = 0; radius < radii; radius++) {
    for (let plane = 0; plane < planes; plane++) column[plane] = values[plane * radii + radius]!;
    fillEmpty(zNm, column);
    const second = curvatures(zNm, column);
    for (let plane = 0; plane < planes; plane++) {
      values[plane * radii + radius] = column[plane]!;
      curvature[plane * radii + radius] = second[plane]!;
    }
  }
  return {
    radii,
    zNm,
    at(z, into) {
      let below = 0;
      let above = planes - 1;
      while (above - below > 1) {
        const middle = (below + above) >> 1;
        if (zNm[middle]! <= z) below = middle;
        else above = middle;
      }
      const step = zNm[above]! - zNm[below]!;
      const b = (z - zNm[below]!) / step;
      const a = 1 - b;
      const sixth = (step * step) / 6;
      for (let radius = 0; radius < radii; radius++) {
        const [low, high] = [below * radii + radius, above * radii + radius];
        into[radius] =
          a * values[low]! +
          b * values[high]! +
          sixth * ((a * a * a - a) * curvature[low]! + (b * b * b - b) * curvature[high]!);
      }
      return into;
    },
  };
}

/** Fills NaN linearly from the planes around it, or with the nearest. */
function fillEmpty(zNm: Float64Array, column: Float64Array): void {
  let before = -1;
  for (let plane = 0; plane < column.length; plane++) {
    if (!Number.isNaN(column[plane]!)) {
      before = plane;
      continue;
    }
    let after = plane + 1;
    while (after < column.length && Number.isNaN(column[after]!)) after++;
    if (after === column.length) column[plane] = before < 0 ? Number.NaN : column[before]!;
    else if (before < 0) column[plane] = column[after]!;
    else {
      const share = (zNm[plane]! - zNm[before]!) / (zNm[after]! - zNm[before]!);
      column[plane] = column[before]! + share * (column[after]! - column[before]!);
    }
    if (before >= 0 || after < column.length) before = plane;
  }
}

/** Second derivatives of the natural spline, by elimination of its tridiagonal equations. */
function curvatures(x: Float64Array, y: Float64Array): Float64Array {
  const last = x.length - 1;
  const second = new Float64Array(x.length);
  const share = new Float64Array(x.length);
  for (let index = 1; index < last; index++) {
    const left = x[index]! - x[index - 1]!;
    const right = x[index + 1]! - x[index]!;
    const pivot = 2 * (left + right) - left * share[index - 1]!;
    share[index] = right / pivot;
    const slope = (y[index + 1]! - y[index]!) / right - (y[index]! - y[index - 1]!) / left;
    second[index] = (6 * slope - left * second[index - 1]!) / pivot;
  }
  for (let index = last - 1; index > 0; index--) second[index]! -= share[index]! * second[index + 1]!;
  second[last] = 0;
  return second;
}

/** Pearson correlation of two profiles, the innermost bin and empty bins left out. */
export function profileCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [count, sumA, sumB] = [0, 0, 0];
  for (let radius = 1; radius < a.length; radius++) {
    if (Number.isNaN(a[radius]! + b[radius]!)) continue;
    count++;
    sumA += a[radius]!;
    sumB += b[radius]!;
  }
  const [meanA, meanB] = [sumA / count, sumB / count];
  let [aa, bb, ab] = [0, 0, 0];
  for (let radius = 1; radius < a.length; radius++) {
    if (Number.isNaN(a[radius]! + b[radius]!)) continue;
    const [da, db] = [a[radius]! - meanA, b[radius]! - meanB];
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Steps of the search at a time, each a fifth of the one before. */
const SEARCH_STEPS = 5;

export interface MatchedHeight {
  zNm: number;
  /** Correlation there. */
  score: number;
}

/**
 * Height at which a spline resembles a profile most, within reach of a first guess.
 * @returns null where that is at the end of the reach or of the planes, so that it may lie beyond
 */
export function matchHeight(
  spline: ProfileSpline,
  profile: ArrayLike<number>,
  aroundZNm: number,
  reachNm: number,
): MatchedHeight | null {
  const { zNm, radii } = spline;
  const from = Math.max(zNm[0]!, aroundZNm - reachNm);
  const to = Math.min(zNm.at(-1)!, aroundZNm + reachNm);
  const scratch = new Float64Array(radii);
  const scoreAt = (z: number) => profileCorrelation(profile, spline.at(z, scratch));
  let best: MatchedHeight = { zNm: Number.NaN, score: Number.NEGATIVE_INFINITY };
  const offer = (z: number) => {
    const score = scoreAt(z);
    if (score > best.score) best = { zNm: z, score };
  };
  for (const z of zNm) if (z >= from && z <= to) offer(z);
  if (!(best.score > -1) || !(best.zNm > from) || !(best.zNm < to)) return null;
  if (best.zNm === zNm[0] || best.zNm === zNm.at(-1)) return null;
  let step = (zNm.at(-1)! - zNm[0]!) / (zNm.length - 1) / 2;
  for (let round = 0; round < 4; round++, step /= SEARCH_STEPS) {
    const middle = best.zNm;
    for (let k = -SEARCH_STEPS; k <= SEARCH_STEPS; k++) {
      const z = middle + (k * step * 2) / SEARCH_STEPS;
      if (k !== 0 && z >= from && z <= to) offer(z);
    }
  }
  return vertexAround(best, step, scoreAt);
}

/** Top of the parabola through the best height and two close to it. */
function vertexAround(best: MatchedHeight, step: number, scoreAt: (z: number) => number): MatchedHeight {
  const [left, right] = [scoreAt(best.zNm - step), scoreAt(best.zNm + step)];
  const curvature = left - 2 * best.score + right;
  if (!(curvature < 0)) return best;
  return { zNm: best.zNm + (0.5 * step * (left - right)) / curvature, score: best.score };
}
