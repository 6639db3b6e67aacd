import { unlessAborted } from '#motors/clock.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import { frameBytes, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { ExposureTime } from './exposure-time.ts';
import type { PlaneFile } from './plane-file.ts';
import { type Strip, StripCutter } from './strip.ts';
import type { CutFrom } from './sweep-places.ts';

/** A frame on its way to the engine; the views are valid during the call only. */
export interface FrameInPassing {
  timeNs: bigint;
  receivedNs: bigint;
  pixels: Uint8Array;
  /** The ROIs the pixels are of; null for a whole frame. */
  rois: readonly Roi[] | null;
}

/** What was taken at one position of the focus. */
export interface CollectedPlane {
  /** [frame] camera time, ns since 1970. */
  timeNs: bigint[];
  /** Where its ROIs were, from its first frame on. */
  cutFrom: CutFrom[];
  /** [bead][row, column] mean counts of its first frames. */
  means: Float64Array[];
}

interface Collecting {
  firstFrame: number;
  count: number;
  afterNs: bigint;
  timeNs: bigint[];
  cutFrom: CutFrom[];
  /** Those of the frame before. */
  rois: readonly Roi[] | null;
  sums: Float64Array[];
  summed: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Frames of a plane whose mean is shown: enough to see it. */
const SHOWN_FRAMES = 4;

export interface PlaneCollectorOptions {
  strip: Strip;
  frameWidth: number;
  clock: FocusStage['clock'];
  /** ROIs of whole frames. */
  rois(): readonly Roi[];
  /** Where frames are kept; null keeps none. */
  file: PlaneFile | null;
  /** Told of every frame that is taken. */
  onFrame?(): void;
}

/** Picks the frames of a plane out of those that pass by: none that was exposed before the focus had settled. */
export class PlaneCollector {
  /** Frames of the plane so far. */
  frames = 0;
  /** Frames passed over because the disk was behind. */
  missed = 0;
  readonly #options: PlaneCollectorOptions;
  readonly #cutter: StripCutter;
  readonly #exposure = new ExposureTime();
  readonly #spare: Uint8Array;
  #collecting: Collecting | null = null;

  constructor(options: PlaneCollectorOptions) {
    this.#options = options;
    this.#cutter = new StripCutter(options.strip, options.frameWidth);
    this.#spare = new Uint8Array(options.file ? 0 : frameBytes(options.strip));
  }

  /**
   * Takes the next frames exposed after a time of the focus stage's clock, as frames from `firstFrame` on.
   * @throws {RoiError} when a bead is gone
   * @throws the reason of `signal`
   */
  async collect(
    firstFrame: number,
    count: number,
    afterNs: bigint,
    signal: AbortSignal,
  ): Promise<CollectedPlane> {
    const sums = this.#options.strip.rois.map(({ size }) => new Float64Array(size * size));
    this.frames = 0;
    let collecting: Collecting | null = null;
    const all = new Promise<void>((resolve, reject) => {
      const none = { timeNs: [], cutFrom: [], rois: null, summed: 0 };
      collecting = { firstFrame, count, afterNs, ...none, sums, resolve, reject };
      this.#collecting = collecting;
    });
    try {
      await unlessAborted(all, signal);
    } finally {
      if (this.#collecting === collecting) this.#collecting = null;
    }
    const { cutFrom, timeNs, summed } = collecting as unknown as Collecting;
    for (const sum of sums) for (let index = 0; index < sum.length; index++) sum[index]! /= summed;
    return { timeNs, cutFrom, means: sums };
  }

  /** Takes the frame if it is wanted, as fast as its ROIs can be copied. */
  frame({ timeNs, receivedNs, pixels, rois }: FrameInPassing): void {
    const { clock, file, onFrame } = this.#options;
    const exposedNs = clock === 'frames' ? timeNs : this.#exposure.hostNs(timeNs, receivedNs);
    const collecting = this.#collecting;
    if (!collecting || exposedNs <= collecting.afterNs) return;
    const buffer = file ? file.take() : this.#spare;
    if (!buffer) {
      this.missed++;
      return;
    }
    const there = rois ?? this.#options.rois();
    try {
      this.#cutter.cut(pixels, there, rois === null, buffer);
    } catch (error) {
      file?.release(buffer);
      this.#collecting = null;
      collecting.reject(error);
      return;
    }
    if (collecting.summed < SHOWN_FRAMES) this.#sum(buffer, collecting);
    const frame = collecting.firstFrame + collecting.timeNs.length;
    if (there !== collecting.rois) {
      collecting.cutFrom.push({ frame, rois: there });
      collecting.rois = there;
    }
    file?.write(frame, buffer);
    collecting.timeNs.push(timeNs);
    this.frames = collecting.timeNs.length;
    onFrame?.();
    if (collecting.timeNs.length < collecting.count) return;
    this.#collecting = null;
    collecting.resolve();
  }

  #sum(buffer: Uint8Array, collecting: Collecting): void {
    const { pixelFormat, rois, width } = this.#options.strip;
    const counts = viewPixels(buffer.buffer, pixelFormat);
    for (const [bead, { left, top, size }] of rois.entries()) {
      const sum = collecting.sums[bead]!;
      for (let row = 0; row < size; row++) {
        const from = (top + row) * width + left;
        for (let column = 0; column < size; column++) sum[row * size + column]! += counts[from + column]!;
      }
    }
    collecting.summed++;
  }
}
