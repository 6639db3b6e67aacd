import { encodeLinkMessage, type FrameMessage } from './camera-link.ts';
import { FrameError } from './errors.ts';
import { MOTOR_COLUMNS, type MotorPositions } from './motor.ts';
import {
  describeShape,
  type FrameShape,
  frameBytes,
  PIXEL_FORMAT_NAMES,
  PIXEL_FORMATS,
} from './pixel-format.ts';

/** Frame numbers are 32-bit in recordings. */
const MOST_FRAMES = 2 ** 32;

/** Bytes of a frame cut with an ROI table; undefined for a version that no frame may be cut with any more. */
export type BytesOfVersion = (version: number) => number | undefined;

/** A frame that carries no version is whole: nobody has been sent a table. */
const noVersions: BytesOfVersion = () => undefined;

/**
 * Checks a frame against the hello without copying or allocating for a good one.
 * @throws {FrameError} naming the frame and both byte counts
 */
export function checkFrame(
  raw: Record<string, unknown>,
  shape: FrameShape,
  bytesOfVersion: BytesOfVersion = noVersions,
): FrameMessage {
  const { id, data, tNs, rois, picture } = raw;
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= MOST_FRAMES) {
    throw new FrameError({
      where: 'frame id',
      expected: 'a whole number from 0 to 4294967295',
      received: String(id),
    });
  }
  if (typeof tNs !== 'bigint' && !Number.isSafeInteger(tNs)) {
    throw new FrameError({ where: `frame ${id} tNs`, expected: 'ns since 1970', received: String(tNs) });
  }
  droppedCount(raw);
  for (const column of MOTOR_COLUMNS) checkPosition(raw, column);
  const wholeBytes = frameBytes(shape);
  if (rois === undefined || rois === null) checkBytes(`frame ${id}`, data, wholeBytes, shape);
  else {
    const bytes = bytesOfVersion(rois as number);
    if (bytes === undefined) {
      throw new FrameError({
        where: `frame ${id} rois`,
        expected: 'a version of this link, not older than that of the frame before',
        received: String(rois),
        remedy: 'forget the ROIs when the link is lost',
      });
    }
    checkBytes(`frame ${id} with ROIs of version ${rois}`, data, bytes, shape);
    if (picture !== undefined) checkBytes(`picture of frame ${id}`, picture, wholeBytes, shape);
  }
  return raw as unknown as FrameMessage;
}

/**
 * Frames an adapter says it has dropped since its hello; 0 when it does not say.
 * @throws {FrameError} when it is no count that the frame numbers have room for
 */
export function droppedCount({ dropped }: Record<string, unknown>): number {
  if (dropped === undefined || dropped === null) return 0;
  const count = typeof dropped === 'bigint' ? Number(dropped) : dropped;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count < MOST_FRAMES) return count;
  throw new FrameError({
    where: 'dropped',
    expected: 'a whole number from 0 to 4294967295',
    received: String(dropped),
  });
}

/** Where motors were while a frame was exposed; null where it says of none. NaN is not known. */
export function motorPositions(frame: MotorPositions): MotorPositions | null {
  let positions: MotorPositions | null = null;
  for (const column of MOTOR_COLUMNS) {
    const at = frame[column];
    if (at == null || Number.isNaN(at)) continue;
    positions ??= {};
    positions[column] = at;
  }
  return positions;
}

function checkPosition(raw: Record<string, unknown>, column: string): void {
  const at = raw[column];
  if (
    at === undefined ||
    at === null ||
    (typeof at === 'number' && Math.abs(at) !== Number.POSITIVE_INFINITY)
  ) {
    return;
  }
  const where = `frame ${raw.id} ${column}`;
  throw new FrameError({ where, expected: 'a position, or NaN where none is known', received: String(at) });
}

function checkBytes(where: string, bytes: unknown, expected: number, shape: FrameShape): void {
  if (bytes instanceof Uint8Array && bytes.length === expected) return;
  const received = bytes instanceof Uint8Array ? bytes.length : 0;
  throw new FrameError({
    where,
    expected: `${expected} bytes (${describeShape(shape)})`,
    received: bytes instanceof Uint8Array ? `${received}` : typeof bytes,
    remedy: remedyForBytes(received, shape),
  });
}

function remedyForBytes(bytes: number, shape: FrameShape): string {
  const pixels = shape.width * shape.height;
  const likely = PIXEL_FORMAT_NAMES.filter((name) => PIXEL_FORMATS[name].bytesPerPixel * pixels === bytes);
  if (likely.length > 0) return `is the camera set to ${likely.join(' or ')}?`;
  return 'send a new hello when the frame size changes';
}

const NOTHING = new Uint8Array(0);
/** MessagePack of an empty byte string, which stands for the pixels while the rest is packed. */
const NOTHING_BYTES = 2;
const DATA_KEY = Uint8Array.of(0xa4, 0x64, 0x61, 0x74, 0x61);
/** Room before the bytes of the pixels: their key and 32-bit length. */
export const DATA_HEAD_BYTES = DATA_KEY.length + 5;

/**
 * The bytes of a frame message that come before its pixels: what follows them is `data` as it is, or, with a picture,
 * the picture, `dataHead` and `data`. For senders that have the pixels in place and would not have them copied.
 */
export function frameHead(
  message: Omit<FrameMessage, 'data' | 'picture'>,
  dataBytes: number,
  pictureBytes: number | null,
): Uint8Array {
  const picture = pictureBytes === null ? undefined : NOTHING;
  const packed = encodeLinkMessage({ ...message, ...(picture && { picture }), data: NOTHING });
  const cut = pictureBytes === null ? 0 : DATA_KEY.length + NOTHING_BYTES;
  const head = new Uint8Array(packed.length - cut - NOTHING_BYTES + 5);
  head.set(packed.subarray(0, head.length - 5));
  setLength(head, head.length - 5, pictureBytes ?? dataBytes);
  return head;
}

/** Writes what comes between a picture and the pixels of the ROIs: `DATA_HEAD_BYTES`. */
export function setDataHead(into: Uint8Array, at: number, dataBytes: number): void {
  into.set(DATA_KEY, at);
  setLength(into, at + DATA_KEY.length, dataBytes);
}

/** MessagePack's byte string of 32-bit length. */
function setLength(into: Uint8Array, at: number, bytes: number): void {
  into[at] = 0xc6;
  new DataView(into.buffer, into.byteOffset).setUint32(at + 1, bytes);
}
