import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskState } from '#protocol/run-state.ts';

const LOOK_EVERY_MS = 2000;
/** Over which the rate of Saving is taken. */
const RATE_OVER_MS = 20_000;
/** Less time than this until the disk is full is an alarm. */
const LEAST_LEFT_S = 600;

/** Room on the disk that recordings are written to, and for how long it lasts. */
export class DiskSpace {
  readonly #folder: string;
  #freeBytes = Number.NaN;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #isLooking = false;
  #written: { atMs: number; bytes: number }[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Looks again when it is time; @param bytesWritten by the recording under way, null while there is none */
  note(bytesWritten: number | null, nowMs = performance.now()): void {
    if (bytesWritten === null) this.#written = [];
    else {
      // Another recording begins at 0 again.
      if (bytesWritten < (this.#written.at(-1)?.bytes ?? 0)) this.#written = [];
      this.#written.push({ atMs: nowMs, bytes: bytesWritten });
      while (this.#written.length > 2 && nowMs - this.#written[0]!.atMs > RATE_OVER_MS) this.#written.shift();
    }
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS || this.#isLooking) return;
    this.#lookedAtMs = nowMs;
    this.#isLooking = true;
    void freeBytes(this.#folder).then((bytes) => {
      this.#freeBytes = bytes;
      this.#isLooking = false;
    });
  }

  /** @param lowGB less free than this is low */
  state(lowGB: number): DiskState {
    const first = this.#written[0];
    const last = this.#written.at(-1);
    const seconds = first && last ? (last.atMs - first.atMs) / 1000 : 0;
    const bytesPerS = seconds > 1 ? (last!.bytes - first!.bytes) / seconds : Number.NaN;
    const leftS = bytesPerS > 0 ? this.#freeBytes / bytesPerS : Number.NaN;
    const isLow = this.#freeBytes < lowGB * 1e9 || leftS < LEAST_LEFT_S;
    return { freeBytes: this.#freeBytes, bytesPerS, leftS, isLow };
  }
}

/** Bytes that may be written below a folder, which may not exist yet; NaN where the system does not tell. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (cause) {
    const parent = dirname(folder);
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return isMissing && parent !== folder ? freeBytes(parent) : Number.NaN;
  }
}
