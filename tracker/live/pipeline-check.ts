import { z } from 'zod';
import { ConfigError, ZLutError } from '#protocol/errors.ts';
import type { PlanProblem, UnfitZLut } from '#protocol/pipeline-message.ts';
import type { Roi } from '#protocol/roi.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { type Plan, parsePlan, planMethod, stageNamed } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';

/** Steps that somebody proposes. */
export type ProposedSteps = readonly { stage: string; params: Record<string, unknown> }[];

/** Why steps are no plan, step by step, up to one that cannot run where it is; none when `parsePlan` takes them. */
export function planProblems(steps: ProposedSteps): PlanProblem[] {
  if (steps.length === 0) return [{ step: -1, param: null, message: 'a plan has at least one stage' }];
  const problems: PlanProblem[] = [];
  const told = new Set<string>();
  for (const [at, { stage, params }] of steps.entries()) {
    // With the defaults of those before it, so that only what is new with this step is told of it.
    const before = steps.slice(0, at).map((step) => ({ stage: step.stage }));
    try {
      parsePlan([...before, { stage, params }]);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      if (told.has(cause.message)) continue;
      told.add(cause.message);
      problems.push(...problemsOf(cause, at));
    }
    const twin = steps.slice(0, at).find((step) => step.stage === stage);
    // Its numbers are constants of a kernel, by name.
    if (twin && !sameParams(twin, { stage, params })) {
      const message = `'${stage}' is there twice; both need the same parameters`;
      problems.push({ step: at, param: null, message });
    }
  }
  return problems;
}

/** Beads whose Z-LUTs a plan cannot use. */
export function unfitZLuts(
  plan: Plan,
  rois: readonly Pick<Roi, 'bead' | 'size'>[],
  zLutOf: (bead: number) => ZLut | null,
): UnfitZLut[] {
  return rois.flatMap(({ bead, size }) => {
    const zLut = zLutOf(bead);
    const why = zLut && whyUnfit(plan, bead, size, zLut);
    return zLut && why ? [{ bead, zLut: zLut.name, why }] : [];
  });
}

/** Why a plan cannot use a Z-LUT for ROIs of this size; null where it can. */
export function whyUnfit(plan: Plan, bead: number, roiSize: number, zLut: ZLut): string | null {
  try {
    assertZLutFits(zLut, bead, planMethod(plan, roiSize));
    assertHasModel(plan, zLut, bead);
    return null;
  } catch (cause) {
    if (!(cause instanceof ZLutError)) throw cause;
    return cause.message;
  }
}

/** Whether a plan finds z of beads that have a Z-LUT. */
export function findsZ(plan: Plan): boolean {
  return plan.some(({ stage }) => stageNamed(stage).writes.includes('zNm'));
}

function problemsOf({ cause, message }: ConfigError, step: number): PlanProblem[] {
  if (!(cause instanceof z.ZodError)) return [{ step, param: null, message }];
  return cause.issues.map((issue) => {
    const [param] = issue.path;
    return { step, param: param === undefined ? null : String(param), message: issue.message };
  });
}

function sameParams(...steps: [ProposedSteps[number], ProposedSteps[number]]): boolean {
  const [one, other] = steps.map((step) => {
    const parsed = stageNamed(step.stage).params.safeParse(step.params);
    return parsed.success ? JSON.stringify(parsed.data) : '';
  });
  return one === other;
}
