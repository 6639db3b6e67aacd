import type { DescribedStep } from '#protocol/pipeline-message.ts';

/** How a step differs from the plan that runs. */
export interface StepChange {
  isNew: boolean;
  /** Whether it runs at another place among the stages that both plans have. */
  isMoved: boolean;
  /** The values that run, of the parameters that differ. */
  before: ReadonlyMap<string, DescribedStep['params'][string]>;
}

export interface PlanChanges {
  isSame: boolean;
  /** [step] of the draft */
  steps: StepChange[];
  /** Stages that run and are not in the draft. */
  removed: string[];
}

/** What a draft would change of the plan that runs. */
export function changesOf(draft: readonly DescribedStep[], running: readonly DescribedStep[]): PlanChanges {
  const runningOf = pairs(draft, running);
  const kept = running.filter((step) => runningOf.includes(step));
  const order = runningOf.filter((step) => step !== null);
  const steps = draft.map((step, at) => {
    const twin = runningOf[at]!;
    if (twin === null) return { isNew: true, isMoved: false, before: new Map() };
    const differing = Object.entries(twin.params).filter(([name, value]) => step.params[name] !== value);
    return { isNew: false, isMoved: order.indexOf(twin) !== kept.indexOf(twin), before: new Map(differing) };
  });
  const removed = running.filter((step) => !kept.includes(step)).map(({ stage }) => stage);
  const isSame =
    removed.length === 0 &&
    steps.every(({ isNew, isMoved, before }) => !isNew && !isMoved && before.size === 0);
  return { isSame, steps, removed };
}

/** [step] the running step of the same stage, the first with the first; null where there is none. */
function pairs(draft: readonly DescribedStep[], running: readonly DescribedStep[]): (DescribedStep | null)[] {
  const free = [...running];
  return draft.map(({ stage }) => {
    const at = free.findIndex((step) => step.stage === stage);
    return at < 0 ? null : free.splice(at, 1)[0]!;
  });
}
