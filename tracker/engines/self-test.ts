import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { Plan } from '#stages/plan.ts';
import type { EngineThread } from './engine-thread.ts';
import { ringExample } from './ring-example.ts';

const BEADS = 2;
const SIZE = 32;
const PLANES = 40;
const WARM_UP_BEADS = 20;
const WARM_UP_FRAMES = 10;
const TOLERANCE_PX = 0.001;
const TOLERANCE_NM = 0.5;

/**
 * Tracks a known example on an engine and on the reference.
 * @param plan what will be tracked with; MagTrack's where it is not known yet
 * @returns null when they agree within 0.001 px and 0.5 nm and lack the same points, else where they differ
 */
export async function selfTest(
  thread: EngineThread,
  reference: EngineThread,
  plan?: Plan,
): Promise<string | null> {
  const { setup, frame } = ringExample(BEADS, SIZE, PLANES, plan);
  const run = async (engine: EngineThread): Promise<TrackTable> => {
    await engine.configure(setup);
    const table = createTrackTable(1, BEADS);
    return (await engine.track([frame.slice().buffer], table.buffer, BEADS, 0)).table;
  };
  const [got, want] = [await run(thread), await run(reference)];
  for (const [column, tolerance] of [
    ['xPx', TOLERANCE_PX],
    ['yPx', TOLERANCE_PX],
    ['zNm', TOLERANCE_NM],
  ] as const) {
    for (let bead = 0; bead < BEADS; bead++) {
      const bothLack = Number.isNaN(got[column][bead]!) && Number.isNaN(want[column][bead]!);
      if (!bothLack && !(Math.abs(got[column][bead]! - want[column][bead]!) <= tolerance)) {
        return `${column} of bead ${bead}: expected ${want[column][bead]}, received ${got[column][bead]}`;
      }
    }
  }
  return null;
}

/** Lets an engine compile its code on an example, so that the first frames of a camera are tracked in time. */
export async function warmUp(thread: EngineThread, plan?: Plan): Promise<void> {
  const { setup, frame } = ringExample(WARM_UP_BEADS, 64, 100, plan);
  await thread.configure(setup);
  for (let turn = 0; turn < WARM_UP_FRAMES; turn++) {
    await thread.track([frame.slice().buffer], createTrackTable(1, WARM_UP_BEADS).buffer, WARM_UP_BEADS, 0);
  }
}
