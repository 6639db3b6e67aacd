import type { FrameFate } from '#protocol/frame-fate.ts';

/** Ranges remembered: frames that come late do so within a few frames, not after this many gaps. */
const RANGES = 64;

interface MissingRange {
  first: number;
  last: number;
  fate: FrameFate;
}

/** The newest ranges of numbers that were counted as missing, to know a late frame from one that was there before. */
export class MissingFrames {
  #ranges: MissingRange[] = [];

  note(first: number, last: number, fate: FrameFate): void {
    this.#ranges.push({ first, last, fate });
    if (this.#ranges.length > RANGES) this.#ranges.shift();
  }

  /** Takes a frame out that has come after all; the fate it was counted under, or null when it was not missing. */
  take(frame: number): FrameFate | null {
    const index = this.#ranges.findIndex(({ first, last }) => frame >= first && frame <= last);
    if (index < 0) return null;
    const { first, last, fate } = this.#ranges[index]!;
    const rest = [
      { first, last: frame - 1, fate },
      { first: frame + 1, last, fate },
    ].filter((range) => range.first <= range.last);
    this.#ranges.splice(index, 1, ...rest);
    if (this.#ranges.length > RANGES) this.#ranges.shift();
    return fate;
  }
}
