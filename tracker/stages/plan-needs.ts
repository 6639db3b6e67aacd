import { ZLutError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, stageNamed } from './plan.ts';

/** Whether a Z-LUT must hold a model of the bead for this plan. */
export function needsModel(plan: Plan): boolean {
  return plan.some(({ stage }) => stageNamed(stage).needsModel);
}

/** @throws {ZLutError} if the plan needs a model that the Z-LUT does not hold. */
export function assertHasModel(plan: Plan, zLut: ZLut, bead: number): void {
  if (zLut.model || !needsModel(plan)) return;
  throw new ZLutError({
    where: `bead ${bead} Z-LUT ${zLut.name}`,
    expected: 'a Z-LUT that holds a model of the bead, as the pipeline needs',
    received: 'profiles alone',
    remedy: 'build it again with zlut build --model',
  });
}

/** Whether a plan says how far off its numbers may be: its tables then have the columns of a fit. */
export function planFits(plan: Plan): boolean {
  return plan.some(({ stage }) => stageNamed(stage).writes.includes('sigma'));
}

/** Step of a plan that may do without those before it, from where a bead was last: its last fit; -1 without one. */
export function warmStep(plan: Plan): number {
  const last = plan.findLastIndex(({ stage }) => stageNamed(stage).writes.includes('sigma'));
  const step = plan[last];
  return step?.params.warmStart === true && stageNamed(step.stage).resume ? last : -1;
}
