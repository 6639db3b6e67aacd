import type { Pass } from './passes.ts';
import type { SweepMotion } from './reference-drift.ts';
import { profileCorrelation, profileSpline } from './sweep-spline.ts';
import { median } from './sweep-statistics.ts';
import { type BeadVisit, profileMatrix } from './sweep-visits.ts';

/** Planes of a Z-LUT. */
export interface Planes {
  /** [plane] nm, rising. */
  zNm: Float64Array;
  /** [plane, radius] counts */
  profiles: Float64Array;
}

/** Planes of a bead from its passes. */
export interface MergedPlanes extends Planes {
  /** Passes that are in them, and why others are not. */
  passes: number[];
  why?: string;
}

/** Passes whose profiles agree less than this, once they are aligned, are not averaged. */
const LEAST_AGREEMENT = 0.95;

/** Height of a visit as it was on the first pass at the start of the sweep: what the planes say, the hysteresis and the drift. */
export function focusZNm(
  { pass, planeZNm, time }: Pick<BeadVisit, 'pass' | 'planeZNm' | 'time'>,
  motion: SweepMotion,
  startTime: number,
): number {
  return planeZNm + (motion.offsetNm[pass]?.value ?? 0) + (motion.drift?.value ?? 0) * (time - startTime);
}

/**
 * Planes of all passes, each moved by what the focus had moved, on the heights of the first.
 * @param visits [pass][visit] of one bead
 */
export function mergePasses(
  visits: readonly BeadVisit[][],
  passes: readonly Pass[],
  motion: SweepMotion,
  startTime: number,
): MergedPlanes {
  const first = visits[0]!;
  const radii = visits.flat()[0]?.profile.length ?? 0;
  if (passes.length === 1 || first.length < 3) return { ...asTheyAre(first, radii), passes: [0] };
  const usable = visits.map((ofPass, pass) => ofPass.length >= 8 && motion.offsetNm[pass] !== null);
  if (motion.drift === null || !usable.some((can, pass) => can && pass > 0)) {
    const why = 'the shift between the passes could not be measured: only the first is taken';
    return { ...asTheyAre(first, radii), passes: [0], why };
  }
  const splines = visits.map((ofPass, pass) => {
    if (!usable[pass]) return null;
    const zNm = Float64Array.from(ofPass, (visit) => focusZNm(visit, motion, startTime));
    if (zNm.some((z, index) => index > 0 && !(z > zNm[index - 1]!))) return null;
    return profileSpline(zNm, profileMatrix(ofPass, radii), radii);
  });
  if (!splines[0]) {
    const why = 'the drift turns the order of the planes: only the first pass is taken';
    return { ...asTheyAre(first, radii), passes: [0], why };
  }
  const agreement = splines.map((spline) => (spline ? agreementOf(splines[0]!, spline) : 0));
  const taken = splines.flatMap((spline, pass) =>
    spline && agreement[pass]! >= LEAST_AGREEMENT ? [{ spline, pass }] : [],
  );
  const left = agreement.findIndex((value) => value < LEAST_AGREEMENT);
  const merged = average(first, taken, visits, radii);
  return {
    ...merged,
    passes: taken.map(({ pass }) => pass),
    ...(left >= 0 && {
      why: `pass ${left} correlates by ${agreement[left]!.toFixed(3)} with the first after both are aligned, under ${LEAST_AGREEMENT}: it is left out`,
    }),
  };
}

function asTheyAre(visits: readonly BeadVisit[], radii: number): Planes {
  return {
    zNm: Float64Array.from(visits, ({ planeZNm }) => planeZNm),
    profiles: profileMatrix(visits, radii),
  };
}

type Spline = ReturnType<typeof profileSpline>;

/** Middle correlation of two passes at the planes of the first. */
function agreementOf(first: Spline, other: Spline): number {
  const [a, b] = [new Float64Array(first.radii), new Float64Array(first.radii)];
  return median(
    first.zNm
      .filter((z) => z >= other.zNm[0]! && z <= other.zNm.at(-1)!)
      .map((z) => profileCorrelation(first.at(z, a), other.at(z, b))),
  );
}

function average(
  first: readonly BeadVisit[],
  taken: readonly { spline: Spline; pass: number }[],
  visits: readonly BeadVisit[][],
  radii: number,
): Planes {
  const framesOf = taken.map(({ pass }) => median(visits[pass]!.map(({ used }) => used)));
  const profile = new Float64Array(radii);
  const planes: { zNm: number; profile: Float64Array }[] = [];
  for (const { planeZNm } of first) {
    const sum = new Float64Array(radii);
    let weight = 0;
    for (const [index, { spline }] of taken.entries()) {
      if (!reaches(spline.zNm, planeZNm)) continue;
      spline.at(planeZNm, profile);
      for (let radius = 0; radius < radii; radius++) sum[radius]! += framesOf[index]! * profile[radius]!;
      weight += framesOf[index]!;
    }
    if (weight > 0) planes.push({ zNm: planeZNm, profile: sum.map((value) => value / weight) });
  }
  const profiles = new Float64Array(planes.length * radii);
  for (const [index, plane] of planes.entries()) profiles.set(plane.profile, index * radii);
  return { zNm: Float64Array.from(planes, ({ zNm }) => zNm), profiles };
}

/** Whether a height is among the planes; a tenth of a step beyond is safe, and the first plane has drifted a little itself. */
function reaches(zNm: Float64Array, z: number): boolean {
  const margin = (0.1 * (zNm.at(-1)! - zNm[0]!)) / (zNm.length - 1);
  return z >= zNm[0]! - margin && z <= zNm.at(-1)! + margin;
}

/** Planes on even heights, through a natural spline. */
export function resamplePlanes({ zNm, profiles }: Planes, radii: number, stepNm: number): Planes {
  const spline = profileSpline(zNm, profiles, radii);
  const steps = Math.floor((zNm.at(-1)! - zNm[0]!) / stepNm + 1e-9);
  const even = Float64Array.from({ length: steps + 1 }, (_, index) => zNm[0]! + index * stepNm);
  const resampled = new Float64Array(even.length * radii);
  const profile = new Float64Array(radii);
  for (const [index, z] of even.entries()) resampled.set(spline.at(z, profile), index * radii);
  return { zNm: even, profiles: resampled };
}

/**
 * Planes smoothed along z: at each, the parabola fitted with Gaussian weights, which leaves the curve of the rings.
 * @param sigmaNm width of the weights
 */
export function smoothPlanes({ zNm, profiles }: Planes, radii: number, sigmaNm: number): Planes {
  const planes = zNm.length;
  const smooth = new Float64Array(profiles.length);
  for (let plane = 0; plane < planes; plane++) {
    const weights = smoothingWeights(zNm, zNm[plane]!, sigmaNm);
    for (let radius = 0; radius < radii; radius++) {
      let sum = 0;
      // A bin that is empty in a plane nearby cannot be smoothed.
      for (let other = 0; other < planes; other++) {
        if (weights[other] !== 0) sum += weights[other]! * profiles[other * radii + radius]!;
      }
      const own = profiles[plane * radii + radius]!;
      smooth[plane * radii + radius] = Number.isNaN(sum) ? own : sum;
    }
  }
  return { zNm, profiles: smooth };
}

/** [plane] what each counts towards the smoothed value at z. */
function smoothingWeights(zNm: Float64Array, z: number, sigmaNm: number): Float64Array {
  const moments = new Float64Array(5);
  const gauss = zNm.map((other) => {
    const u = (other - z) / sigmaNm;
    const weight = Math.abs(u) > 4 ? 0 : Math.exp(-0.5 * u * u);
    for (let power = 0; power < 5; power++) moments[power]! += weight * u ** power;
    return weight;
  });
  const [m0, m1, m2, m3, m4] = moments as unknown as [number, number, number, number, number];
  // First row of the inverse of the moments' matrix.
  const a = m2 * m4 - m3 * m3;
  const b = m2 * m3 - m1 * m4;
  const c = m1 * m3 - m2 * m2;
  const determinant = m0 * a + m1 * b + m2 * c;
  if (!(Math.abs(determinant) > 1e-9 * m0 ** 3)) return zNm.map((other) => (other === z ? 1 : 0));
  return zNm.map((other, plane) => {
    const u = (other - z) / sigmaNm;
    return (gauss[plane]! * (a + b * u + c * u * u)) / determinant;
  });
}
