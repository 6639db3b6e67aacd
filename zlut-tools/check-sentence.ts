import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutQuality } from '#protocol/z-lut-quality.ts';
import type { UsefulRange } from './check-range.ts';
import type { ScorePart } from './check-score.ts';

/** A height for a person: um from 1000 nm on. */
export function heightText(zNm: number): string {
  return `${(zNm / 1000).toFixed(2)} um`;
}

/** A distance for a person. */
export function distanceText(nm: number): string {
  return nm >= 1000 ? `${(nm / 1000).toPrecision(3)} um` : `${nm.toPrecision(nm < 100 ? 2 : 3)} nm`;
}

/** Why the useful range is not that of the planes, each as part of a sentence. */
export function rangeReasons(range: UsefulRange, { planeZNm }: ZLut): string[] {
  const reasons: string[] = [];
  const { conflicts, focusZNm, ambiguousShare, faint, broken, jumps } = range;
  if (conflicts.length > 0) {
    const worst = conflicts.reduce((most, one) => (one.score > most.score ? one : most));
    const where = focusZNm === null ? '' : ` across the focus near ${heightText(focusZNm)}`;
    const count = `${Math.round(ambiguousShare * planeZNm.length)} of ${planeZNm.length} planes`;
    const example = `${heightText(planeZNm[worst.plane]!)} and ${heightText(planeZNm[worst.other]!)} by ${worst.score.toFixed(4)}`;
    reasons.push(`ambiguous${where}: ${count} resemble another, ${example}`);
  }
  const list = (planes: readonly number[]) =>
    `${planes.length} of ${planeZNm.length} planes, the first at ${heightText(planeZNm[planes[0]!]!)},`;
  if (faint.length > 0) reasons.push(`${list(faint)} without contrast`);
  if (broken.length > 0) reasons.push(`${list(broken)} too unlike the next`);
  if (jumps.length > 0) reasons.push(`${list(jumps)} found at another height`);
  return reasons;
}

/** The verdict and its main reasons in one sentence. */
export function describeQuality(
  { score, verdict, usefulRangeNm, biasNm, noiseNm }: Omit<ZLutQuality, 'sentence'>,
  range: UsefulRange,
  zLut: ZLut,
  parts: readonly ScorePart[],
): string {
  const title = `${verdict[0]!.toUpperCase()}${verdict.slice(1)} (${score} of 100)`;
  const reasons = rangeReasons(range, zLut);
  if (!usefulRangeNm) return `${title}: no range of heights can be trusted; ${reasons.join('; ')}.`;
  const numbers = [
    `z from ${heightText(usefulRangeNm[0])} to ${heightText(usefulRangeNm[1])}`,
    ...(biasNm === undefined ? [] : [`error ${distanceText(biasNm)} rms`]),
    ...(noiseNm === undefined ? [] : [`noise ${distanceText(noiseNm)} a frame`]),
  ].join(', ');
  const weakest = parts.toSorted((a, b) => a.points / a.of - b.points / b.of)[0];
  if (reasons.length === 0 && verdict !== 'good' && weakest) reasons.push(`least good: ${weakest.name}`);
  return [`${title}: ${numbers}`, ...reasons].join('; ').concat('.');
}
