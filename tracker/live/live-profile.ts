import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { roiPlaces } from '#protocol/frame-layout.ts';
import { type FrameShape, PIXEL_FORMATS, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { TrackedFrames, TrackSink } from '#sinks/track-sink.ts';
import type { Plan } from '#stages/plan.ts';
import { beadProfile } from './bead-profile.ts';

const EVERY_MS = 200;
/** Beads a round: other viewers' beads come in the next. */
const MOST_BEADS = 4;

export interface LiveProfileOptions {
  hub: Pick<LiveHub, 'wantsProfile' | 'profile'>;
  shape: FrameShape;
  plan: Plan;
  zLutOf(bead: number): ZLut | null;
}

interface Round {
  frame: number;
  crops: { roi: Roi; pixels: Float64Array }[];
}

/**
 * Shows viewers the radial profiles of the beads they ask for, 5 times a second: keeps those ROIs of one frame until its
 * tracks come, and makes the profiles about the tracked centers once the batch is handed on.
 */
export class LiveProfile implements TrackSink {
  readonly #options: LiveProfileOptions;
  #round: Round | null = null;
  #atMs = Number.NEGATIVE_INFINITY;
  /** Bead of the last crop: the next round begins behind it. */
  #lastBead = -1;

  constructor(options: LiveProfileOptions) {
    this.#options = options;
  }

  /** Looks at a frame when a round is due; `rois` are those of whole frames. */
  received({ id, pixels, rois: cutRois }: ReceivedFrame, rois: readonly Roi[]): void {
    const nowMs = performance.now();
    if (nowMs - this.#atMs < EVERY_MS) return;
    this.#atMs = nowMs;
    const { hub, shape } = this.#options;
    const table = cutRois ?? rois;
    const wanted = [...table.keys()].filter((row) => hub.wantsProfile(table[row]!.bead));
    this.#round = null;
    if (wanted.length === 0) return;
    const next = wanted.findIndex((row) => table[row]!.bead > this.#lastBead);
    const turn = [...wanted.slice(Math.max(0, next)), ...wanted.slice(0, Math.max(0, next))];
    const places = roiPlaces(table, shape.width, cutRois ? 'rois' : 'whole');
    const crops = turn.slice(0, MOST_BEADS).map((row) => ({
      roi: { ...table[row]! },
      pixels: crop(pixels, places[row]!.start, places[row]!.stride, table[row]!.size, shape.pixelFormat),
    }));
    this.#lastBead = crops.at(-1)!.roi.bead;
    this.#round = { frame: id, crops };
  }

  tracked({ frames, rois, table }: TrackedFrames): void {
    const round = this.#round;
    if (!round || frames.at(-1)!.id < round.frame) return;
    this.#round = null;
    const frame = frames.findIndex(({ id }) => id === round.frame);
    if (frame < 0) return;
    const seen = round.crops.flatMap(({ roi, pixels }) => {
      const bead = rois.findIndex((tracked) => tracked.bead === roi.bead);
      if (bead < 0) return [];
      const row = frame * rois.length + bead;
      const point = { xPx: table.xPx[row]!, yPx: table.yPx[row]!, zNm: table.zNm[row]! };
      return Number.isFinite(point.xPx + point.yPx) ? [{ frame: round.frame, roi, pixels, ...point }] : [];
    });
    const { hub, plan, zLutOf } = this.#options;
    // The recorder and the next batch come first.
    setImmediate(() => {
      for (const bead of seen) hub.profile(beadProfile(bead, plan, zLutOf(bead.roi.bead)));
    });
  }

  async close(): Promise<void> {
    this.#round = null;
  }
}

/** [row, column] counts of an ROI; the bytes of a frame may lie at any address. */
function crop(
  bytes: Uint8Array,
  start: number,
  stride: number,
  size: number,
  pixelFormat: FrameShape['pixelFormat'],
): Float64Array {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const aligned = new Uint8Array(size * size * bytesPerPixel);
  for (let row = 0; row < size; row++) {
    const from = (start + row * stride) * bytesPerPixel;
    aligned.set(bytes.subarray(from, from + size * bytesPerPixel), row * size * bytesPerPixel);
  }
  return Float64Array.from(viewPixels(aligned.buffer, pixelFormat));
}
