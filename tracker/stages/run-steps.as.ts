// Runs steps of a plan, one after the other, on the bead.
import { Bead, floatPixels, Scratch } from './bead.as';
import { stepBytes, stepParams, stepStage, stepTables } from './constants.as';
import { runStage } from './kernel-stages.as';
import { resumeMaximumLikelihood } from './maximum-likelihood.as';

/** Runs the steps whose records lie from one address up to another. */
export function runSteps(step: usize, end: usize): void {
  for (; step < end; step += stepBytes) {
    const floatsBefore = Bead.floats;
    const mark = Scratch.next;
    runStage(
      load<i32>(step + stepStage),
      <usize>load<u32>(step + stepParams),
      <usize>load<u32>(step + stepTables),
    );
    // The f32 copy lasts for the stages after the one that asked for it.
    if (Bead.floats == floatsBefore) Scratch.next = mark;
  }
}

/** Does the work of a step from where the bead was last; false where the steps before it must run. */
export function resumeStep(step: usize): bool {
  // First, so that it lasts.
  floatPixels();
  const mark = Scratch.next;
  const isDone = resumeMaximumLikelihood(<usize>load<u32>(step + stepParams));
  Scratch.next = mark;
  return isDone;
}
