import type { CalibrationStatus } from '#protocol/sweep.ts';
import type { ZLutFacts } from '#protocol/z-lut-list.ts';
import type { SweepAsk } from './settings.ts';

/** What is taken where nothing says otherwise. */
const USUAL = { framesPerPlane: 20, bothWays: true, settleMs: 50 };

/**
 * The sweep that makes a bead's Z-LUT anew: as the newest sweep was, or over the planes of the Z-LUT it has.
 * @returns null where there is no focus stage, or nothing says over which range
 */
export function recalibration(
  bead: number,
  { focus, sweep }: Pick<CalibrationStatus, 'focus' | 'sweep'>,
  facts: ZLutFacts | null,
): SweepAsk | null {
  if (!focus) return null;
  if (sweep) {
    const { fromNm, toNm, stepNm, framesPerPlane, bothWays, settleMs } = sweep.settings;
    return { fromNm, toNm, stepNm, framesPerPlane, bothWays, settleMs, assign: false, beads: [bead] };
  }
  if (!facts || facts.planes < 2) return null;
  const fromNm = Math.max(facts.fromNm, focus.fromNm);
  const toNm = Math.min(facts.toNm, focus.toNm);
  const stepNm = (facts.toNm - facts.fromNm) / (facts.planes - 1);
  if (!(toNm - fromNm >= stepNm)) return null;
  return { fromNm, toNm, stepNm, ...USUAL, assign: false, beads: [bead] };
}
