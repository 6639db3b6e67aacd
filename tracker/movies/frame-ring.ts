import type { FilmFrame } from './film-frame.ts';

/** A frame in memory; while files are to have it, it stays. */
export interface KeptFrame extends FilmFrame {
  /** Files that it is still to be written to. */
  wanted: number;
}

/** Memory of frames that were let go, for those to come. */
const MOST_SPARES = 4;

/** The last frames in memory of a bounded size: the oldest makes room, unless it is still to be written. */
export class FrameRing {
  readonly #frames: KeptFrame[] = [];
  #spares: Uint8Array[] = [];
  #bytes = 0;
  #lastNs = 0n;
  #mostBytes = 0;

  get frames(): number {
    return this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From the oldest frame to the newest. */
  get seconds(): number {
    const [oldest] = this.#frames;
    return oldest ? Number(this.#frames.at(-1)!.receivedNs - oldest.receivedNs) / 1e9 : 0;
  }

  /** @param lastS how long frames are kept where there is memory for so many */
  setLimits(lastS: number, mostBytes: number): void {
    this.#lastNs = lastS === 0 ? -1n : BigInt(Math.round(lastS * 1e9));
    this.#mostBytes = mostBytes;
    this.tidy();
  }

  /** Lets go of what is not wanted any more. */
  tidy(): void {
    const newest = this.#frames.at(-1);
    if (newest) this.#letGo(newest.receivedNs, 0);
    if (this.#frames.length === 0) this.#spares = [];
  }

  /**
   * Keeps a frame.
   * @param fill writes its pixels into memory of so many bytes
   * @returns false when there is no room for it
   */
  keep(frame: Omit<FilmFrame, 'pixels'>, bytes: number, fill: (into: Uint8Array) => void): boolean {
    this.#letGo(frame.receivedNs, bytes);
    if (this.#bytes + bytes > this.#mostBytes) return false;
    const pixels = this.#memory(bytes);
    fill(pixels);
    this.#frames.push({ ...frame, pixels, wanted: 0 });
    this.#bytes += bytes;
    return true;
  }

  /** The last frames, oldest first; each stays until it is not wanted any more. */
  want(): readonly KeptFrame[] {
    const newestNs = this.#frames.at(-1)?.receivedNs ?? 0n;
    // One that is still wanted from before may be older.
    const wanted = this.#frames.filter(({ receivedNs }) => newestNs - receivedNs <= this.#lastNs);
    for (const frame of wanted) frame.wanted++;
    return wanted;
  }

  #letGo(nowNs: bigint, bytes: number): void {
    let gone = 0;
    for (const frame of this.#frames) {
      const isOld = nowNs - frame.receivedNs > this.#lastNs;
      if (frame.wanted > 0 || !(isOld || this.#bytes + bytes > this.#mostBytes)) break;
      this.#bytes -= frame.pixels.length;
      if (this.#spares.length < MOST_SPARES) this.#spares.push(frame.pixels);
      gone++;
    }
    this.#frames.splice(0, gone);
  }

  #memory(bytes: number): Uint8Array {
    const spare = this.#spares.pop();
    if (spare?.length === bytes) return spare;
    this.#spares = [];
    return Buffer.allocUnsafeSlow(bytes);
  }
}
