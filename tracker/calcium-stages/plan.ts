import { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';
import type { CalciumStage, CellArray } from './define.ts';
import { CALCIUM_STAGES } from './index.ts';

/** One step of the calcium traces, with every parameter given; structured-cloneable. */
export interface CellStep {
  stage: string;
  params: Record<string, unknown>;
}

/** The stage of this name. */
export function calciumStageNamed(name: string): CalciumStage {
  const stage = CALCIUM_STAGES.find((candidate) => candidate.name === name);
  if (!stage) {
    throw new ConfigError({
      where: `calcium stage '${name}'`,
      expected: `one of ${CALCIUM_STAGES.map((known) => known.name).join(', ')}`,
      received: `'${name}'`,
    });
  }
  return stage;
}

/**
 * Checks stage names, parameters and order, and fills in the defaults.
 * @throws {ConfigError} naming the step, e.g. `calcium.stages[0]: expected 'counts' written by an earlier stage`
 */
export function parseCellPlan(
  steps: readonly { stage: string; params?: Record<string, unknown> }[],
): CellStep[] {
  const written = new Set<CellArray>();
  return steps.map(({ stage: name, params = {} }, index) => {
    const where = `calcium.stages[${index}]`;
    const stage = calciumStageNamed(name);
    const earlier = steps.slice(0, index).map((step) => step.stage);
    if (earlier.includes(name)) {
      throw new ConfigError({ where, expected: 'each stage once', received: `'${name}' again` });
    }
    const missing = stage.reads.find((array) => !written.has(array));
    if (missing) {
      throw new ConfigError({
        where,
        expected: `'${missing}' written by an earlier stage, since '${name}' reads it`,
        received: earlier.join(', ') || 'no earlier stage',
      });
    }
    for (const array of stage.writes) written.add(array);
    const parsed = z.strictObject(stage.params.shape).safeParse(params);
    if (!parsed.success) {
      const received = z.prettifyError(parsed.error);
      throw new ConfigError(
        { where: `${where}.${name}`, expected: 'parameters of this stage', received },
        parsed.error,
      );
    }
    return { stage: name, params: parsed.data };
  });
}

/** All that cells tell, each stage with its defaults. */
export const DEFAULT_CELL_PLAN = CALCIUM_STAGES.map(({ name }) => ({ stage: name }));
