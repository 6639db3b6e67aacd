import type { CounterWrap } from '#protocol/camera-link.ts';

/** Frames in a row, each above the one before and all below the last number, that tell a counter begun anew from frames out of order. */
const FRAMES_OF_A_NEW_COUNT = 8;

/**
 * Makes the frame numbers of a run, which only rise, from those of cameras, which wrap, begin again and jump.
 *
 * A counter that wraps is followed round as long as less than half of it is missing at once. A camera that comes back
 * may count from anywhere below, and one whose counter was reset while connected is believed after
 * `FRAMES_OF_A_NEW_COUNT` frames: both go on after the last number.
 */
export class FrameNumbers {
  #last = -1;
  /** Added to the camera's number to give the run's. */
  #offset = 0;
  #period = 0;
  #linkIsNew = true;
  #behind = 0;
  #behindId = -1;
  #wasPaused = false;

  /** The largest number so far; -1 before the first. */
  get last(): number {
    return this.#last;
  }

  /** A camera said hello. */
  linkOpened(wrap: CounterWrap | null): void {
    this.#linkIsNew = true;
    this.#period = wrap ? wrap.last - wrap.first + 1 : 0;
    this.#behind = 0;
  }

  /** No frames were taken for a while: the next goes on after the last one, whatever its number. */
  paused(): void {
    this.#wasPaused = this.#last >= 0;
  }

  /** Frames after the last one that have no number of their own. */
  skip(frames: number): void {
    this.#last += frames;
  }

  /** The run's number for the camera's: at most `last` for a frame that comes after a later one or once more. */
  take(id: number): number {
    const isFirst = this.#last < 0;
    if (this.#wasPaused) this.#offset = this.#last + 1 - id;
    this.#wasPaused = false;
    let frame = isFirst ? id : this.#nearest(id + this.#offset);
    if (!isFirst && frame <= this.#last && (this.#linkIsNew || this.#countsAnew(id))) {
      this.#offset = this.#last + 1 - id;
      frame = this.#last + 1;
    }
    if (frame <= this.#last) return frame;
    this.#linkIsNew = false;
    this.#behind = 0;
    this.#last = frame;
    return frame;
  }

  /** The frame with this counter, modulo its period, that is nearest to the last one. */
  #nearest(frame: number): number {
    if (this.#period === 0) return frame;
    const ahead = (((frame - this.#last) % this.#period) + this.#period) % this.#period;
    return this.#last + (ahead > this.#period / 2 ? ahead - this.#period : ahead);
  }

  #countsAnew(id: number): boolean {
    this.#behind = id > this.#behindId ? this.#behind + 1 : 1;
    this.#behindId = id;
    return this.#behind >= FRAMES_OF_A_NEW_COUNT;
  }
}
