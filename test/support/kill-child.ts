/**
 * Records until it is killed: `kill-child.ts FOLDER [motors]`, with a motor of which every frame waits for a reading.
 * Whenever rows of tracks on disk grow, prints how many there are, those of cells, and the frames whose fate a reader
 * finds.
 */
import { join } from 'node:path';
import { readFates } from '#recording/read-recording.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from './kill-child-batch.ts';
import { cellFacts, measuredCells } from './measured-cells.ts';

const FRAMES = 2;
const BEADS = 20;
const CELLS = 4;

const [folder, motors] = process.argv.slice(2) as [string, string | undefined];
const positions = motors ? { of: () => ({ magnetMm: 2.5 }), isKnown: () => false } : undefined;
const recorder = await createRunRecorder(folder, FACTS, { flushMs: 5, syncMs: 10, positions });
recorder.cells.changed(cellFacts(CELLS));
let frame = 0;
let reported = 0;

async function recordMore(): Promise<void> {
  // No more than a disk of any speed can take: this child tests the kill, not the overrun.
  if (recorder.stats.rowsWaiting < 2_000) {
    recorder.tracked(trackedBatch(frame, FRAMES, BEADS));
    recorder.cells.measured(measuredCells(frame, FRAMES, CELLS));
    frame += FRAMES;
  }
  const { rowsWritten, cells } = recorder.stats;
  if (rowsWritten > reported) {
    reported = rowsWritten;
    process.stdout.write(`${rowsWritten} ${cells.rowsWritten} ${await fatesOnDisk()}\n`);
  }
  setImmediate(recordMore);
}

async function fatesOnDisk(): Promise<number> {
  let frames = 0;
  for await (const { lastFrame } of readFates(join(folder, 'frames.arrows'))) frames = lastFrame + 1;
  return frames;
}

await recordMore();
