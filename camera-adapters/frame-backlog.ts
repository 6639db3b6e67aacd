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
export class FrameBacklog<Frame extends { readonly buffer: Uint8Array }> {
  #most = LEAST_FRAMES;
  readonly #giveUp: (frame: Frame) => void;
  #waiting: Frame[] = [];
  #bytes = 0;
  #sinceMs = 0;

  /** @param giveUp told of every frame that is dropped */
  constructor(fps: number, giveUp: (frame: Frame) => void) {
    this.setRate(fps);
    this.#giveUp = giveUp;
  }

  /** The camera has another frame rate from now on. */
  setRate(fps: number): void {
    this.#most = Math.max(LEAST_FRAMES, Math.ceil((fps * HICCUP_MS) / 1000));
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(frame: Frame, nowMs: number): void {
    if (this.#waiting.length === 0) this.#sinceMs = nowMs;
    this.#waiting.push(frame);
    this.#bytes += frame.buffer.length;
    const most = nowMs - this.#sinceMs > STANDING_MS ? LEAST_FRAMES : this.#most;
    while (this.length > most || (this.#bytes > MOST_BYTES && this.length > LEAST_FRAMES)) {
      this.#giveUp(this.shift()!);
    }
  }

  /** The oldest frame. */
  shift(): Frame | undefined {
    const frame = this.#waiting.shift();
    if (frame) this.#bytes -= frame.buffer.length;
    return frame;
  }

  /** Gives up the frames that cannot be sent any more. */
  keepOnly(sendable: (frame: Frame) => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(sendable);
    this.#bytes = this.#waiting.reduce((sum, { buffer }) => sum + buffer.length, 0);
    for (const frame of waiting) if (!sendable(frame)) this.#giveUp(frame);
  }
}
