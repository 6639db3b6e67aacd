import type { TrackedFrames, TrackSink } from './track-sink.ts';

/** Error of one axis against the truth, nm. */
export interface AxisScore {
  biasNm: number;
  /** Standard deviation about the bias. */
  sdNm: number;
  /** Points compared; points without a result are not among them. */
  points: number;
}

class ErrorSum {
  #points = 0;
  #mean = 0;
  #squares = 0;

  /** Welford's update: no cancellation over hours of points. */
  add(error: number): void {
    if (!Number.isFinite(error)) return;
    this.#points++;
    const delta = error - this.#mean;
    this.#mean += delta / this.#points;
    this.#squares += delta * (error - this.#mean);
  }

  score(): AxisScore {
    const sdNm = this.#points > 1 ? Math.sqrt(this.#squares / (this.#points - 1)) : Number.NaN;
    return { biasNm: this.#points > 0 ? this.#mean : Number.NaN, sdNm, points: this.#points };
  }
}

/**
 * Compares tracks with the true positions a simulated camera sends along.
 * Bead `b` is compared with row `b` of the truth, so bead ids must be the simulator's.
 */
export class TruthScore implements TrackSink {
  readonly #pixelSizeNm: number;
  readonly #truthOfFrame = new Map<number, Float64Array>();
  readonly #axes = { x: new ErrorSum(), y: new ErrorSum(), z: new ErrorSum() };
  #points = 0;

  constructor(pixelSizeNm: number) {
    this.#pixelSizeNm = pixelSizeNm;
  }

  /** Remembers the truth of a frame until its tracks come; the bytes are copied. */
  expect(frame: number, truth: Uint8Array): void {
    // Not `slice`: a Node Buffer's shares its memory.
    this.#truthOfFrame.set(frame, new Float64Array(new Uint8Array(truth).buffer));
  }

  /** Forgets frames that will have no tracks. */
  gap({ firstFrame, lastFrame }: { firstFrame: number; lastFrame: number }): void {
    // Not frame by frame: a camera may leave out as many numbers as it likes.
    for (const frame of this.#truthOfFrame.keys()) {
      if (frame >= firstFrame && frame <= lastFrame) this.#truthOfFrame.delete(frame);
    }
  }

  tracked({ frames, rois, table }: TrackedFrames): void {
    frames.forEach(({ id }, frame) => {
      const truth = this.#truthOfFrame.get(id);
      this.#truthOfFrame.delete(id);
      if (!truth) return;
      rois.forEach(({ bead }, column) => {
        if (3 * bead + 2 >= truth.length) return;
        const row = frame * rois.length + column;
        this.#points++;
        this.#axes.x.add((table.xPx[row]! - truth[3 * bead]!) * this.#pixelSizeNm);
        this.#axes.y.add((table.yPx[row]! - truth[3 * bead + 1]!) * this.#pixelSizeNm);
        this.#axes.z.add(table.zNm[row]! - truth[3 * bead + 2]!);
      });
    });
  }

  async close(): Promise<void> {
    this.#truthOfFrame.clear();
  }

  /** Scores per axis and the number of points offered, with and without a result. */
  scores(): { x: AxisScore; y: AxisScore; z: AxisScore; offered: number } {
    const { x, y, z } = this.#axes;
    return { x: x.score(), y: y.score(), z: z.score(), offered: this.#points };
  }
}
