import type { TrackerMessage } from '#protocol/camera-link.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import { type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** Cutting costs the adapter as much as sending: it must save at least half of the bytes. */
const WORTHWHILE = 0.5;

/** Everything but the pixels of a message: mostly the truth of 4096 simulated beads. */
const MESSAGE_HEAD_BYTES = 128 << 10;

/** When frames are cut to their ROIs: `auto` where the camera can and it pays. */
export const ROI_STREAMING = ['auto', 'never'] as const;

interface StreamedTable {
  version: number;
  rois: readonly Roi[];
  bytes: number;
}

/**
 * The ROI tables that frames of one link may be cut with: the newest that was sent and those before it of which frames
 * may still come. Frames come in order, so the first with a newer one retires the older.
 */
export class StreamedRois {
  readonly #shape: FrameShape;
  readonly #maxBytes: number;
  readonly #tables: StreamedTable[] = [];
  #cuts = false;
  #newest = 0;

  /** @param maxMessageBytes of a message: a cut frame must fit with its picture */
  constructor(shape: FrameShape, maxMessageBytes: number) {
    this.#shape = shape;
    this.#maxBytes = maxMessageBytes - MESSAGE_HEAD_BYTES - frameBytes(shape);
  }

  /** Whether frames to come are to be cut. */
  get cuts(): boolean {
    return this.#cuts;
  }

  /** What to tell the adapter of new ROIs, or null when frames were whole and stay so. */
  change(rois: readonly Roi[]): TrackerMessage | null {
    const bytes = layoutBytes(this.#shape, rois, 'rois');
    const before = this.#cuts;
    this.#cuts = bytes > 0 && bytes < Math.min(WORTHWHILE * frameBytes(this.#shape), this.#maxBytes);
    if (!this.#cuts && !before) return null;
    const version = ++this.#newest;
    if (!this.#cuts) return { type: 'rois', version, rois: [] };
    this.#tables.push({ version, rois, bytes });
    return { type: 'rois', version, rois: rois.map(({ left, top, size }) => ({ left, top, size })) };
  }

  /** Bytes of a frame cut with this version, undefined when none can be; older ones are forgotten. */
  bytesOf(version: number): number | undefined {
    const index = this.#tables.findIndex((table) => table.version === version);
    if (index < 0) return undefined;
    if (index > 0) this.#tables.splice(0, index);
    return this.#tables[0]!.bytes;
  }

  /** The list this version was made of; only after `bytesOf`. */
  roisOf(version: number): readonly Roi[] {
    return this.#tables.find((table) => table.version === version)!.rois;
  }
}
