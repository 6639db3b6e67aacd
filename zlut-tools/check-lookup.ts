import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import type { Plan } from '#stages/plan.ts';
import type { ProfileSample } from './sweep-samples.ts';
import { median } from './sweep-statistics.ts';

/** Looks up heights as a plan does. */
export interface Lookup {
  /** nm; NaN near the ends of the Z-LUT, where it gives no z. */
  zOf(zLut: ZLut, profile: ArrayLike<number>): number;
  /** Planes at either end for which it gives no z. */
  endPlanes: number;
}

/** The lookup of a plan, or the default one, without its limits: a check must see what they would hide. */
export function lookupOf(plan: Plan): Lookup {
  const step = plan.findLast(({ stage }) => stage === lookupZ.name);
  const params = lookupZ.params.parse({ ...step?.params, minScore: -1, minMargin: 0 });
  const { saturation } = PIXEL_FORMATS.float32;
  return {
    zOf(zLut, profile) {
      const bead: BeadState = {
        ...{ pixels: new Float64Array(0), size: 0, zLut, saturation, status: 0 },
        ...{ xPx: Number.NaN, yPx: Number.NaN, zNm: Number.NaN, score: Number.NaN },
        profile: Float64Array.from(profile),
      };
      lookupZ.reference(bead, params);
      return bead.zNm;
    },
    endPlanes: params.ends === 'fit' ? 1 : (params.nLocal + 1) / 2,
  };
}

/** Fewest planes of which every second makes a Z-LUT. */
const MIN_PLANES_TO_HALVE = 16;

/**
 * Error of every plane looked up among the others: among every second, so that those around it are evenly spaced, as
 * the parabola of the lookup expects.
 * @returns [plane] nm; NaN near the ends and with fewer than 16 planes
 */
export function ownErrors(zLut: ZLut, { zOf }: Lookup): Float64Array {
  const { planes, radii, planeZNm, profiles } = zLut;
  const errors = new Float64Array(planes).fill(Number.NaN);
  if (planes < MIN_PLANES_TO_HALVE) return errors;
  const halves = [0, 1].map((first) => everySecond(zLut, first));
  for (let plane = 0; plane < planes; plane++) {
    const profile = profiles.subarray(plane * radii, (plane + 1) * radii);
    errors[plane] = zOf(halves[(plane + 1) % 2]!, profile) - planeZNm[plane]!;
  }
  return errors;
}

function everySecond(zLut: ZLut, first: number): ZLut {
  const { planes, radii, planeZNm, profiles, name } = zLut;
  const kept = Array.from({ length: planes }, (_, plane) => plane).filter((plane) => plane % 2 === first);
  const half = new Float64Array(kept.length * radii);
  for (const [index, plane] of kept.entries()) {
    half.set(profiles.subarray(plane * radii, (plane + 1) * radii), index * radii);
  }
  const zNm = Float64Array.from(kept, (plane) => planeZNm[plane]!);
  return { name, planes: kept.length, radii, planeZNm: zNm, profiles: half };
}

/** What the frames of one height on one way gave. */
export interface VisitError {
  pass: number;
  zNm: number;
  /** nm, middle of the errors of its frames; NaN when none has a z. */
  biasNm: number;
  /** nm, standard deviation around their mean; NaN with fewer than 3 frames. */
  noiseNm: number;
  /** Frames that were looked up, and those of them without a z. */
  frames: number;
  withoutZ: number;
}

/** Frames of a height that tell its error and its noise: these to a tenth. */
const MOST_FRAMES = 100;

/** Looks up single frames, some of a height that has hundreds: their mean error and their scatter by height. */
export function visitErrors(zLut: ZLut, { zOf }: Lookup, samples: Iterable<ProfileSample>): VisitError[] {
  const visits = new Map<number, ProfileSample[]>();
  for (const sample of samples) {
    const known = visits.get(sample.visit);
    if (known) known.push(sample);
    else visits.set(sample.visit, [sample]);
  }
  return [...visits.values()].map((ofVisit) => {
    const { pass, zNm } = ofVisit[0]!;
    const every = Math.ceil(ofVisit.length / MOST_FRAMES);
    const errors = ofVisit
      .filter((_, place) => place % every === 0)
      .map((sample) => zOf(zLut, sample.profile) - sample.zNm);
    const finite = errors.filter(Number.isFinite);
    const biasNm = median(finite);
    const mean = finite.reduce((sum, error) => sum + error, 0) / finite.length;
    const squares = finite.reduce((sum, error) => sum + (error - mean) ** 2, 0);
    const noiseNm = finite.length < 3 ? Number.NaN : Math.sqrt(squares / (finite.length - 1));
    return { pass, zNm, biasNm, noiseNm, frames: errors.length, withoutZ: errors.length - finite.length };
  });
}

/** The visits with what all have in common, an offset of the stage between two sweeps, taken out. */
export function withoutOffset(visits: readonly VisitError[]): { offsetNm: number; visits: VisitError[] } {
  const offsetNm = median(visits.map(({ biasNm }) => biasNm));
  return { offsetNm, visits: visits.map((visit) => ({ ...visit, biasNm: visit.biasNm - offsetNm })) };
}

/** Noise of one frame from heights with a frame each: what neighbors differ by, over the square root of 2. */
export function neighborNoise(visits: readonly VisitError[]): number {
  const rising = visits.filter(({ biasNm }) => Number.isFinite(biasNm)).sort((a, b) => a.zNm - b.zNm);
  const steps = rising.slice(1).map(({ biasNm }, index) => Math.abs(biasNm - rising[index]!.biasNm));
  return (1.4826 * median(steps)) / Math.SQRT2;
}
