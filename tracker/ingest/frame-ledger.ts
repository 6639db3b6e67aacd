import type { CounterWrap } from '#protocol/camera-link.ts';
import { FrameError } from '#protocol/errors.ts';
import { type FateCounts, type FrameFate, noFates } from '#protocol/frame-fate.ts';
import type { FrameGap } from '#sinks/track-sink.ts';
import { FrameNumbers } from './frame-numbers.ts';
import { MissingFrames } from './missing-frames.ts';

/** Counts of frames by fate, with what is still on its way. */
export interface LedgerTotals extends FateCounts {
  /** Frames the camera numbered since the run began. */
  offered: number;
  /** Frames received whose tracks are not there yet. */
  'in-flight': number;
}

/** What `received` answers for a frame that was missing until now: it is counted as late. */
export const FRAME_LATE = -2;
/** What `received` answers for a frame that was there before; nothing is counted. */
export const FRAME_AGAIN = -1;

/** Frames whose fate is known or pending; equals `offered` unless a frame was forgotten. Overruns were tracked, too. */
export function accountedFrames(totals: LedgerTotals): number {
  const { offered: _, 'recorder-overrun': __, ...counted } = totals;
  return Object.values(counted).reduce((sum, count) => sum + count, 0);
}

/** What is wrong with an account: both sums, when a frame offered has no fate and is not in flight, or has two. */
export function accountProblem(totals: LedgerTotals): FrameError | null {
  const accounted = accountedFrames(totals);
  const negative = Object.entries(totals).find(([, count]) => count < 0);
  if (accounted === totals.offered && !negative) return null;
  return new FrameError({
    where: 'frame ledger',
    expected: `one fate for each of ${totals.offered} frames`,
    received: negative ? `${negative[1]} ${negative[0]}` : `${accounted} accounted for`,
    remedy: 'report this as a defect of the tracker, with the recording',
  });
}

/**
 * Holds the ledger to its invariant: every frame offered has one fate or is in flight.
 * @throws {FrameError} with both sums
 */
export function assertAccounted(totals: LedgerTotals): void {
  const problem = accountProblem(totals);
  if (problem) throw problem;
}

/** The fate of every frame of a run: each number the camera used is counted once, also those that never arrived. */
export class FrameLedger {
  readonly #fates = noFates();
  readonly #numbers = new FrameNumbers();
  readonly #missing = new MissingFrames();
  readonly #onGap: (gap: FrameGap) => void;
  #offered = 0;
  #inFlight = 0;
  #linkIsNew = false;
  #adapterDropped = 0;
  #lastTimeNs: bigint | number = Number.NEGATIVE_INFINITY;
  #clockSteps = 0;

  /** @param onGap told of every range of frames that has no tracks */
  constructor(onGap: (gap: FrameGap) => void) {
    this.#onGap = onGap;
  }

  /** Frames whose camera time was before that of the frame ahead of them; they are tracked all the same. */
  get clockStepsBack(): number {
    return this.#clockSteps;
  }

  /** A camera said hello: its numbers, its clock and its count of drops start anew. */
  linkOpened(wrap: CounterWrap | null = null): void {
    this.#linkIsNew = true;
    this.#adapterDropped = 0;
    this.#lastTimeNs = Number.NEGATIVE_INFINITY;
    this.#numbers.linkOpened(wrap);
  }

  /** The camera took no frames and will go on: numbers that passed meanwhile were offered by nobody. */
  paused(): void {
    this.#numbers.paused();
  }

  /**
   * Counts a frame that arrived and everything missing before it.
   * @param id the camera's frame number
   * @param adapterDropped frames the adapter says it dropped since its hello
   * @returns the run's frame number, `FRAME_LATE` or `FRAME_AGAIN`
   */
  received(id: number, adapterDropped: number, atNs: bigint): number {
    const before = this.#numbers.last;
    const frame = this.#numbers.take(id);
    if (frame <= before) return this.#behind(frame, atNs);

    const firstOfRun = before < 0;
    const newlyDropped = Math.max(0, adapterDropped - this.#adapterDropped);
    this.#adapterDropped = Math.max(adapterDropped, this.#adapterDropped);
    const missing = firstOfRun ? 0 : frame - before - 1;
    const byAdapter = Math.min(missing, newlyDropped);
    const otherwise: FrameFate = this.#linkIsNew && !firstOfRun ? 'camera-away' : 'dropped-link';
    this.#gap(before + 1, missing - byAdapter, otherwise, atNs);
    this.#gap(frame - byAdapter, byAdapter, 'dropped-adapter', atNs);
    this.#linkIsNew = false;
    this.#offered++;
    this.#inFlight++;
    return frame;
  }

  /** Notes the camera time of a frame that goes on to be tracked; whether the camera's clock has gone back. */
  clockWentBack(timeNs: bigint | number): boolean {
    const back = timeNs < this.#lastTimeNs;
    if (back) this.#clockSteps++;
    this.#lastTimeNs = timeNs;
    return back;
  }

  /** The adapter ended: frames it dropped after its last one are counted too. */
  linkClosed(adapterDropped: number, atNs: bigint): void {
    const count = Math.max(0, adapterDropped - this.#adapterDropped);
    this.#adapterDropped = Math.max(adapterDropped, this.#adapterDropped);
    this.#gap(this.#numbers.last + 1, count, 'dropped-adapter', atNs);
    this.#numbers.skip(count);
  }

  /** A frame whose number could not be read, or was there before. */
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

  #behind(frame: number, atNs: bigint): number {
    const was = this.#missing.take(frame);
    if (!was) return FRAME_AGAIN;
    this.#fates[was]--;
    this.#fates['dropped-late']++;
    this.#onGap({ firstFrame: frame, lastFrame: frame, fate: 'dropped-late', was, atNs });
    return FRAME_LATE;
  }

  #gap(firstFrame: number, count: number, fate: FrameFate, atNs: bigint): void {
    if (count <= 0) return;
    const lastFrame = firstFrame + count - 1;
    this.#fates[fate] += count;
    this.#offered += count;
    this.#missing.note(firstFrame, lastFrame, fate);
    this.#onGap({ firstFrame, lastFrame, fate, atNs });
  }
}
