import { setTimeout } from 'node:timers/promises';

/** Time as moves and sweeps see it. */
export interface Clock {
  /** ms from any origin; never goes back. */
  nowMs(): number;
  /**
   * Resolves after `ms`.
   * @throws the reason of `signal` as soon as it aborts
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const hostClock: Clock = {
  nowMs: () => performance.now(),
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};

/** The value of `promise`, or the reason of `signal` thrown as soon as it aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
