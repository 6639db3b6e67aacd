import { computed, signal } from '@preact/signals';

/** Speeds to choose from; 1 is that of the experiment. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 50, 100] as const;

/** s of the time shown to choose from. */
export const WINDOWS_S = [1, 10, 60, 600] as const;

const LEAST_WINDOW_S = 0.01;
/** A page that was hidden goes on where it was. */
const LONGEST_STEP_S = 0.25;

/** Where a replay is, and how it goes on. */
export function createPlayback(lengthS: number) {
  /** s from the first to the last frame. */
  const endS = signal(lengthS);
  /** s of the time shown; all of it at most. */
  const windowS = signal<number>(Math.min(WINDOWS_S[1], Math.max(lengthS, LEAST_WINDOW_S)));
  /** Right end of the time shown, s since the first frame. */
  const atS = signal<number>(windowS.value);
  const speed = signal<number>(1);
  const isPlaying = signal(false);
  const fromS = computed(() => atS.value - windowS.value);

  function seek(toS: number): void {
    atS.value = Math.min(Math.max(toS, Math.min(windowS.peek(), endS.peek())), endS.peek());
  }

  return {
    endS,
    windowS,
    atS,
    fromS,
    speed,
    isPlaying,
    seek,
    /** Shows more or less time, up to the same moment. */
    show(seconds: number): void {
      windowS.value = Math.min(Math.max(seconds, LEAST_WINDOW_S), Math.max(endS.peek(), LEAST_WINDOW_S));
      seek(atS.peek());
    },
    /** Plays from the beginning where it had come to the end. */
    toggle(): void {
      if (!isPlaying.peek() && atS.peek() >= endS.peek()) seek(0);
      isPlaying.value = !isPlaying.peek();
    },
    /**
     * Goes on by what passed on the clock, as far as it is loaded, and stops at the end.
     * @param loadedToS time up to which there are points to show
     */
    advance(elapsedS: number, loadedToS: number): void {
      const nextS = atS.peek() + Math.min(elapsedS, LONGEST_STEP_S) * speed.peek();
      seek(Math.min(nextS, Math.max(loadedToS, atS.peek())));
      if (atS.peek() >= endS.peek()) isPlaying.value = false;
    },
  };
}

export type Playback = ReturnType<typeof createPlayback>;
