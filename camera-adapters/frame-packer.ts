import type { RoisMessage } from '#protocol/camera-link.ts';
import { DATA_HEAD_BYTES, frameHead, setDataHead } from '#protocol/frame-message.ts';
import type { MotorPositions } from '#protocol/motor.ts';
import { type FrameShape, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { CameraFrame } from './define.ts';

/** A frame with its pixels where a message has them; the head is written when it is sent. */
export interface PackedFrame {
  readonly id: number;
  readonly timeNs: bigint;
  readonly truth: Float64Array | undefined;
  readonly positions: MotorPositions | undefined;
  /** Version of the ROIs it was cut to, or null. */
  readonly rois: number | null;
  readonly dataBytes: number;
  readonly pictureBytes: number | null;
  readonly buffer: Uint8Array;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Bytes of a head without truth, at most. */
const HEAD_ROOM = 256;
/** A buffer of so many bytes more is as good. */
const SPARE_BYTES = 4096;

/**
 * Copies frames, whole or cut to the ROIs the tracker asked for, once: into the buffers they are sent from, which go
 * round.
 */
export class FramePacker {
  readonly #shape: FrameShape;
  #free: Uint8Array[] = [];
  #table: RoisMessage | null = null;
  /** Of a frame that is cut. */
  #cutBytes = 0;
  #pictureAsked = false;

  constructor(shape: FrameShape) {
    this.#shape = shape;
  }

  /** ROIs of the frames packed from now on; an empty table, or null, is whole frames. Those outside the frame are the tracker's defect. */
  setRois(table: RoisMessage | null): void {
    const before = this.#cutBytes;
    this.#table = table && table.rois.length > 0 ? table : null;
    const { bytesPerPixel } = PIXEL_FORMATS[this.#shape.pixelFormat];
    this.#cutBytes = this.#table?.rois.reduce((sum, { size }) => sum + size * size * bytesPerPixel, 0) ?? 0;
    if (this.#cutBytes !== before) this.#free = [];
    if (!table) this.#pictureAsked = false;
  }

  /** Has the next frame that is cut bring all its pixels along. */
  askForPicture(): void {
    this.#pictureAsked = true;
  }

  pack({ id, timeNs, pixels, truth, positions }: CameraFrame): PackedFrame {
    const table = this.#table;
    const takesPicture = table !== null && this.#pictureAsked;
    const dataBytes = table ? this.#cutBytes : pixels.length;
    const pictureBytes = takesPicture ? pixels.length : null;
    const bodyStart = HEAD_ROOM + (truth?.byteLength ?? 0);
    const dataStart = bodyStart + (takesPicture ? pixels.length + DATA_HEAD_BYTES : 0);
    const buffer = this.#take(dataStart + dataBytes);
    if (takesPicture) {
      buffer.set(pixels, bodyStart);
      setDataHead(buffer, bodyStart + pixels.length, dataBytes);
      this.#pictureAsked = false;
    }
    if (table) this.#cut(pixels, table, buffer, dataStart);
    else buffer.set(pixels, dataStart);
    const bodyEnd = dataStart + dataBytes;
    const rois = table ? table.version : null;
    return { id, timeNs, truth, positions, rois, dataBytes, pictureBytes, buffer, bodyStart, bodyEnd };
  }

  /** The message, in the frame's own buffer. */
  seal(frame: PackedFrame, dropped: number): Uint8Array {
    const { id, timeNs, truth, positions, rois, dataBytes, pictureBytes, buffer, bodyStart, bodyEnd } = frame;
    const fields = {
      type: 'frame' as const,
      id,
      tNs: timeNs,
      dropped,
      ...positions,
      ...(truth && { truth: new Uint8Array(truth.buffer, truth.byteOffset, truth.byteLength) }),
      ...(rois !== null && { rois }),
    };
    const head = frameHead(fields, dataBytes, pictureBytes);
    buffer.set(head, bodyStart - head.length);
    return buffer.subarray(bodyStart - head.length, bodyEnd);
  }

  /** Takes the buffer of a frame back that was sent or given up. */
  release({ buffer }: PackedFrame): void {
    this.#free.push(buffer);
  }

  #cut(pixels: Uint8Array, { rois }: RoisMessage, into: Uint8Array, start: number): void {
    const { bytesPerPixel } = PIXEL_FORMATS[this.#shape.pixelFormat];
    const stride = this.#shape.width * bytesPerPixel;
    let at = start;
    for (const { left, top, size } of rois) {
      const rowBytes = size * bytesPerPixel;
      const end = (top + size) * stride;
      for (let row = top * stride + left * bytesPerPixel; row < end; row += stride) {
        into.set(pixels.subarray(row, row + rowBytes), at);
        at += rowBytes;
      }
    }
  }

  /** A free buffer of the right size: one that held a picture would make a queue of cut frames six times as large. */
  #take(bytes: number): Uint8Array {
    const fitting = this.#free.findIndex(({ length }) => length >= bytes && length <= bytes + SPARE_BYTES);
    return fitting < 0 ? new Uint8Array(bytes) : this.#free.splice(fitting, 1)[0]!;
  }
}
