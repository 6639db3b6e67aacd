import type { CellFacts } from '#recording/cell-record.ts';
import type { RunRecorder } from '#recording/run-recorder.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

/** Waited for the cells of frames that a recording ends with: a thread that hangs must not keep it open. */
const LONGEST_WAIT_MS = 2000;

const LOOK_EVERY_MS = 10;

interface Ending {
  recorder: RunRecorder;
  lastFrame: number;
}

/**
 * Hands cells to the recording of their frames. Beads and cells are measured side by side: the tracks of a frame may be
 * there before its cells, so that a recording that ended still gets the cells of its last frames. Cells that are there
 * before the tracks go to the recording of that moment: those of a few frames may lie in the one before, none in none.
 */
export class CellRecordings {
  readonly #current: () => RunRecorder | null;
  readonly #underWay: () => number;
  #facts: CellFacts | null = null;
  /** The recording that knows what cells are measured with. */
  #told: RunRecorder | null = null;
  /** In the order of their last frames. */
  #endings: Ending[] = [];
  #settledTo = -1;

  /** @param underWay frames that are being measured or wait to be */
  constructor(current: () => RunRecorder | null, underWay: () => number) {
    this.#current = current;
    this.#underWay = underWay;
  }

  changed(facts: CellFacts): void {
    this.#facts = facts;
    this.#told?.cells.changed(facts);
  }

  measured(batch: MeasuredCells): void {
    const { frames } = batch;
    if (frames.length === 0) return;
    let from = 0;
    for (const { recorder, lastFrame } of this.#endings) {
      const later = frames.findIndex(({ id }) => id > lastFrame);
      const to = later < 0 ? frames.length : later;
      recorder.cells.measured(batch, from, to);
      from = Math.max(from, to);
    }
    if (from < frames.length) this.#tell()?.cells.measured(batch, from);
    this.#settledTo = frames.at(-1)!.id;
  }

  skipped(firstFrame: number, lastFrame: number): void {
    let first = firstFrame;
    for (const ending of this.#endings) {
      const last = Math.min(lastFrame, ending.lastFrame);
      ending.recorder.cells.skipped(first, last);
      first = Math.max(first, last + 1);
    }
    if (first <= lastFrame) this.#tell()?.cells.skipped(first, lastFrame);
    this.#settledTo = Math.max(this.#settledTo, lastFrame);
  }

  /** A recording has ended with this frame: kept once its cells are there, too. */
  async ended(recorder: RunRecorder, lastFrame: number): Promise<void> {
    const isDone = () => this.#settledTo >= lastFrame || this.#underWay() === 0;
    if (isDone()) return;
    const ending = { recorder, lastFrame };
    this.#endings.push(ending);
    const until = performance.now() + LONGEST_WAIT_MS;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (!isDone() && performance.now() < until) return;
        clearInterval(timer);
        resolve();
      }, LOOK_EVERY_MS);
    });
    this.#endings = this.#endings.filter((one) => one !== ending);
  }

  /** The recording of the frames that come, which knows what they are measured with. */
  #tell(): RunRecorder | null {
    const recorder = this.#current();
    if (recorder && recorder !== this.#told && this.#facts) recorder.cells.changed(this.#facts);
    this.#told = recorder;
    return recorder;
  }
}
