import { join } from 'node:path';
import type { MotorPositions } from '#protocol/motor.ts';
import type { RunFacts } from '#recording/run-record.ts';
import { createRunRecorder, type RunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from './kill-child-batch.ts';
import { cellFacts, measuredCells } from './measured-cells.ts';

/** Starts a run in a folder and records `frames` frames of `beads` beads and `cells` cells in batches of `batch` frames. */
export async function recordFrames(
  root: string,
  name: string,
  {
    frames,
    beads,
    batch = 10,
    cells = 0,
    facts = {},
    positions = () => null,
  }: {
    frames: number;
    beads: number;
    batch?: number;
    cells?: number;
    facts?: Partial<RunFacts>;
    /** Where the camera says that motors are. */
    positions?: (frame: number) => MotorPositions | null;
  },
): Promise<RunRecorder> {
  const recorder = await createRunRecorder(
    join(root, name),
    { ...FACTS, ...facts },
    { flushMs: 1e6, syncMs: 1e6 },
  );
  if (cells > 0) recorder.cells.changed(cellFacts(cells));
  for (let first = 0; first < frames; first += batch) {
    const count = Math.min(batch, frames - first);
    const tracked = trackedBatch(first, count, beads);
    const withMotors = tracked.frames.map((frame) => ({ ...frame, positions: positions(frame.id) }));
    recorder.tracked({ ...tracked, frames: withMotors });
    if (cells > 0) recorder.cells.measured(measuredCells(first, count, cells));
    recorder.flush();
  }
  return recorder;
}

/** A run that has ended. */
export async function recordRun(...args: Parameters<typeof recordFrames>): Promise<string> {
  const recorder = await recordFrames(...args);
  await recorder.close();
  return recorder.folder;
}
