import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import type { Bound } from '#simulation/cramer-rao.ts';
import { type BeadPlace, PRECISION_PIXEL_NM } from './precision-beads.ts';

/** Errors that are not those of noise begin here, in standard deviations. */
const FALSE_SIGMAS = 25;
/** nm; nearer the truth an error counts into bias and rms however small the bound is. */
const NEAR_NM = 100;
/** Status bits that leave a point good: the bead is only near the edge of its ROI, or bright. */
const HARMLESS = TRACK_STATUS['roi-edge'] | TRACK_STATUS.saturated;

/** How near the tracks of one point come to the bound. */
export interface PrecisionScore {
  boundXyNm: number;
  boundZNm: number;
  /** Root mean square of the errors of x and y over their bound; NaN where no bead is near the truth. */
  xyOverBound: number;
  zOverBound: number;
  /** Root mean square of the mean errors of x and y. */
  xyBiasNm: number;
  zBiasNm: number;
  /** Frames without x, y or z, or with a wrong one and a status that says so. */
  lost: number;
  /** Frames with x, y or z over 25 standard deviations off and no status; the bound's where none is stated. */
  false: number;
  /** Frames whose status says that something is wrong. */
  flagged: number;
  /** Standard deviation of error over stated sigma, of x, y and z; null where none is stated. */
  sigmaSpread: number | null;
}

/**
 * Scores tracks of single beads. Bias and rms are of the frames within 25 bounds or 100 nm of the truth along every
 * axis, so that one wrong ring does not hide the noise of the others; the rest is counted.
 *
 * @param table one bead a frame
 * @param truth [frame]
 */
export function scorePrecision(table: TrackTable, truth: readonly BeadPlace[], bound: Bound): PrecisionScore {
  const bounds = [bound.xNm, bound.yNm, bound.zNm];
  const near: number[][] = [];
  const inSigmas: number[] = [];
  let lost = 0;
  let falseAnswers = 0;
  let flagged = 0;
  for (const [frame, place] of truth.entries()) {
    const errors = [
      (table.xPx[frame]! - place.xPx) * PRECISION_PIXEL_NM,
      (table.yPx[frame]! - place.yPx) * PRECISION_PIXEL_NM,
      table.zNm[frame]! - place.zNm,
    ];
    const isFlagged = (table.status[frame]! & ~HARMLESS) !== 0;
    const stated = statedSigma(table, frame);
    if (isFlagged) flagged++;
    if (errors.some(Number.isNaN)) {
      lost++;
      continue;
    }
    const isNear = errors.every(
      (error, axis) => Math.abs(error) <= Math.max(FALSE_SIGMAS * bounds[axis]!, NEAR_NM),
    );
    const sigmas = stated ?? bounds;
    const isOff = errors.some((error, axis) => Math.abs(error) > FALSE_SIGMAS * sigmas[axis]!);
    if (isNear) {
      near.push(errors);
      if (stated) inSigmas.push(...errors.map((error, axis) => error / stated[axis]!));
    } else if (isFlagged) lost++;
    if (isOff && !isFlagged) falseAnswers++;
  }
  const along = (axis: number) => near.map((errors) => errors[axis]!);
  const [x, y, z] = [along(0), along(1), along(2)];
  const boundXyNm = both(bound.xNm, bound.yNm);
  return {
    boundXyNm,
    boundZNm: bound.zNm,
    xyOverBound: both(rms(x), rms(y)) / boundXyNm,
    zOverBound: rms(z) / bound.zNm,
    xyBiasNm: both(mean(x), mean(y)),
    zBiasNm: mean(z),
    lost,
    false: falseAnswers,
    flagged,
    sigmaSpread: inSigmas.length > 0 ? spread(inSigmas) : null,
  };
}

/** nm along x, y and z; null where the preset states none, or not for this frame. */
function statedSigma(table: TrackTable, frame: number): [number, number, number] | null {
  if (!table.fits) return null;
  const sigmas: [number, number, number] = [
    table.sigmaXPx[frame]! * PRECISION_PIXEL_NM,
    table.sigmaYPx[frame]! * PRECISION_PIXEL_NM,
    table.sigmaZNm[frame]!,
  ];
  return sigmas.some(Number.isNaN) ? null : sigmas;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rms = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value ** 2)));
const both = (x: number, y: number) => Math.hypot(x, y) / Math.SQRT2;

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return rms(values.map((value) => value - middle));
}
