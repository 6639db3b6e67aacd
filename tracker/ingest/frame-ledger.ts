import { type FateCounts, type FrameFate, noFates } from '#protocol/frame-fate.ts';
import type { FrameGap } from '#sinks/track-sink.ts';

/** Counts of frames by fate, with what is still on its way. */
export interface LedgerTotals extends FateCounts {
  /** Frames the camera numbered since the run began. */
  offered: number;
  /** Frames received whose tracks are not there yet. */
  'in-flight': number;
}

/** Frames whose fate is known or pending; equals `offered` unless a frame was forgotten. Overruns were tracked, too. */
export function accountedFrames(totals: LedgerTotals): number {
  const { offered: _, 'recorder-overrun': __, ...counted } = totals;
  return Object.values(counted).reduce((sum, count) => sum + count, 0);
}

/**
 * The fate of every frame of a run: each number the camera used is counted once, also those that never arrived.
 *
 * A camera that comes back may start counting from zero again: its numbers are then continued from the last one,
 * so that frame numbers of a run never repeat.
 */
export class FrameLedger {
  readonly #fates = noFates();
  readonly #onGap: (gap: FrameGap) => void;
  #offered = 0;
  #inFlight = 0;
  #lastFrame = -1;
  /** Added to the camera's number to give the run's. */
  #offset = 0;
  #linkIsNew = false;
  #adapterDropped = 0;

  /** @param onGap told of every range of frames that has no tracks */
  constructor(onGap: (gap: FrameGap) => void) {
    this.#onGap = onGap;
  }

  /** A camera said hello: its numbers and its count of drops start anew. */
  linkOpened(): void {
    this.#linkIsNew = true;
    this.#adapterDropped = 0;
  }

  /**
   * Counts a frame that arrived and everything missing before it.
   * @param id the camera's frame number
   * @param adapterDropped frames the adapter says it dropped since its hello
   * @returns the run's frame number, or -1 for a number that was there before
   */
  received(id: number, adapterDropped: number, atNs: bigint): number {
    const firstOfRun = this.#lastFrame < 0;
    if (this.#linkIsNew && id + this.#offset <= this.#lastFrame) this.#offset = this.#lastFrame + 1 - id;
    if (firstOfRun) this.#lastFrame = id - 1;
    const frame = id + this.#offset;
    if (frame <= this.#lastFrame) return -1;

    const newlyDropped = Math.max(0, adapterDropped - this.#adapterDropped);
    this.#adapterDropped = Math.max(adapterDropped, this.#adapterDropped);
    const missing = frame - this.#lastFrame - 1;
    const byAdapter = Math.min(missing, newlyDropped);
    const otherwise: FrameFate = this.#linkIsNew && !firstOfRun ? 'camera-away' : 'dropped-link';
    this.#gap(this.#lastFrame + 1, missing - byAdapter, otherwise, atNs);
    this.#gap(frame - byAdapter, byAdapter, 'dropped-adapter', atNs);
    this.#linkIsNew = false;
    this.#lastFrame = frame;
    this.#offered++;
    this.#inFlight++;
    return frame;
  }

  /** The adapter ended: frames it dropped after its last one are counted too. */
  linkClosed(adapterDropped: number, atNs: bigint): void {
    const count = Math.max(0, adapterDropped - this.#adapterDropped);
    this.#adapterDropped = Math.max(adapterDropped, this.#adapterDropped);
    this.#gap(this.#lastFrame + 1, count, 'dropped-adapter', atNs);
    this.#lastFrame += count;
  }

  /** A frame whose number could not be read. */
  refusedUnnumbered(): void {
    this.#offered++;
    this.#fates.refused++;
  }

  /** Frames that were tracked. */
  tracked(count: number): void {
    this.#fates.tracked += count;
    this.#inFlight -= count;
  }

  /** A received frame that will have no tracks. */
  lost(frame: number, fate: FrameFate, atNs: bigint): void {
    this.#fates[fate]++;
    this.#inFlight--;
    this.#onGap({ firstFrame: frame, lastFrame: frame, fate, atNs });
  }

  /** The exclusive fates and the frames in flight sum up to `offered`: counted apart, so that a lost count shows. */
  totals(): LedgerTotals {
    return { ...this.#fates, offered: this.#offered, 'in-flight': this.#inFlight };
  }

  #gap(firstFrame: number, count: number, fate: FrameFate, atNs: bigint): void {
    if (count <= 0) return;
    this.#fates[fate] += count;
    this.#offered += count;
    this.#onGap({ firstFrame, lastFrame: firstFrame + count - 1, fate, atNs });
  }
}
