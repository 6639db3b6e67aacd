/** Records until it is killed: `kill-child.ts FOLDER`. Prints the rows on disk whenever that number grows. */
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from './kill-child-batch.ts';

const FRAMES = 2;
const BEADS = 20;

const recorder = await createRunRecorder(process.argv[2]!, FACTS, { flushMs: 5, syncMs: 10 });
let frame = 0;
let reported = 0;

function recordMore(): void {
  // No more than a disk of any speed can take: this child tests the kill, not the overrun.
  if (recorder.stats.rowsWaiting < 2_000) {
    recorder.tracked(trackedBatch(frame, FRAMES, BEADS));
    frame += FRAMES;
  }
  const { rowsWritten } = recorder.stats;
  if (rowsWritten > reported) {
    reported = rowsWritten;
    process.stdout.write(`${rowsWritten} ${frame * BEADS}\n`);
  }
  setImmediate(recordMore);
}

recordMore();
