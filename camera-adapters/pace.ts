import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Steps } from './steps.ts';

/** Says when the frames of a camera that has them all already may be shown. */
export interface Pace {
  /** Waits until frame `n`, counted from 0, may be shown; false when none is to come or `signal` aborts. */
  wait(n: number, signal: AbortSignal): Promise<boolean>;
  end(): void;
}

/** Time as `realTimePace` sees it. */
export interface PaceClock {
  /** ms from any origin; never goes back. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const hostClock: PaceClock = {
  nowMs: () => performance.now(),
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};

/** Every frame at once. */
export function fastPace(): Pace {
  return {
    async wait(_, signal) {
      // Frames that are wholly in memory would else never let the event loop turn.
      await setImmediate();
      return !signal.aborted;
    },
    end() {},
  };
}

/** Frame `n` at `offsetNs(n)` after now, on one absolute schedule, so that late timers do not add up. */
export function realTimePace(offsetNs: (n: number) => number, clock: PaceClock): Pace {
  const startMs = clock.nowMs();
  return {
    async wait(n, signal) {
      const dueMs = startMs + offsetNs(n) / 1e6;
      let slept = false;
      // Timers count whole ms: above 1 kHz one of them lets several frames through.
      for (let ms = dueMs - clock.nowMs(); ms > 0 && !signal.aborted; ms = dueMs - clock.nowMs()) {
        await clock.sleep(Math.ceil(ms), signal);
        slept = true;
      }
      // Frames that are late, one after the other, would else never let the event loop turn: no credit is heard of.
      if (!slept) await setImmediate();
      return !signal.aborted;
    },
    end() {},
  };
}

/** A frame for every step. */
export function steppedPace(steps: Steps): Pace {
  const iterator = steps[Symbol.asyncIterator]();
  return {
    wait: async (_, signal) => (await untilAborted(iterator.next(), signal))?.done === false,
    // Not awaited: a generator that waits for its next step would never return.
    end: () => void iterator.return?.().catch(() => {}),
  };
}

/** The value of `promise`, or undefined as soon as `signal` aborts. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
