import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { roiPlaces } from '#protocol/frame-layout.ts';
import { type FrameShape, PIXEL_FORMATS, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import { type Crop, makeTiles } from '#sinks/tiles.ts';
import type { TrackSink } from '#sinks/track-sink.ts';

const EVERY_MS = 500;

export interface LiveTilesOptions {
  hub: Pick<LiveHub, 'wantsTiles' | 'tiles'>;
  shape: FrameShape;
}

/** Shows viewers the ROIs of a frame as tiles, twice a second. */
export class LiveTiles implements TrackSink {
  readonly #options: LiveTilesOptions;
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(options: LiveTilesOptions) {
    this.#options = options;
  }

  /** Looks at a frame when tiles are due; `rois` are those of whole frames. */
  received({ id, pixels, rois: cutRois }: ReceivedFrame, rois: readonly Roi[]): void {
    const nowMs = performance.now();
    const { hub, shape } = this.#options;
    if (nowMs - this.#atMs < EVERY_MS || !hub.wantsTiles) return;
    this.#atMs = nowMs;
    const table = cutRois ?? rois;
    const places = roiPlaces(table, shape.width, cutRois ? 'rois' : 'whole');
    const crops = table.map(({ bead, size }, row) => ({
      bead,
      size,
      bytes: crop(pixels, places[row]!.start, places[row]!.stride, size, shape),
    }));
    // The frame itself comes first.
    setImmediate(() => this.#send(id, crops));
  }

  tracked(): void {}

  async close(): Promise<void> {}

  #send(frame: number, crops: readonly { bead: number; size: number; bytes: ArrayBuffer }[]): void {
    const { hub, shape } = this.#options;
    const views: Crop[] = crops.map(({ bytes, ...crop }) => ({
      ...crop,
      pixels: viewPixels(bytes, shape.pixelFormat),
    }));
    hub.tiles(makeTiles(frame, views));
  }
}

/** The bytes of an ROI; those of a frame may lie at any address. */
function crop(
  bytes: Uint8Array,
  start: number,
  stride: number,
  size: number,
  { pixelFormat }: FrameShape,
): ArrayBuffer {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const aligned = new Uint8Array(size * size * bytesPerPixel);
  for (let row = 0; row < size; row++) {
    const from = (start + row * stride) * bytesPerPixel;
    aligned.set(bytes.subarray(from, from + size * bytesPerPixel), row * size * bytesPerPixel);
  }
  return aligned.buffer;
}
