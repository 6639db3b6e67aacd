// Runs steps of a plan, one after the other, on the bead.
import { Bead, Scratch } from './bead.as';
import { stepBytes, stepParams, stepStage, stepTables } from './constants.as';
import { runStage } from './kernel-stages.as';

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
