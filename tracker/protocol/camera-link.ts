import { Packr, Unpackr } from 'msgpackr';
import { z } from 'zod';
import { FrameError, ProtocolError } from './errors.ts';
import {
  describeShape,
  type FrameShape,
  frameBytes,
  PIXEL_FORMATS,
  type PixelFormat,
} from './pixel-format.ts';

/** Version of the messages between a camera adapter and the tracker; both sides send theirs in the first message. */
export const CAMERA_LINK_VERSION = 1;

/** Path of the WebSocket endpoint for cameras. */
export const CAMERA_PATH = '/camera';

const pixelFormats = Object.keys(PIXEL_FORMATS) as [PixelFormat, ...PixelFormat[]];

const hello = z.object({
  type: z.literal('hello'),
  version: z.literal(CAMERA_LINK_VERSION),
  camera: z.string().min(1).max(200),
  width: z.number().int().min(8).max(16384),
  height: z.number().int().min(8).max(16384),
  pixelFormat: z.enum(pixelFormats),
  /** Frames a second; 0 when as fast as the tracker takes them. */
  fps: z.number().min(0).max(1e6),
  /** nm per px in the sample plane; absent when unknown. */
  pixelSizeNm: z.number().positive().nullish(),
});

/** First message of an adapter: what its frames are. */
export type HelloMessage = z.output<typeof hello>;

/** Last message of an adapter that ends by itself. */
interface ByeMessage {
  type: 'bye';
  /** Frames sent over this link. */
  sent: number;
  /** Frames dropped at the camera for want of credit. */
  dropped: number;
}

/** One frame; `data` is the last field so that a reader can leave the pixels where they are. */
export interface FrameMessage {
  type: 'frame';
  /** The camera's frame number, unwrapped. */
  id: number;
  /** Time of exposure, ns since 1970. */
  tNs: bigint | number;
  /** Frames this adapter has dropped since its hello. */
  dropped?: number;
  /** Simulated cameras: little-endian float64 [bead, (xPx, yPx, zNm)]. */
  truth?: Uint8Array;
  /** Pixels [row, column], little-endian. */
  data: Uint8Array;
}

export type AdapterMessage = HelloMessage | FrameMessage | ByeMessage;

/** Answer to a good hello: the adapter may send `credit` frames. */
interface WelcomeMessage {
  type: 'welcome';
  version: typeof CAMERA_LINK_VERSION;
  credit: number;
}

/** The adapter may send `credit` more frames. */
interface CreditMessage {
  type: 'credit';
  credit: number;
}

/** What was wrong with a message; the tracker closes the link only after a bad hello. */
interface LinkErrorMessage {
  type: 'error';
  code: string;
  message: string;
}

/** Answer to a bye: everything sent has been taken, the adapter may close. */
interface FarewellMessage {
  type: 'farewell';
}

export type TrackerMessage = WelcomeMessage | CreditMessage | LinkErrorMessage | FarewellMessage;

// Records would tie a message to the connection's history and shut out other languages.
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });

/** Bytes of any message of the camera link. */
export function encodeLinkMessage(message: AdapterMessage | TrackerMessage): Uint8Array {
  return packr.pack(message);
}

/** A message of the tracker, read by an adapter. */
export function decodeTrackerMessage(bytes: Uint8Array): TrackerMessage {
  return unpackr.unpack(bytes) as TrackerMessage;
}

/**
 * A message of an adapter, with `data` left in place inside `bytes`; only its type is checked here.
 * @throws {ProtocolError} if it is not a MessagePack map with a known `type`
 */
export function decodeAdapterMessage(bytes: Uint8Array): {
  type: 'hello' | 'frame' | 'bye';
  raw: Record<string, unknown>;
} {
  let raw: unknown;
  try {
    raw = unpackr.unpack(bytes);
  } catch (cause) {
    const received = `${bytes.length} bytes that are not`;
    throw new ProtocolError({ where: 'camera message', expected: 'one MessagePack map', received }, cause);
  }
  const type = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>).type : undefined;
  if (type === 'frame' || type === 'hello' || type === 'bye')
    return { type, raw: raw as Record<string, unknown> };
  throw new ProtocolError({
    where: 'camera message type',
    expected: 'hello, frame or bye',
    received: type === undefined ? 'none' : JSON.stringify(type),
  });
}

/**
 * Checks a hello.
 * @throws {ProtocolError} naming the field; another version names both versions
 */
export function parseHello(raw: Record<string, unknown>): HelloMessage {
  if (raw.version !== CAMERA_LINK_VERSION) {
    throw new ProtocolError({
      where: 'hello version',
      expected: `${CAMERA_LINK_VERSION}`,
      received: JSON.stringify(raw.version) ?? 'none',
      remedy: 'use an adapter of the same release as the tracker',
    });
  }
  const parsed = hello.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ProtocolError({
    where: 'hello',
    expected: 'camera, width, height, pixelFormat, fps and optionally pixelSizeNm',
    received: z.prettifyError(parsed.error),
  });
}

/**
 * Checks a frame against the hello without copying or allocating for a good one.
 * @throws {FrameError} naming the frame and both byte counts
 */
export function checkFrame(raw: Record<string, unknown>, shape: FrameShape): FrameMessage {
  const { id, data, tNs } = raw;
  if (!Number.isSafeInteger(id) || (id as number) < 0) {
    throw new FrameError({ where: 'frame id', expected: 'a whole number from 0', received: String(id) });
  }
  if (typeof tNs !== 'bigint' && !Number.isSafeInteger(tNs)) {
    throw new FrameError({ where: `frame ${id} tNs`, expected: 'ns since 1970', received: String(tNs) });
  }
  const expectedBytes = frameBytes(shape);
  const received = data instanceof Uint8Array ? `${data.length}` : typeof data;
  if (!(data instanceof Uint8Array) || data.length !== expectedBytes) {
    throw new FrameError({
      where: `frame ${id}`,
      expected: `${expectedBytes} bytes (${describeShape(shape)})`,
      received,
      remedy: remedyForBytes(data instanceof Uint8Array ? data.length : 0, shape),
    });
  }
  return raw as unknown as FrameMessage;
}

function remedyForBytes(bytes: number, shape: FrameShape): string {
  const pixels = shape.width * shape.height;
  const likely = pixelFormats.find((format) => PIXEL_FORMATS[format].bytesPerPixel * pixels === bytes);
  if (likely) return `is the camera set to ${likely}?`;
  return 'send a new hello when the frame size changes';
}
