import { nowNs } from '#protocol/clock.ts';
import { type FateCounts, noFates } from '#protocol/frame-fate.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import type { FrameGap, TrackedFrame } from '#sinks/track-sink.ts';
import type { AppendFile } from './append-file.ts';
import type { BatchEncoder } from './batch-encoder.ts';
import { FateBlock, type FateRow } from './fate-block.ts';
import type { WaitingFates } from './waiting-fates.ts';

/** Where motors were, and the rows that wait for it. */
export interface AwaitedPositions {
  source: PositionSource;
  waiting: WaitingFates;
}

/** Writes what became of every frame: a row for a tracked frame, a row for a whole gap. */
export class FateLog {
  readonly file: AppendFile;
  readonly #encoder: BatchEncoder;
  readonly #isFull: () => boolean;
  readonly #block = new FateBlock();
  readonly #counts = noFates();
  readonly #awaited: AwaitedPositions | undefined;
  /** Frames in frame order whose rows wait for where motors were, and gaps among them. */
  #waiting: (TrackedFrame | FrameGap)[] = [];
  /** Of those, the first so many are on their way to the disk with what is known. */
  #secured = 0;
  /** Rows that were handed to the file. */
  #rows = 0;
  /** Frames in a row that the recorder lost and that have no row yet. */
  #hole: FrameGap | null = null;

  /** @param isFull whether too much waits for the disk to add rows */
  constructor(file: AppendFile, encoder: BatchEncoder, isFull: () => boolean, awaited?: AwaitedPositions) {
    this.file = file;
    this.#encoder = encoder;
    this.#isFull = isFull;
    this.#awaited = awaited;
  }

  /** Frames so far by fate. */
  get counts(): FateCounts {
    return { ...this.#counts };
  }

  tracked(frames: readonly TrackedFrame[]): void {
    this.endHole();
    this.#waiting.push(...frames);
    this.#counts.tracked += frames.length;
  }

  /** Frames whose tracks the recorder could not take. */
  lost(frames: readonly TrackedFrame[]): void {
    for (const { id, trackedNs } of frames) {
      this.#extendHole({ firstFrame: id, lastFrame: id, fate: 'recorder-overrun', atNs: trackedNs });
    }
    this.#counts['recorder-overrun'] += frames.length;
  }

  gap(gap: FrameGap): void {
    if (this.#isFull()) this.#extendHole(gap);
    else this.#addGap(gap);
    const frames = gap.lastFrame - gap.firstFrame + 1;
    this.#counts[gap.fate] += frames;
    if (gap.was) this.#counts[gap.was] -= frames;
  }

  endHole(): void {
    if (this.#hole) this.#addGap(this.#hole);
    this.#hole = null;
  }

  /** Hands the rows to the file, as far as all is known of their frames; at the end all of them. */
  flush({ isLast = false } = {}): void {
    this.#takeKnown(isLast);
    const { rows } = this.#block;
    if (rows > 0) {
      this.file.push(this.#encoder.encode(this.#block.toArrow(), rows), rows);
      this.#block.clear();
      this.#rows += rows;
      this.#secured = Math.max(0, this.#secured - rows);
    }
    if (!isLast) this.#secureWaiting();
  }

  syncWaiting(): void {
    this.#awaited?.waiting.sync();
  }

  /** Behind the file: what waited is in it, or is kept beside it. */
  async closeWaiting({ isAllWritten }: { isAllWritten: boolean }): Promise<void> {
    await this.#awaited?.waiting.close();
    if (isAllWritten) await this.#awaited?.waiting.remove();
  }

  /** A hole ends where frames are missing, unless there is no room for another row: then it spans them too. */
  #extendHole({ firstFrame, lastFrame, atNs }: FrameGap): void {
    const hole = this.#hole;
    if (hole && (firstFrame === hole.lastFrame + 1 || this.#isFull())) {
      hole.firstFrame = Math.min(hole.firstFrame, firstFrame);
      hole.lastFrame = Math.max(hole.lastFrame, lastFrame);
      return;
    }
    this.endHole();
    this.#hole = { firstFrame, lastFrame, fate: 'recorder-overrun', atNs };
  }

  #addGap(gap: FrameGap): void {
    this.#waiting.push(gap);
  }

  #takeKnown(all: boolean): void {
    const source = this.#awaited?.source;
    const now = nowNs();
    const isUnknown = (row: TrackedFrame | FrameGap) => 'id' in row && !source?.isKnown(row, now);
    const first = all || !source ? -1 : this.#waiting.findIndex(isUnknown);
    for (const row of this.#waiting.splice(0, first < 0 ? this.#waiting.length : first)) {
      this.#block.add(this.#rowOf(row));
    }
  }

  /** Has the disk what is known of the rows that wait, unless it is behind: then with a later flush. */
  #secureWaiting(): void {
    const { waiting } = this.#awaited ?? {};
    waiting?.pump();
    if (!waiting || waiting.isBehind || this.#secured === this.#waiting.length) return;
    const rows = this.#waiting.slice(this.#secured).map((row) => this.#rowOf(row));
    waiting.add(rows, this.#rows + this.#secured, this.file.writtenRows);
    this.#secured = this.#waiting.length;
  }

  #rowOf(row: TrackedFrame | FrameGap): FateRow {
    if ('id' in row) {
      const { id: frame, timeNs, receivedNs, submittedNs, trackedNs } = row;
      const times = { timeNs, receivedNs, submittedNs, trackedNs };
      const positions = this.#awaited?.source.of(row) ?? row.positions;
      return { frame, lastFrame: frame, ...times, fate: 'tracked', ...positions };
    }
    const { firstFrame: frame, lastFrame, fate, atNs } = row;
    const times = { timeNs: null, receivedNs: atNs, submittedNs: null, trackedNs: null };
    return { frame, lastFrame, ...times, fate };
  }
}
