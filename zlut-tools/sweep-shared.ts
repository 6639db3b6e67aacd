import { ZLutError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';
import type { BuiltBead } from './build.ts';
import { type CheckReport, checkZLut } from './check.ts';
import type { ProfileSample } from './sweep-samples.ts';
import { matchHeight, profileCorrelation, profileSpline } from './sweep-spline.ts';
import { mean, median, robustSigma } from './sweep-statistics.ts';

/** Where a bead of a shared Z-LUT lies beside the first. */
interface SharedBead {
  bead: number;
  /** nm that its heights are moved by, and how much that scatters from plane to plane. */
  shiftNm: number;
  scatterNm: number;
  /** Middle correlation with the first once it is moved. */
  agreement: number;
  /** Why it is not in the Z-LUT; left out when it is. */
  why?: string;
}

export interface SharedZLut {
  zLut: ZLut;
  report: CheckReport;
  beads: SharedBead[];
}

/** Beads that agree less with the first are of another kind. */
const LEAST_AGREEMENT = 0.97;

/** Farthest that beads of a field lie from each other, as a share of the range. */
const REACH_SHARE = 0.3;

/**
 * One Z-LUT of several beads of a kind: their profiles brought to the counts of the first, moved in z onto it, and
 * averaged.
 * @throws {ZLutError} if no bead has a Z-LUT, or their ROIs differ in size
 */
export function sharedZLut(built: readonly BuiltBead[], name: string, plan: Plan): SharedZLut {
  const beads = built.filter((one): one is BuiltBead & { zLut: ZLut } => one.zLut !== null);
  const [first] = beads;
  if (!first) {
    throw built[0]?.error ?? new ZLutError({ where: name, expected: 'at least one bead', received: 'none' });
  }
  const { radii, planeZNm, method } = first.zLut;
  const other = beads.find(({ zLut }) => zLut.radii !== radii);
  if (other) {
    throw new ZLutError({
      where: name,
      expected: `ROIs of one size, as the ${radii} radii of bead ${first.bead}`,
      received: `${other.zLut.radii} radii of bead ${other.bead}`,
    });
  }
  const base = profileSpline(planeZNm, first.zLut.profiles, radii);
  const places = beads.map((one) => placeBeside(base, one));
  const taken = places.flatMap((place, index) => (place.why ? [] : [{ place, built: beads[index]! }]));
  const zLut: ZLut = { name, radii, ...averageOf(taken, first.zLut), ...(method && { method }) };
  function* samples() {
    for (const [index, { place, built: one }] of taken.entries()) {
      yield* samplesMoved(one.samples(), place.shiftNm, index);
    }
  }
  const rejected = taken.reduce((sum, { built: one }) => sum + one.rejected, 0);
  const frames = { name: `${taken.length} beads`, samples: samples(), own: true, rejected };
  const report = checkZLut(zLut, { plan, frames });
  zLut.origin = {
    frames: { used: report.frames!.used, rejected: rejectionsOf(taken.map(({ built: one }) => one)) },
    quality: { ...first.zLut.origin?.quality, ...report.quality },
  };
  return { zLut, report, beads: places };
}

type Spline = ReturnType<typeof profileSpline>;

/** Shift of a bead's planes by lookup against the first. */
function placeBeside(base: Spline, { bead, zLut }: BuiltBead & { zLut: ZLut }): SharedBead {
  const { planes, radii, planeZNm, profiles } = zLut;
  const reachNm = REACH_SHARE * (base.zNm.at(-1)! - base.zNm[0]!);
  const matches = Array.from({ length: planes }, (_, plane) =>
    matchHeight(base, profiles.subarray(plane * radii, (plane + 1) * radii), planeZNm[plane]!, reachNm),
  );
  const shifts = matches.map((match, plane) => (match ? match.zNm - planeZNm[plane]! : Number.NaN));
  const known = shifts.filter(Number.isFinite);
  const shiftNm = known.length > 0 ? median(known) : Number.NaN;
  const scatterNm = known.length > 0 ? robustSigma(known, shiftNm) : Number.NaN;
  const own = new Float64Array(radii);
  const agreement = median(
    Array.from(planeZNm, (zNm, plane) => {
      const z = zNm + shiftNm;
      if (!(z >= base.zNm[0]! && z <= base.zNm.at(-1)!)) return Number.NaN;
      return profileCorrelation(profiles.subarray(plane * radii, (plane + 1) * radii), base.at(z, own));
    }),
  );
  const place = { bead, shiftNm, scatterNm, agreement };
  if (agreement >= LEAST_AGREEMENT) return place;
  return { ...place, why: `it agrees with the first by ${agreement.toFixed(3)}, under ${LEAST_AGREEMENT}` };
}

/** Planes of the first, each the mean of the beads that reach it. */
function averageOf(
  taken: readonly { place: SharedBead; built: { zLut: ZLut } }[],
  { planeZNm, profiles, radii }: ZLut,
): Pick<ZLut, 'planes' | 'planeZNm' | 'profiles'> {
  const splines = taken.map(({ place, built }) => {
    const moved = built.zLut.planeZNm.map((zNm) => zNm + place.shiftNm);
    return profileSpline(moved, built.zLut.profiles, radii);
  });
  const shared = profiles.slice();
  const profile = new Float64Array(radii);
  for (const [plane, zNm] of planeZNm.entries()) {
    const first = profiles.subarray(plane * radii, (plane + 1) * radii);
    const sum = new Float64Array(radii);
    let beads = 0;
    for (const spline of splines) {
      if (zNm < spline.zNm[0]! || zNm > spline.zNm.at(-1)!) continue;
      const { gain, offset } = lightOf(spline.at(zNm, profile), first);
      for (let radius = 0; radius < radii; radius++) sum[radius]! += gain * profile[radius]! + offset;
      beads++;
    }
    if (beads > 0)
      shared.set(
        sum.map((value) => value / beads),
        plane * radii,
      );
  }
  return { planes: planeZNm.length, planeZNm: planeZNm.slice(), profiles: shared };
}

/** Gain and offset that bring a profile to the counts of another, by least squares. */
function lightOf(profile: Float64Array, onto: Float64Array): { gain: number; offset: number } {
  const radii = Array.from(profile.keys()).filter(
    (radius) => !Number.isNaN(profile[radius]! + onto[radius]!),
  );
  const [x, y] = [mean(radii.map((radius) => profile[radius]!)), mean(radii.map((radius) => onto[radius]!))];
  let [xx, xy] = [0, 0];
  for (const radius of radii) {
    xx += (profile[radius]! - x) ** 2;
    xy += (profile[radius]! - x) * (onto[radius]! - y);
  }
  const gain = xx > 0 ? xy / xx : 1;
  return { gain, offset: y - gain * x };
}

/** Frames of a bead at the heights of the shared Z-LUT; visits of different beads stay apart. */
function samplesMoved(samples: readonly ProfileSample[], shiftNm: number, index: number): ProfileSample[] {
  return samples.map((sample) => ({
    ...sample,
    visit: index * 1e6 + sample.visit,
    zNm: sample.zNm + shiftNm,
  }));
}

function rejectionsOf(built: readonly BuiltBead[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { rejections } of built) {
    for (const [rule, count] of Object.entries(rejections))
      if (count > 0) sum[rule] = (sum[rule] ?? 0) + count;
  }
  return sum;
}
