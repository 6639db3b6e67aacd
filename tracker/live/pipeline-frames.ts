import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { TrialFrames } from '#pipeline/try-plans.ts';
import { RoiError } from '#protocol/errors.ts';
import { roiPlaces } from '#protocol/frame-layout.ts';
import { type FrameShape, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** What is collected at most: whichever comes first. */
export interface FrameLimits {
  /** Camera time, ns. */
  spanNs: number;
  /** ROIs of all frames. */
  rois: number;
  bytes: number;
  /** Time to wait, ms; what has come by then must do, if it is two frames. */
  waitMs: number;
}

const LIMITS: FrameLimits = { spanNs: 1e9, rois: 20_000, bytes: 32 << 20, waitMs: 5000 };

interface Collecting {
  frames: TrialFrames | null;
  firstNs: bigint;
  done(frames: TrialFrames): void;
}

/**
 * Keeps the ROIs of the next second of frames when somebody asks for them; otherwise a frame costs nothing. It begins
 * anew when beads come, go or change their size.
 */
export class FrameCollector {
  readonly #limits: FrameLimits;
  #collecting: Collecting | null = null;

  constructor(limits: Partial<FrameLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * @throws {RoiError} when there are not two frames with a bead in time
   */
  collect(): Promise<TrialFrames> {
    const { waitMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const frames = this.#collecting?.frames;
        this.#collecting = null;
        if (frames && frames.pixels.length >= 2) return resolve(frames);
        const expected = `at least 2 frames with a bead within ${waitMs} ms`;
        const received = `${frames?.pixels.length ?? 0}`;
        const remedy = 'start the camera and add a bead';
        reject(new RoiError({ where: 'try-plan', expected, received, remedy }));
      }, waitMs);
      timer.unref();
      const done = (frames: TrialFrames) => {
        clearTimeout(timer);
        this.#collecting = null;
        resolve(frames);
      };
      this.#collecting = { frames: null, firstNs: 0n, done };
    });
  }

  /** @param rois those of whole frames */
  frame({ pixels, timeNs, rois: cutRois }: ReceivedFrame, rois: readonly Roi[], shape: FrameShape): void {
    const collecting = this.#collecting;
    if (!collecting) return;
    const table = cutRois ?? rois;
    if (table.length === 0) return;
    if (!collecting.frames || !areAlike(collecting.frames.rois[0]!, table)) {
      const { width, height, pixelFormat } = shape;
      collecting.frames = { width, height, pixelFormat, timeNs: [], pixels: [], rois: [] };
      collecting.firstNs = timeNs;
    }
    const { frames } = collecting;
    frames.timeNs.push(Number(timeNs - collecting.firstNs));
    frames.pixels.push(cutRois ? new Uint8Array(pixels).buffer : cut(pixels, table, shape));
    frames.rois.push(table.map((roi) => ({ ...roi })));
    if (this.#isEnough(frames)) collecting.done(frames);
  }

  #isEnough({ pixels, rois, timeNs }: TrialFrames): boolean {
    const { spanNs, rois: mostRois, bytes } = this.#limits;
    const next = pixels.length + 1;
    if (pixels.length < 2) return false;
    return (
      timeNs.at(-1)! >= spanNs || next * rois[0]!.length > mostRois || next * pixels[0]!.byteLength > bytes
    );
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
