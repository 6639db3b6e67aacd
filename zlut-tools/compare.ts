import { ZLutError } from '#protocol/errors.ts';
import { describeMethod, type ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { fitLine } from './robust-line.ts';

/** Heights that the residual is told for, each. */
const BANDS = 10;
/** A plane this many standard deviations and steps off the line was found elsewhere: it is ambiguous there. */
const ELSEWHERE_SIGMAS = 6;
const ELSEWHERE_STEPS = 2;
/** Planes below which a line says little. */
const LEAST_PLANES = 4;

/** What files that do not say how their profiles were made hold. */
const WHOLE_PIXELS = { stage: 'radial-profile', params: { bins: 'nearest', oversample: 1 } };

/** One band of heights of the second Z-LUT. */
interface ResidualBand {
  fromNm: number;
  toNm: number;
  planes: number;
  /** Root mean square about the line, nm. */
  rmsNm: number;
}

/** How the heights of one Z-LUT are found in another. */
export interface ZLutComparison {
  /** Planes of the second, and how many of them had a height in the first. */
  planes: number;
  found: number;
  /** Of those, how many were found far from the line; they are in no other number. */
  elsewhere: number;
  /** Lowest and highest z of the second that the first covers, nm. */
  overlapNm: [from: number, to: number];
  /** z in the first is `scale` times z in the second, plus an offset. */
  scale: number;
  /** z in the first less z in the second, in the middle of the overlap, nm. */
  offsetNm: number;
  /** Root mean square about the line, nm. */
  residualNm: number;
  /** Median correlation of the planes with the first Z-LUT. */
  score: number;
  bands: ResidualBand[];
}

/**
 * Looks up every plane of a second Z-LUT in the first, as a bead would be, and fits a line to the heights found.
 * @throws {ZLutError} if the two are of other methods, ROIs or radii, with both named, or have too little in common
 */
export function compareZLuts(first: ZLut, second: ZLut): ZLutComparison {
  assertAlike(first, second);
  const { zNm, foundNm, scores } = lookUpPlanes(first, second);
  if (zNm.length < LEAST_PLANES) {
    throw new ZLutError({
      where: second.name,
      expected: `at least ${LEAST_PLANES} planes with a height in ${first.name}, which is from ${rangeOf(first)}`,
      received: `${zNm.length} of ${second.planes}, from ${rangeOf(second)}`,
    });
  }
  const stepNm = Math.abs(first.planeZNm.at(-1)! - first.planeZNm[0]!) / (first.planes - 1);
  const line = fitLine(zNm, foundNm, ELSEWHERE_SIGMAS, ELSEWHERE_STEPS * stepNm);
  const kept = zNm
    .map((z, index) => ({ z, residual: line.residuals[index]! }))
    .filter((_, i) => line.isKept[i]);
  const heights = kept.map(({ z }) => z);
  const [fromNm, toNm] = [Math.min(...heights), Math.max(...heights)];
  const middleNm = (fromNm + toNm) / 2;
  return {
    planes: second.planes,
    found: zNm.length,
    elsewhere: zNm.length - kept.length,
    overlapNm: [fromNm, toNm],
    scale: line.slope,
    offsetNm: line.slope * middleNm + line.intercept - middleNm,
    residualNm: rms(kept.map(({ residual }) => residual)),
    score: scores.sort((a, b) => a - b)[scores.length >> 1]!,
    bands: bandsOf(kept, fromNm, toNm),
  };
}

/** The planes that have a height, in both. */
function lookUpPlanes(first: ZLut, second: ZLut) {
  const params = lookupZ.params.parse({});
  const zNm: number[] = [];
  const foundNm: number[] = [];
  const scores: number[] = [];
  for (let plane = 0; plane < second.planes; plane++) {
    const bead: BeadState = {
      ...{ pixels: new Float64Array(0), size: 0, zLut: first, xPx: 0, yPx: 0 },
      ...{ zNm: Number.NaN, score: Number.NaN },
      profile: second.profiles.slice(plane * second.radii, (plane + 1) * second.radii),
    };
    lookupZ.reference(bead, params);
    if (Number.isNaN(bead.zNm)) continue;
    zNm.push(second.planeZNm[plane]!);
    foundNm.push(bead.zNm);
    scores.push(bead.score);
  }
  return { zNm, foundNm, scores };
}

function bandsOf(
  planes: readonly { z: number; residual: number }[],
  fromNm: number,
  toNm: number,
): ResidualBand[] {
  const widthNm = (toNm - fromNm) / BANDS;
  const bands = Array.from({ length: BANDS }, (_, band) => {
    // The highest plane is in the last band.
    const inside = planes.filter(({ z }) => Math.min(Math.floor((z - fromNm) / widthNm), BANDS - 1) === band);
    return {
      fromNm: fromNm + band * widthNm,
      toNm: fromNm + (band + 1) * widthNm,
      planes: inside.length,
      rmsNm: rms(inside.map(({ residual }) => residual)),
    };
  });
  return bands.filter((band) => band.planes > 0);
}

function assertAlike(first: ZLut, second: ZLut): void {
  const [ours, theirs] = [first, second].map(({ method }) =>
    describeMethod({ ...WHOLE_PIXELS, roiSize: 0, ...method }),
  );
  const sameRoi = !first.method || !second.method || first.method.roiSize === second.method.roiSize;
  if (ours === theirs && first.radii === second.radii && sameRoi) return;
  throw new ZLutError({
    where: second.name,
    expected: `profiles of ${ours}, ${sizeOf(first)}, as ${first.name}`,
    received: `${theirs}, ${sizeOf(second)}`,
    remedy: ours === theirs ? 'crop the larger with zlut edit --radii' : 'build both with one pipeline',
  });
}

function sizeOf({ method, radii }: ZLut): string {
  return method ? `${radii} radii of ROIs of ${method.roiSize} px` : `${radii} radii`;
}

function rangeOf({ planeZNm }: ZLut): string {
  return `${planeZNm[0]} to ${planeZNm.at(-1)} nm`;
}

function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
