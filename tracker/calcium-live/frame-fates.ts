import type { MeasuredCells } from '#sinks/cell-sink.ts';
import type { FrameToMeasure } from './calcium-host.ts';
import type { MeasuredReply } from './calcium-messages.ts';
import { measuredCells } from './measured-cells.ts';

/** A frame with the thread, and the cells that are measured in it. */
interface WaitingFrame {
  frame: FrameToMeasure;
  cells: Uint16Array;
}

/** Frames that were not measured, one number after the other. */
interface SkippedRun {
  firstFrame: number;
  lastFrame: number;
}

export interface FrameFatesOptions {
  release(room: FrameToMeasure['room']): void;
  onMeasured(batch: MeasuredCells): void;
  onSkipped(firstFrame: number, lastFrame: number): void;
}

/**
 * What becomes of frames, told in frame order: a frame that is skipped at once is told of when those before it are
 * measured, together with its neighbors. A room is released as soon as nobody reads it.
 */
export class FrameFates {
  readonly #options: FrameFatesOptions;
  #queue: (WaitingFrame | SkippedRun)[] = [];

  measured = 0;
  skipped = 0;
  /** Frames with the thread. */
  waiting = 0;

  constructor(options: FrameFatesOptions) {
    this.#options = options;
  }

  wait(frame: FrameToMeasure, cells: Uint16Array): void {
    this.#queue.push({ frame, cells });
    this.waiting++;
  }

  skip({ id, room }: FrameToMeasure): void {
    this.#options.release(room);
    this.#noteSkipped(id);
    this.#tellSkipped();
  }

  /** The next frames with the thread are measured. */
  settle(reply: MeasuredReply): void {
    const frames = reply.measuredNs.length;
    let row = 0;
    while (row < frames) {
      this.#tellSkipped();
      const part = this.#takeWaiting(frames - row);
      for (const { frame } of part) this.#options.release(frame.room);
      this.measured += part.length;
      const metas = part.map(({ frame }) => frame);
      this.#options.onMeasured(measuredCells(reply, row, metas, part[0]!.cells));
      row += part.length;
    }
    this.#tellSkipped();
  }

  /** The next frames with the thread will not be measured: so many, or all. */
  giveUp(frames = this.waiting): void {
    let left = frames;
    const queue = this.#queue;
    this.#queue = [];
    for (const entry of queue) {
      if (!('frame' in entry)) this.#append(entry);
      else if (left === 0) this.#queue.push(entry);
      else {
        left--;
        this.waiting--;
        this.#options.release(entry.frame.room);
        this.#noteSkipped(entry.frame.id);
      }
    }
    this.#tellSkipped();
  }

  /** The first frames with the thread, as far as none between them was skipped. */
  #takeWaiting(most: number): WaitingFrame[] {
    const part: WaitingFrame[] = [];
    for (const entry of this.#queue) {
      if (!('frame' in entry) || part.length === most) break;
      part.push(entry);
    }
    this.#queue.splice(0, part.length);
    this.waiting -= part.length;
    return part;
  }

  #noteSkipped(id: number): void {
    this.skipped++;
    this.#append({ firstFrame: id, lastFrame: id });
  }

  #append(run: SkippedRun): void {
    const last = this.#queue.at(-1);
    if (last && !('frame' in last) && last.lastFrame + 1 === run.firstFrame) last.lastFrame = run.lastFrame;
    else this.#queue.push(run);
  }

  /** Tells of skipped frames that nothing before them is to be told of. */
  #tellSkipped(): void {
    for (let first = this.#queue[0]; first && !('frame' in first); first = this.#queue[0]) {
      this.#queue.shift();
      this.#options.onSkipped(first.firstFrame, first.lastFrame);
    }
  }
}
