import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutQuality } from '#protocol/z-lut-quality.ts';
import type { Plan } from '#stages/plan.ts';
import { type CenteredImage, type CenterSensitivity, centerSensitivity } from './check-center.ts';
import { type PlaneResemblance, planeResemblance } from './check-correlation.ts';
import {
  lookupOf,
  neighborNoise,
  ownErrors,
  type VisitError,
  visitErrors,
  withoutOffset,
} from './check-lookup.ts';
import { cutZLut, type UsefulRange, usefulRange } from './check-range.ts';
import { type ScorePart, scoreOf } from './check-score.ts';
import { describeQuality } from './check-sentence.ts';
import type { ProfileSample } from './sweep-samples.ts';
import { median, rms } from './sweep-statistics.ts';

/** Frames of the bead at known heights. */
export interface CheckedFrames {
  /** Stack they come from, for the report. */
  name: string;
  samples: Iterable<ProfileSample>;
  /** Whether the Z-LUT was made of them. */
  own: boolean;
  /** Frames that could not be used. */
  rejected: number;
}

export interface CheckOptions {
  /** How z will be looked up. */
  plan: Plan;
  frames?: CheckedFrames | undefined;
  /** Some images of the bead, for what a wrong center does to z. */
  images?: readonly CenteredImage[] | undefined;
}

/** What was found at one plane. */
interface PlaneCheck {
  zNm: number;
  /** Error of the plane looked up among the others; NaN where not known. */
  ownErrorNm: number;
  /** The same among those of the useful range only; NaN outside. */
  cutErrorNm: number;
  /** Best correlation beyond the peak around it, and with which plane; NaN when its peak is the only one. */
  secondScore: number;
  secondZNm: number;
  /** Planes over which the peak of the correlation falls to its half. */
  spanPlanes: number;
}

/** Everything a check found. */
export interface CheckReport {
  name: string;
  planes: number;
  radii: number;
  rangeNm: [number, number];
  stepNm: number;
  heights: PlaneCheck[];
  /** Frames by height and way; null without a stack. `offsetNm` is what all of another sweep are off by. */
  frames: {
    name: string;
    own: boolean;
    used: number;
    rejected: number;
    offsetNm: number;
    visits: VisitError[];
  } | null;
  /** nm, root mean square of what two ways through the planes differ by; NaN with one. */
  passDifferenceNm: number;
  /** Middle planes a peak of the correlation spans, and in nm. */
  spanPlanes: number;
  correlationNm: number;
  /** Planes in a row that were looked up the wrong way round, and how many were compared. */
  reversals: { wrong: number; of: number };
  range: UsefulRange;
  center: CenterSensitivity[];
  parts: ScorePart[];
  quality: ZLutQuality;
}

/**
 * Measures how good a Z-LUT is: its planes looked up among each other, the range in which none can be taken for
 * another, and, with frames, the error and noise of z of single frames.
 */
export function checkZLut(zLut: ZLut, { plan, frames, images = [] }: CheckOptions): CheckReport {
  const { name, planes, radii, planeZNm } = zLut;
  const lookup = lookupOf(plan);
  const resemblance = planeResemblance(zLut);
  const own = ownErrors(zLut, lookup);
  const range = usefulRange(zLut, resemblance, own, lookup.endPlanes);
  const cut = range.planes ? cutZLut(zLut, range.planes) : zLut;
  const ownInCut = range.planes ? ownErrors(cut, lookup) : own;
  const heights = planeChecks(zLut, resemblance, own, ownInCut, range.planes?.[0] ?? 0);
  const ends = [planeZNm[0]!, planeZNm[planes - 1]!].sort((a, b) => a - b) as [number, number];
  const stepNm = (ends[1] - ends[0]) / (planes - 1);
  const useful = range.planes?.map((plane) => planeZNm[plane]!).sort((a, b) => a - b) as
    | [number, number]
    | undefined;
  const inside = (zNm: number) => useful !== undefined && zNm >= useful[0] && zNm <= useful[1];

  // Beads in the useful range are looked up in it: what lies outside must not catch them.
  let used = 0;
  function* samplesInside() {
    for (const sample of frames?.samples ?? []) {
      used++;
      if (inside(sample.zNm)) yield sample;
    }
  }
  const seen = visitErrors(cut, lookup, samplesInside());
  const { offsetNm, visits } = frames?.own === false ? withoutOffset(seen) : { offsetNm: 0, visits: seen };
  const planesInside = Array.from(ownInCut, (error, plane) => ({
    zNm: cut.planeZNm[plane]!,
    errorNm: error,
  }));
  const ownErrorNm = rms(ownInCut);
  const otherErrorNm = frames?.own === false ? rms(visits.map(({ biasNm }) => biasNm)) : Number.NaN;
  const biasNm = Number.isNaN(otherErrorNm) ? ownErrorNm : otherErrorNm;
  const noiseNm = noiseOf(visits, planesInside, frames?.own ?? true);
  const spanPlanes = median(resemblance.spans);
  const reversals = reversalsOf(planesInside);
  const tracked = frames ? used + frames.rejected : 0;
  const usefulNm = useful ? useful[1] - useful[0] : 0;
  const telling = ends[1] - ends[0] - 2 * lookup.endPlanes * stepNm;
  const score = scoreOf({
    usefulShare: usefulNm / telling,
    errorShare: useful ? biasNm / (spanPlanes * stepNm) : 1,
    risingShare: 1 - reversals.wrong / reversals.of,
    spanPlanes,
    rejectedShare: frames && tracked > 0 ? frames.rejected / tracked : Number.NaN,
    ambiguousShare: range.ambiguousShare,
  });
  const measured = {
    ...(useful && { usefulRangeNm: useful }),
    ...(Number.isFinite(biasNm) && { biasNm }),
    ...(Number.isFinite(noiseNm) && { noiseNm }),
  };
  const { score: points, verdict, parts } = score;
  const facts = { score: points, verdict, ...measured };
  return {
    ...{ name, planes, radii, rangeNm: ends, stepNm, heights },
    frames: frames
      ? {
          name: frames.name,
          own: frames.own,
          used,
          rejected: frames.rejected,
          offsetNm,
          visits,
        }
      : null,
    passDifferenceNm: passDifference(visits),
    ...{ spanPlanes, correlationNm: spanPlanes * stepNm, reversals, range, parts },
    center: centerSensitivity(
      images.filter(({ zNm }) => inside(zNm)),
      cut,
      plan,
      lookup,
    ),
    quality: { ...facts, sentence: describeQuality(facts, range, zLut, parts) },
  };
}

function planeChecks(
  zLut: ZLut,
  resemblance: PlaneResemblance,
  own: Float64Array,
  ownInCut: Float64Array,
  firstOfCut: number,
): PlaneCheck[] {
  const { correlation, lobes, spans, planes } = resemblance;
  return Array.from(zLut.planeZNm, (zNm, plane) => {
    const { first, last } = lobes[plane]!;
    let second = -1;
    for (let other = 0; other < planes; other++) {
      if (other >= first && other <= last) continue;
      const score = correlation[plane * planes + other]!;
      if (second < 0 || score > correlation[plane * planes + second]!) second = other;
    }
    const secondScore = second < 0 ? Number.NaN : correlation[plane * planes + second]!;
    const secondZNm = zLut.planeZNm[second] ?? Number.NaN;
    const cutErrorNm = ownInCut[plane - firstOfCut] ?? Number.NaN;
    return { zNm, ownErrorNm: own[plane]!, cutErrorNm, secondScore, secondZNm, spanPlanes: spans[plane]! };
  });
}

/** A plane looked up among the others. */
interface PlaneError {
  zNm: number;
  errorNm: number;
}

/** Scatter of z of a frame at one height, or of neighboring heights where each has a frame. */
function noiseOf(visits: readonly VisitError[], heights: readonly PlaneError[], own: boolean): number {
  const within = median(visits.map(({ noiseNm }) => noiseNm));
  if (!Number.isNaN(within)) return within;
  if (!own) return neighborNoise(visits);
  const single = heights.map(({ zNm, errorNm }) => {
    return { zNm, biasNm: errorNm, noiseNm: Number.NaN, pass: 0, frames: 1, withoutZ: 0 };
  });
  return neighborNoise(single);
}

/** Neighboring planes whose looked-up heights are not in the order of the planes. */
function reversalsOf(heights: readonly PlaneError[]): { wrong: number; of: number } {
  const known = heights
    .filter(({ errorNm }) => Number.isFinite(errorNm))
    .sort((a, b) => a.zNm - b.zNm)
    .map(({ zNm, errorNm }) => zNm + errorNm);
  const wrong = known.filter((zNm, index) => index > 0 && zNm <= known[index - 1]!).length;
  return { wrong, of: Math.max(0, known.length - 1) };
}

/** What the second way through the planes gives less the first, at the same heights. */
function passDifference(visits: readonly VisitError[]): number {
  const first = visits.filter(({ pass, biasNm }) => pass === 0 && Number.isFinite(biasNm));
  const others = visits.filter(({ pass, biasNm }) => pass !== 0 && Number.isFinite(biasNm));
  if (first.length < 2) return Number.NaN;
  return rms(
    others.map(({ zNm, biasNm }) => {
      const above = first.findIndex((visit) => visit.zNm >= zNm);
      if (above < 1) return Number.NaN;
      const [low, high] = [first[above - 1]!, first[above]!];
      const share = (zNm - low.zNm) / (high.zNm - low.zNm);
      return biasNm - (low.biasNm + share * (high.biasNm - low.biasNm));
    }),
  );
}
