import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { TrialFrames } from '#pipeline/try-plans.ts';
import { RoiError } from '#protocol/errors.ts';
import { roiPlaces } from '#protocol/frame-layout.ts';
import { type FrameShape, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** What is kept at most: whichever comes first. */
export interface FrameLimits {
  /** Camera time, ns. */
  spanNs: number;
  /** ROIs of all frames. */
  rois: number;
  bytes: number;
  /** For so long after somebody looked at the pipeline, ms. */
  keepMs: number;
  /** Time to wait for frames, ms; what has come by then must do, if it is two frames. */
  waitMs: number;
}

const LIMITS: FrameLimits = { spanNs: 1e9, rois: 20_000, bytes: 32 << 20, keepMs: 120_000, waitMs: 5000 };

/**
 * Keeps the ROIs of the last second of frames while somebody works on the pipeline; otherwise a frame costs nothing. It
 * begins anew when beads come, go or change their size.
 */
export class LastFrames {
  readonly #limits: FrameLimits;
  readonly #nowMs: () => number;
  #frames: TrialFrames | null = null;
  #keptUntilMs = Number.NEGATIVE_INFINITY;
  #waiting: (() => void) | null = null;

  constructor(limits: Partial<FrameLimits> = {}, nowMs: () => number = () => performance.now()) {
    this.#limits = { ...LIMITS, ...limits };
    this.#nowMs = nowMs;
  }

  /** Somebody works on the pipeline, and may want to try it. */
  keep(): void {
    this.#keptUntilMs = this.#nowMs() + this.#limits.keepMs;
  }

  /**
   * The last second, at once where it has been kept, else when it has passed.
   * @throws {RoiError} when there are not two frames with a bead in time
   */
  async take(): Promise<TrialFrames> {
    this.keep();
    const { waitMs } = this.#limits;
    if (!this.#isEnough()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        timer.unref();
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#waiting = null;
    }
    const frames = this.#frames;
    this.#frames = null;
    if (!frames || frames.pixels.length < 2) {
      const expected = `at least 2 frames with a bead within ${waitMs} ms`;
      const received = `${frames?.pixels.length ?? 0}`;
      const remedy = 'start the camera and add a bead';
      throw new RoiError({ where: 'try-plan', expected, received, remedy });
    }
    const firstNs = frames.timeNs[0]!;
    return { ...frames, timeNs: frames.timeNs.map((ns) => ns - firstNs) };
  }

  /** @param rois those of whole frames */
  frame({ pixels, timeNs, rois: cutRois }: ReceivedFrame, rois: readonly Roi[], shape: FrameShape): void {
    if (this.#nowMs() > this.#keptUntilMs) {
      this.#frames = null;
      return;
    }
    const table = cutRois ?? rois;
    if (table.length === 0) return;
    if (!this.#frames || !areAlike(this.#frames.rois[0]!, table)) {
      const { width, height, pixelFormat } = shape;
      this.#frames = { width, height, pixelFormat, timeNs: [], pixels: [], rois: [] };
    }
    const frames = this.#frames;
    frames.timeNs.push(Number(timeNs));
    frames.pixels.push(cutRois ? new Uint8Array(pixels).buffer : cut(pixels, table, shape));
    frames.rois.push(table.map((roi) => ({ ...roi })));
    while (this.#hasTooMany(frames)) {
      for (const column of [frames.timeNs, frames.pixels, frames.rois]) column.shift();
    }
    if (this.#isEnough()) this.#waiting?.();
  }

  /** Whether the last second is there without the oldest frame, or more than may be. */
  #hasTooMany({ timeNs, pixels, rois }: TrialFrames): boolean {
    if (pixels.length <= 2) return false;
    return timeNs.at(-1)! - timeNs[1]! >= this.#limits.spanNs || !this.#mayHave(pixels.length, rois, pixels);
  }

  #isEnough(): boolean {
    if (!this.#frames || this.#frames.pixels.length < 2) return false;
    const { timeNs, pixels, rois } = this.#frames;
    const isSecond = timeNs.at(-1)! - timeNs[0]! >= this.#limits.spanNs;
    return isSecond || !this.#mayHave(pixels.length + 1, rois, pixels);
  }

  #mayHave(frames: number, [rois]: readonly Roi[][], [pixels]: readonly ArrayBuffer[]): boolean {
    return frames * rois!.length <= this.#limits.rois && frames * pixels!.byteLength <= this.#limits.bytes;
  }
}

/** Whether the beads are the same, of the same sizes and in the same order, wherever they are. */
function areAlike(before: readonly Roi[], now: readonly Roi[]): boolean {
  if (before.length !== now.length) return false;
  return now.every(({ bead, size }, at) => before[at]!.bead === bead && before[at]!.size === size);
}

/** ROIs of a whole frame, one after the other. */
function cut(pixels: Uint8Array, rois: readonly Roi[], { width, pixelFormat }: FrameShape): ArrayBuffer {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const places = roiPlaces(rois, width);
  const area = rois.reduce((sum, { size }) => sum + size * size, 0);
  const strip = new Uint8Array(area * bytesPerPixel);
  let at = 0;
  for (const [index, { size }] of rois.entries()) {
    const { start, stride } = places[index]!;
    const rowBytes = size * bytesPerPixel;
    for (let row = 0; row < size; row++, at += rowBytes) {
      const from = (start + row * stride) * bytesPerPixel;
      strip.set(pixels.subarray(from, from + rowBytes), at);
    }
  }
  return strip.buffer;
}
