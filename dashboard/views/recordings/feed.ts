import { batch, signal } from '@preact/signals';
import { MAX_WINDOW_POINTS, type RecordingWindow } from '#protocol/recordings.ts';
import type { Playback } from './playback.ts';
import type { WindowAsk } from './requests.ts';

/** Of a window that is fetched, beside what is shown of it. */
const MARGIN = 0.5;
/** Points a CSS px of a plot at most: the smallest and largest value of what it covers. */
const POINTS_A_PX = 2;

const LEAST_S = 1e-3;

type Fetch = (ask: WindowAsk, signal: AbortSignal) => Promise<RecordingWindow>;

/** Keeps the part of a recording at hand that is shown, and while it plays what comes next. */
export class WindowFeed {
  /** What was fetched last; null before the first. */
  readonly window = signal<RecordingWindow | null>(null);
  readonly isLoading = signal(false);
  readonly error = signal<string | null>(null);
  readonly #fetch: Fetch;
  readonly #playback: Playback;
  #beads: readonly number[] = [];
  #abort: AbortController | null = null;

  constructor(playback: Playback, fetch: Fetch) {
    this.#playback = playback;
    this.#fetch = fetch;
  }

  /** Time up to which there are points to show. */
  get loadedToS(): number {
    const window = this.window.peek();
    return window && this.#isShown(window) ? window.toS : Number.NEGATIVE_INFINITY;
  }

  /** Fetches what is missing of what is shown, one window at a time; to be called when that may have changed. */
  need(beads: readonly number[], plotWidth: number): void {
    if (beads.join() !== this.#beads.join()) {
      this.#beads = beads;
      this.window.value = null;
      this.error.value = null;
    }
    // The answer to one makes its owner ask for the next: who drags along the time leaves no queue behind.
    if (beads.length === 0 || this.#abort || this.error.peek() !== null) return;
    const wanted = this.#wanted(plotWidth);
    const window = this.window.peek();
    if (window && this.#isShown(window) && !isCoarse(window, wanted) && !this.#runsOut(window)) return;
    void this.#load(wanted);
  }

  /** Forgets an error, so that what is missing is fetched again. */
  retry(): void {
    this.error.value = null;
  }

  stop(): void {
    this.#abort?.abort();
  }

  #wanted(plotWidth: number): WindowAsk {
    const { atS, windowS, speed, isPlaying, endS } = this.#playback;
    const shownS = windowS.peek();
    const aheadS = isPlaying.peek() ? Math.max(shownS, 2 * speed.peek()) : MARGIN * shownS;
    const fromS = Math.max(0, atS.peek() - (1 + MARGIN) * shownS);
    const toS = Math.max(Math.min(endS.peek(), atS.peek() + aheadS), fromS + LEAST_S);
    const points = Math.ceil((POINTS_A_PX * plotWidth * (toS - fromS)) / shownS);
    return { beads: this.#beads, fromS, toS, points: Math.min(MAX_WINDOW_POINTS, Math.max(2, points)) };
  }

  /** Whether all that is shown lies within. */
  #isShown({ fromS, toS }: RecordingWindow): boolean {
    const { fromS: shownFromS, atS, endS } = this.#playback;
    return fromS <= Math.max(0, shownFromS.peek()) && toS >= Math.min(atS.peek(), endS.peek());
  }

  /** Whether it plays and will soon come to what is not there. */
  #runsOut({ toS }: RecordingWindow): boolean {
    const { atS, endS, isPlaying, speed, windowS } = this.#playback;
    if (!isPlaying.peek() || toS >= endS.peek()) return false;
    return toS - atS.peek() < Math.max(MARGIN * windowS.peek(), speed.peek());
  }

  async #load(wanted: WindowAsk): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.isLoading.value = true;
    let loaded: RecordingWindow | null = null;
    let error: string | null = null;
    try {
      loaded = await this.#fetch(wanted, abort.signal);
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    if (abort.signal.aborted) return;
    this.#abort = null;
    batch(() => {
      if (loaded && wanted.beads === this.#beads) this.window.value = loaded;
      if (loaded) this.#playback.endS.value = loaded.endS;
      this.error.value = error;
      this.isLoading.value = false;
    });
  }
}

/** Whether another window would show more of the same time. */
function isCoarse(window: RecordingWindow, wanted: WindowAsk): boolean {
  return window.bucketS > 0 && window.toS - window.fromS > 2 * (wanted.toS - wanted.fromS);
}
