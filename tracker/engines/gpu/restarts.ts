import { SEED_CENTERS, SEED_LOOKUP } from '#stages/likelihood-seeds.ts';
import { type Plan, stageNamed } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';

/**
 * [attempt] Steps by which the fit of a plan starts again where it was wrong; none without a fit, or without a stage
 * whose profiles the height could be looked up from.
 */
export function restartsOf(plan: Plan): Plan[] {
  const profile = plan.findLast(({ stage }) => stageNamed(stage).radii !== undefined);
  if (!planFits(plan) || !profile) return [];
  return SEED_CENTERS.map((center) => {
    const [first, ...others] = [...center, SEED_LOOKUP].map(({ stage, params }) => ({
      stage: stage.name,
      params,
    }));
    return [first!, ...others.slice(0, -1), profile, others.at(-1)!];
  });
}

/** WGSL call of a stage. */
export function callOf(stage: string): string {
  return `${stage.replaceAll('-', '_')}(lane);`;
}

/**
 * WGSL of `seed_again`, which runs the steps of one attempt.
 * @param settings statements that set the constants which are not alike for all calls of these steps' stages
 */
export function composeRestarts(
  restarts: readonly Plan[],
  settings: (steps: Plan) => readonly string[],
): string[] {
  const stages = new Set(restarts.flatMap((steps) => steps.map(({ stage }) => stage)));
  // All attempts take their stages in the same order, so that each has its place in the kernel once.
  const ordered = [...stages].sort((a, b) => placeOf(restarts, a) - placeOf(restarts, b));
  return [
    'fn seed_again(lane: u32, attempt: i32) {',
    ...restarts.flatMap((steps, attempt) => [
      `  if (attempt == ${attempt}) {`,
      ...settings(steps).map((line) => `    ${line}`),
      '  }',
    ]),
    ...ordered.flatMap((stage) => {
      const attempts = [...restarts.keys()].filter((attempt) =>
        restarts[attempt]!.some((step) => step.stage === stage),
      );
      const condition = attempts.map((attempt) => `attempt == ${attempt}`).join(' || ');
      return [`  if (${condition}) {`, '    workgroupBarrier();', `    ${callOf(stage)}`, '  }'];
    }),
    '}',
  ];
}

/** Place of a stage in the attempt that has most of them. */
function placeOf(restarts: readonly Plan[], stage: string): number {
  return Math.max(...restarts.map((steps) => steps.findIndex((step) => step.stage === stage)));
}
