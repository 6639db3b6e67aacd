import { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from '#protocol/roi.ts';
import type { ProfileMethod } from '#protocol/z-lut.ts';
import type { ArrayName, Stage } from './define.ts';
import { STAGES } from './index.ts';

/** One step of a plan: a stage by name, with every parameter given. */
interface PlanStep {
  stage: string;
  params: Record<string, unknown>;
}

/** Stages in the order they run; checked, structured-cloneable, safe to write into a recording. */
export type Plan = PlanStep[];

/** The stage of this name. */
export function stageNamed(name: string): Stage {
  const stage = STAGES.find((candidate) => candidate.name === name);
  if (!stage) {
    throw new ConfigError({
      where: `pipeline stage '${name}'`,
      expected: `one of ${STAGES.map((known) => known.name).join(', ')}`,
      received: `'${name}'`,
    });
  }
  return stage;
}

/**
 * Checks stage names, parameters and order, and fills in the defaults.
 * @throws {ConfigError} naming the step, e.g. `pipeline[0]: 'radial-profile' reads 'center', which no earlier stage writes`
 */
export function parsePlan(steps: { stage: string; params?: Record<string, unknown> }[]): Plan {
  const written = new Set<ArrayName>();
  return steps.map(({ stage: name, params = {} }, index) => {
    const stage = stageNamed(name);
    for (const array of stage.reads) {
      if (!written.has(array)) {
        throw new ConfigError({
          where: `pipeline[${index}]`,
          expected: `'${array}' written by an earlier stage, since '${name}' reads it`,
          received:
            index === 0
              ? 'no earlier stage'
              : steps
                  .slice(0, index)
                  .map((step) => step.stage)
                  .join(', '),
        });
      }
    }
    for (const array of stage.writes) written.add(array);
    const parsed = z.strictObject(stage.params.shape).safeParse(params);
    if (!parsed.success) {
      const where = `pipeline[${index}].${name}`;
      const received = z.prettifyError(parsed.error);
      throw new ConfigError({ where, expected: 'parameters of this stage', received }, parsed.error);
    }
    return { stage: name, params: parsed.data };
  });
}

/** Radii of the profiles a plan makes for an ROI of this size; 0 when it makes none. */
export function planRadii(plan: Plan, roiSize: number): number {
  let radii = 0;
  for (const { stage: name, params } of plan) radii = stageNamed(name).radii?.(params, roiSize) ?? radii;
  return radii;
}

/** How a plan makes its profiles for an ROI of this size, and how many radii they have; null when it makes none. */
export function planMethod(plan: Plan, roiSize: number): (ProfileMethod & { radii: number }) | null {
  const step = plan.findLast(({ stage }) => stageNamed(stage).radii !== undefined);
  if (!step) return null;
  const params = stageNamed(step.stage).method?.(step.params) ?? step.params;
  return { stage: step.stage, params: { ...params }, roiSize, radii: planRadii(plan, roiSize) };
}

/** Smallest even ROI size whose profiles have so many radii: what a Z-LUT was built with. */
export function roiSizeForRadii(plan: Plan, radii: number): number | undefined {
  for (let size = MIN_ROI_SIZE; size <= MAX_ROI_SIZE; size += 2) {
    if (planRadii(plan, size) === radii) return size;
  }
  return undefined;
}

/** Center of mass, auto-convolution, five multi-line sub-pixel auto-convolutions, radial profile, Z-LUT lookup. */
export const MAGTRACK_PLAN = [
  { stage: 'center-of-mass' },
  { stage: 'auto-conv' },
  { stage: 'auto-conv-multiline-sub-pixel' },
  { stage: 'radial-profile' },
  { stage: 'lookup-z' },
];
