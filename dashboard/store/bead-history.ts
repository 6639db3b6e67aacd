import { computed, signal } from '@preact/signals';
import type { PlacedRoi } from '#protocol/place-beads.ts';
import type { Roi } from '#protocol/roi.ts';

/** One thing a person did to the beads. */
export interface BeadStep {
  /** What was done, to be read behind "Undo". */
  label: string;
  /** The ROIs it changed or removed, as they were. */
  before: readonly Roi[];
  /** The ROIs it changed or added, as they became. */
  after: readonly Roi[];
  /** Steps in a row with the same key are undone together; none is when left out. */
  joins?: string;
}

/** What undoes or redoes a step. */
export interface BeadChange {
  remove: number[];
  place: PlacedRoi[];
}

const MOST_STEPS = 100;

/** What was done to the beads and can be undone, or was undone and can be done again. */
export function createBeadHistory() {
  const done = signal<readonly BeadStep[]>([]);
  const undone = signal<readonly BeadStep[]>([]);
  return {
    /** The step that `takeBack` would take, or null. */
    nextUndo: computed(() => done.value.at(-1)?.label ?? null),
    nextRedo: computed(() => undone.value.at(-1)?.label ?? null),
    /** Notes what was done; what had been undone cannot be done again. */
    note(step: BeadStep): void {
      undone.value = [];
      const last = done.value.at(-1);
      if (last && step.joins !== undefined && last.joins === step.joins) {
        done.value = [...done.value.slice(0, -1), { ...step, before: last.before }];
      } else done.value = [...done.value, step].slice(-MOST_STEPS);
    },
    /** Undoes the last step by `apply`, which tells whether it was done; otherwise the step stays. */
    takeBack: (apply: (step: BeadStep) => Promise<boolean>) => shift(done, undone, apply),
    /** Does again what was undone last. */
    bringBack: (apply: (step: BeadStep) => Promise<boolean>) => shift(undone, done, apply),
  };

  async function shift(
    from: typeof done,
    to: typeof done,
    apply: (step: BeadStep) => Promise<boolean>,
  ): Promise<void> {
    const step = from.value.at(-1);
    if (!step) return;
    if (!(await apply(step))) return;
    from.value = from.value.filter((other) => other !== step);
    to.value = [...to.value, step];
  }
}

/**
 * What leads from some ROIs to others, as far as the beads are still there: somebody else may have removed some, and
 * these stay removed.
 */
export function changeBetween(
  from: readonly Roi[],
  to: readonly Roi[],
  isThere: (bead: number) => boolean,
): BeadChange {
  const before = new Set(from.map(({ bead }) => bead));
  const after = new Set(to.map(({ bead }) => bead));
  return {
    remove: [...before].filter((bead) => !after.has(bead) && isThere(bead)),
    place: to.filter(({ bead }) => !before.has(bead) || isThere(bead)).map(placedRoi),
  };
}

/** An ROI as a request holds it. */
export function placedRoi({ bead, left, top, size, follow }: Roi): PlacedRoi {
  return { bead, left, top, size, ...(follow === undefined ? {} : { follow }) };
}
