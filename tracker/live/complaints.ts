import { DeviceError, TweezertrackError } from '#protocol/errors.ts';

/** The same complaint is shown once in this time, however often a camera or engine earns it. */
const EVERY_MS = 1000;

/** Lets an error through at most once a second for each code. */
export class Complaints {
  readonly #shownAtMs = new Map<string, number>();

  /** Whether this one is due to be shown. */
  isDue({ code }: TweezertrackError): boolean {
    const nowMs = performance.now();
    if (nowMs - (this.#shownAtMs.get(code) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return false;
    this.#shownAtMs.set(code, nowMs);
    return true;
  }
}

/** Why a batch failed. */
export function failureOf(error: Error): TweezertrackError {
  if (error instanceof TweezertrackError) return error;
  return new DeviceError({ where: 'engine', expected: 'tracks', received: error.message }, error);
}
