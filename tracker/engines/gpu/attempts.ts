import { SEED_CENTERS, SEED_LOOKUP } from '#stages/likelihood-seeds.ts';
import { type Plan, stageNamed } from '#stages/plan.ts';

/** A plan around its last fit, which itself runs the stages that find where it starts. */
export interface FitAttempts {
  /** The steps from the fit on; the whole plan when it does not fit. */
  steps: Plan;
  /**
   * [attempt] Steps that find where the fit starts: those before it in the plan, then those by which it starts again
   * where it was wrong, if a stage makes profiles that the height can be looked up from. None without a fit.
   */
  seeds: Plan[];
}

export function fitAttempts(plan: Plan): FitAttempts {
  const fits = plan.map(({ stage }) => stageNamed(stage).writes.includes('sigma'));
  const fit = fits.lastIndexOf(true);
  if (fit < 0) return { steps: plan, seeds: [] };
  // An earlier fit would start the same one.
  const before = plan.slice(0, fit).filter((_, step) => !fits[step]);
  const profile = plan.findLast(({ stage }) => stageNamed(stage).radii !== undefined);
  const again = profile
    ? SEED_CENTERS.map((center) => [...center.map(planStep), profile, planStep(SEED_LOOKUP)])
    : [];
  return { steps: plan.slice(fit), seeds: [before, ...again] };
}

function planStep({ stage, params }: typeof SEED_LOOKUP): Plan[number] {
  return { stage: stage.name, params };
}

/** WGSL call of a stage. */
export function callOf(stage: string): string {
  return `${stage.replaceAll('-', '_')}(lane);`;
}

/**
 * WGSL of `find_seed`, which runs the steps of one attempt; each stage has its place in it once, if it can.
 * @param settings statements that set the numbers of these steps that are not alike in all attempts
 */
export function composeSeeds(seeds: readonly Plan[], settings: (steps: Plan) => readonly string[]): string[] {
  const stages = seeds.map((steps) => steps.map(({ stage }) => stage)).reduce(merge);
  const done = seeds.map(() => 0);
  return [
    'fn find_seed(lane: u32, attempt: i32) {',
    ...seeds.flatMap((steps, attempt) => [
      `  if (attempt == ${attempt}) {`,
      ...settings(steps).map((line) => `    ${line}`),
      '  }',
    ]),
    ...stages.flatMap((stage) => {
      const attempts = [...seeds.keys()].filter(
        (attempt) => seeds[attempt]![done[attempt]!]?.stage === stage,
      );
      for (const attempt of attempts) done[attempt]!++;
      const call = ['workgroupBarrier();', callOf(stage)];
      if (attempts.length === seeds.length) return call.map((line) => `  ${line}`);
      const condition = attempts.map((attempt) => `attempt == ${attempt}`).join(' || ');
      return [`  if (${condition}) {`, ...call.map((line) => `    ${line}`), '  }'];
    }),
    '}',
  ];
}

/** Shortest sequence that has both of these in their order. */
function merge(one: readonly string[], other: readonly string[]): string[] {
  const [first, ...rest] = one;
  const [otherFirst, ...otherRest] = other;
  if (first === undefined || otherFirst === undefined) return [...one, ...other];
  if (first === otherFirst) return [first, ...merge(rest, otherRest)];
  const [before, after] = [
    [first, ...merge(rest, other)],
    [otherFirst, ...merge(one, otherRest)],
  ];
  return before.length <= after.length ? before : after;
}
