/** Records until it is killed: `kill-child.ts FOLDER`. Prints the rows of tracks and cells on disk whenever they grow. */
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from './kill-child-batch.ts';
import { cellFacts, measuredCells } from './measured-cells.ts';

const FRAMES = 2;
const BEADS = 20;
const CELLS = 4;

const recorder = await createRunRecorder(process.argv[2]!, FACTS, { flushMs: 5, syncMs: 10 });
recorder.cells.changed(cellFacts(CELLS));
let frame = 0;
let reported = 0;

function recordMore(): void {
  // No more than a disk of any speed can take: this child tests the kill, not the overrun.
  if (recorder.stats.rowsWaiting < 2_000) {
    recorder.tracked(trackedBatch(frame, FRAMES, BEADS));
    recorder.cells.measured(measuredCells(frame, FRAMES, CELLS));
    frame += FRAMES;
  }
  const { rowsWritten, cells } = recorder.stats;
  if (rowsWritten > reported) {
    reported = rowsWritten;
    process.stdout.write(`${rowsWritten} ${cells.rowsWritten}\n`);
  }
  setImmediate(recordMore);
}

recordMore();
