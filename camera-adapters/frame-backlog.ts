/** A pause of the tracker of this length loses no frame. */
const HICCUP_MS = 250;
/** A queue that has stood for so long is no pause but overload, and only makes every frame late. */
const STANDING_MS = 5000;
const LEAST_FRAMES = 2;
const MOST_BYTES = 64 << 20;

/**
 * Frames of a running camera that wait for credit, the oldest given up first.
 *
 * It holds 250 ms of frames, 64 MiB at most and two at least, so that a pause of the tracker costs nothing; once it has
 * not been empty for 5 s it holds two, so that overload costs frames and not time.
 */
export class FrameBacklog<Frame> {
  readonly #most: number;
  readonly #giveUp: (frame: Frame) => void;
  #waiting: Frame[] = [];
  #sinceMs = 0;

  /** @param giveUp told of every frame that is dropped */
  constructor(fps: number, frameBytes: number, giveUp: (frame: Frame) => void) {
    const frames = Math.min(Math.ceil((fps * HICCUP_MS) / 1000), Math.floor(MOST_BYTES / frameBytes));
    this.#most = Math.max(LEAST_FRAMES, frames);
    this.#giveUp = giveUp;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(frame: Frame, nowMs: number): void {
    if (this.#waiting.length === 0) this.#sinceMs = nowMs;
    this.#waiting.push(frame);
    const most = nowMs - this.#sinceMs > STANDING_MS ? LEAST_FRAMES : this.#most;
    while (this.#waiting.length > most) this.#giveUp(this.#waiting.shift()!);
  }

  /** The oldest frame. */
  shift(): Frame | undefined {
    return this.#waiting.shift();
  }

  /** Gives up the frames that cannot be sent any more. */
  keepOnly(sendable: (frame: Frame) => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(sendable);
    for (const frame of waiting) if (!sendable(frame)) this.#giveUp(frame);
  }
}
