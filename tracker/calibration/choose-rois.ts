import { RoiError, ZLutError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { type Plan, planMethod } from '#stages/plan.ts';

/**
 * ROIs of the beads a sweep is to take.
 * @param beads all when left out
 * @throws {RoiError} when one is not there, or none is
 * @throws {ZLutError} when the pipeline makes no profiles
 */
export function chooseRois(
  rois: readonly Roi[],
  beads: readonly number[] | undefined,
  plan: Plan,
): readonly Roi[] {
  const where = 'focal sweep';
  const chosen = beads?.map((bead) => {
    const roi = rois.find((candidate) => candidate.bead === bead);
    if (roi) return roi;
    const expected = `one of the beads ${rois.map((known) => known.bead).join(', ')}`;
    throw new RoiError({ where, expected, received: `${bead}` });
  });
  const list = chosen ?? rois;
  if (list.length === 0) throw new RoiError({ where, expected: 'at least one bead', received: 'none' });
  if (planMethod(plan, list[0]!.size)) return list;
  const received = plan.map(({ stage }) => stage).join(', ');
  throw new ZLutError({ where, expected: 'a pipeline that makes radial profiles', received });
}
