import { Packr, Unpackr } from 'msgpackr';
import { z } from 'zod';
import {
  announcedControls,
  type CameraControlRequest,
  type CameraControlsMessage,
} from './camera-controls.ts';
import { ProtocolError, TweezertrackError } from './errors.ts';
import { announcedFocusStage, type FocusMessage, type FocusRequest } from './focus-link.ts';
import { assertPlainMessage } from './message-shape.ts';
import type { MotorPositions } from './motor.ts';
import { announcedMotors, type MotorMessage, type MotorRequest } from './motor-link.ts';
import { PIXEL_FORMAT_NAMES } from './pixel-format.ts';
import type { Roi } from './roi.ts';

/** Version of the messages between a camera adapter and the tracker; both sides send theirs in the first message. */
export const CAMERA_LINK_VERSION = 1;

/** Path of the WebSocket endpoint for cameras. */
export const CAMERA_PATH = '/camera';

/** Far more than any message holds. */
const MESSAGE_LIMITS = { values: 1024, depth: 4 };

/** Counters that go round sooner cannot tell a late frame from a missing one. */
const SHORTEST_COUNTER = 16;

const wrap = z
  .object({ first: z.number().int().min(0), last: z.number().int().max(0xffffffff) })
  .refine(({ first, last }) => last - first + 1 >= SHORTEST_COUNTER, {
    message: `a counter of at least ${SHORTEST_COUNTER} numbers`,
  });

/** Numbers of a counter that goes round: `first` comes after `last`. */
export type CounterWrap = z.output<typeof wrap>;

const hello = z.object({
  type: z.literal('hello'),
  version: z.literal(CAMERA_LINK_VERSION),
  camera: z
    .string()
    .max(200)
    .regex(/^\P{Cc}+$/u, 'expected a name without control characters'),
  width: z.number().int().min(8).max(16384),
  height: z.number().int().min(8).max(16384),
  pixelFormat: z.enum(PIXEL_FORMAT_NAMES),
  /** Frames a second; 0 when as fast as the tracker takes them. */
  fps: z.number().min(0).max(1e6),
  /** nm per px in the sample plane; absent when unknown. */
  pixelSizeNm: z.number().positive().nullish(),
  /** How the frame numbers go round, e.g. 1 to 65535 for GigE Vision; absent when they only rise. */
  wrap: wrap.nullish(),
  /** Whether it can send the ROIs of a frame instead of all of it. */
  roiStreaming: z.boolean().nullish(),
  /** The focus stage it can move; absent when it has none. */
  focusStage: announcedFocusStage.nullish(),
  /** The motors it can move; absent when it has none. */
  motors: announcedMotors.nullish(),
  /** What of the camera can be set; absent when nothing can. */
  controls: announcedControls.nullish(),
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

/**
 * One frame, with where motors were while it was exposed, as far as the adapter knows. `data` is the last field so that a
 * reader can leave the pixels where they are.
 */
export interface FrameMessage extends MotorPositions {
  type: 'frame';
  /** The camera's frame number. */
  id: number;
  /** Time of exposure, ns since 1970. */
  tNs: bigint | number;
  /** Frames this adapter has dropped since its hello. */
  dropped?: number;
  /** Simulated cameras: little-endian float64 [bead, (xPx, yPx, zNm)]. */
  truth?: Uint8Array;
  /** Version of the ROI table this frame was cut with; absent when it is whole. */
  rois?: number;
  /** The whole frame beside its ROIs, [row, column], when the tracker has asked for a picture. */
  picture?: Uint8Array;
  /** Pixels [row, column], little-endian, of the whole frame or of its ROIs, one after the other in table order. */
  data: Uint8Array;
}

export type AdapterMessage =
  | HelloMessage
  | FrameMessage
  | FocusMessage
  | MotorMessage
  | CameraControlsMessage
  | ByeMessage;

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

/** Where an ROI lies in the frame, px. */
type RoiSquare = Pick<Roi, 'left' | 'top' | 'size'>;

/**
 * What the frames exposed from now on shall hold: these ROIs, or all of the frame when there are none. Only for adapters
 * that said `roiStreaming`; the first frame that carries the version is the first of its kind. Holds for one link.
 */
export interface RoisMessage {
  type: 'rois';
  version: number;
  rois: RoiSquare[];
}

/** Asks for the whole frame beside the ROIs of the next one. */
interface PictureMessage {
  type: 'picture';
}

export type TrackerMessage =
  | WelcomeMessage
  | CreditMessage
  | RoisMessage
  | PictureMessage
  | FocusRequest
  | MotorRequest
  | CameraControlRequest
  | LinkErrorMessage
  | FarewellMessage;

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
 * @throws {LimitError} if it holds far more than any message does
 */
export function decodeAdapterMessage(bytes: Uint8Array): {
  type: 'hello' | 'frame' | 'focus' | 'motor' | 'camera' | 'bye';
  raw: Record<string, unknown>;
} {
  let raw: unknown;
  try {
    assertPlainMessage(bytes, MESSAGE_LIMITS);
    raw = unpackr.unpack(bytes);
  } catch (cause) {
    if (cause instanceof TweezertrackError) throw cause;
    const received = `${bytes.length} bytes that are not`;
    throw new ProtocolError({ where: 'camera message', expected: 'one MessagePack map', received }, cause);
  }
  const type = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>).type : undefined;
  switch (type) {
    case 'frame':
    case 'hello':
    case 'focus':
    case 'motor':
    case 'camera':
    case 'bye':
      return { type, raw: raw as Record<string, unknown> };
  }
  throw new ProtocolError({
    where: 'camera message type',
    expected: 'hello, frame, focus, motor, camera or bye',
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
