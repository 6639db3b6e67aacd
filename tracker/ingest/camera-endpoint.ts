import type { RawData, WebSocket } from 'ws';
import {
  CAMERA_LINK_VERSION,
  decodeAdapterMessage,
  encodeLinkMessage,
  type FrameMessage,
  type HelloMessage,
  parseHello,
  type TrackerMessage,
} from '#protocol/camera-link.ts';
import { nowNs } from '#protocol/clock.ts';
import { ProtocolError, TweezertrackError } from '#protocol/errors.ts';
import { type BytesOfVersion, checkFrame, droppedCount, motorPositions } from '#protocol/frame-message.ts';
import type { MotorPositions } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import { CameraDevices, type DeviceWatchers } from './camera-devices.ts';
import { FRAME_AGAIN, type FrameLedger } from './frame-ledger.ts';
import { clockBack, linkError, outOfOrder } from './link-errors.ts';
import { type ROI_STREAMING, StreamedRois } from './streamed-rois.ts';

/** WebSocket close code of a tracker that ends: adapters wait for the next one. */
const SHUT_DOWN = 1001;
const SHUT_DOWN_WORDS = 'the tracker is shutting down';
/** For an adapter to answer that. */
const ANSWER_MS = 500;

/** A frame as it arrived; the views are valid during the call only. */
export interface ReceivedFrame {
  /** The run's frame number. */
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  /** All of the frame, or the ROIs it was cut to. */
  pixels: Uint8Array;
  /** The list of ROIs given to `setRois` that the pixels are of; null for a whole frame. */
  rois: readonly Roi[] | null;
  /** The whole frame beside its ROIs, when it was asked for. */
  picture: Uint8Array | null;
  /** Little-endian float64 [bead, (xPx, yPx, zNm)] of a simulated camera. */
  truth: Uint8Array | null;
  /** Where motors were, as the camera sent it; null or absent where it said nothing. */
  positions?: MotorPositions | null;
}

export interface CameraEndpointOptions extends DeviceWatchers {
  /** Frames an adapter may have under way: more hide the link, fewer keep latency low under overload. */
  window: number;
  /** Whether cameras that can are asked for the ROIs of a frame where these are few bytes. */
  roiStreaming: (typeof ROI_STREAMING)[number];
  /** Largest message the socket takes. */
  maxMessageBytes?: number;
  ledger: FrameLedger;
  /** A camera said hello; it is welcomed when this resolves, and refused with what it rejects with. */
  onCamera(hello: HelloMessage): Promise<void>;
  /** The camera left; `goodbye` when it ended by itself. */
  onAway(camera: string, goodbye: boolean): void;
  onFrame(frame: ReceivedFrame): void;
  /** A message that was refused, as the adapter was told, or that is odd, or a link that broke. */
  onTrouble(error: TweezertrackError, refused: boolean): void;
}

/**
 * The tracker's side of the camera link: one camera at a time, credit by credit.
 *
 * Credit is given back as frames are settled, so a tracker that falls behind makes the adapter drop
 * at the source, where it costs nothing, and latency stays bounded by the window.
 */
export class CameraEndpoint {
  readonly #options: CameraEndpointOptions;
  #camera: WebSocket | null = null;
  #hello: HelloMessage | null = null;
  #rois: readonly Roi[] = [];
  /** Of the link that is open; null when its frames are whole for good. */
  #streamed: StreamedRois | null = null;
  #pictureAsked = false;
  #devices: CameraDevices | null = null;
  readonly #bytesOfVersion: BytesOfVersion = (version) => this.#streamed?.bytesOf(version);
  #unsettled = 0;
  /** Credit of settled frames that the adapter has not been told of. */
  #owed = 0;
  #goodbye = false;
  #closing = false;
  #welcoming: Promise<void> = Promise.resolve();

  constructor(options: CameraEndpointOptions) {
    this.#options = options;
  }

  /** Takes over a socket that was opened on the camera path. */
  accept(socket: WebSocket): void {
    if (this.#closing) return void socket.close(SHUT_DOWN, SHUT_DOWN_WORDS);
    socket.binaryType = 'nodebuffer';
    socket.on('message', (message: RawData) => this.#receive(socket, message as Buffer));
    socket.on('error', (cause) => this.#options.onTrouble(linkError(cause), false));
    socket.on('close', () => this.#closed(socket));
  }

  /** Frames that were tracked or given up: their credit goes back to the adapter. */
  settled(frames: number): void {
    this.#unsettled -= frames;
    // Before the welcome there is nobody to credit: it will count what is free by then.
    if (!this.#camera || !this.#hello) return;
    this.#owed += frames;
    // A message costs as much as receiving a frame of ROIs: while more frames are on their way, half a window is told at once.
    if (this.#unsettled > 0 && this.#owed < this.#options.window / 2) return;
    send(this.#camera, { type: 'credit', credit: this.#owed });
    this.#owed = 0;
  }

  /**
   * ROIs that frames are tracked with from now on. A camera that can cuts its frames to them where that pays; none
   * make it send whole frames. Frames under way are still cut as before.
   * @param rois a list that does not change
   */
  setRois(rois: readonly Roi[]): void {
    this.#rois = rois;
    this.#sendRois();
  }

  /** Whether the camera is sending ROIs only. */
  get cutsFrames(): boolean {
    return this.#streamed?.cuts ?? false;
  }

  /** Has the next frame bring all of its pixels along, where frames are cut. */
  askForPicture(): void {
    if (!this.cutsFrames || this.#pictureAsked || !this.#camera) return;
    this.#pictureAsked = true;
    send(this.#camera, { type: 'picture' });
  }

  /**
   * Closes the link with a word to the adapter, once a welcome under way is through, and takes the frames it sent
   * before it heard; none come after.
   */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#welcoming;
    const camera = this.#camera;
    if (!camera) return;
    const closed = new Promise((resolve) => camera.once('close', resolve));
    camera.close(SHUT_DOWN, SHUT_DOWN_WORDS);
    const timer = setTimeout(() => camera.terminate(), ANSWER_MS);
    await closed;
    clearTimeout(timer);
  }

  #receive(socket: WebSocket, bytes: Buffer): void {
    try {
      const { type, raw } = decodeAdapterMessage(bytes);
      // One after the other: a camera that is gone before it is welcomed must not begin a run beside the next.
      if (type === 'hello') this.#welcoming = this.#welcoming.then(() => this.#welcome(socket, raw));
      else if (socket !== this.#camera || !this.#hello) {
        throw new ProtocolError({ where: 'first message', expected: 'hello', received: type });
      } else if (type === 'frame') this.#frame(this.#hello, raw);
      else if (type !== 'bye') {
        if (this.#devices?.answered(type, raw).paused) this.#options.ledger.paused();
      } else {
        this.#options.ledger.linkClosed(droppedCount(raw), nowNs());
        this.#goodbye = true;
        send(socket, { type: 'farewell' });
      }
    } catch (error) {
      this.#refuse(socket, error);
    }
  }

  async #welcome(socket: WebSocket, raw: Record<string, unknown>): Promise<void> {
    if (this.#closing) return void socket.close(SHUT_DOWN, SHUT_DOWN_WORDS);
    try {
      const hello = parseHello(raw);
      if (this.#camera) {
        throw new ProtocolError({
          where: `camera '${hello.camera}'`,
          expected: 'no other camera',
          received: `'${this.#hello?.camera}' is connected`,
          remedy: 'stop the other adapter first',
        });
      }
      this.#camera = socket;
      this.#hello = null;
      this.#goodbye = false;
      await this.#options.onCamera(hello);
      if (socket.readyState !== socket.OPEN) {
        this.#camera = null;
        this.#options.onAway(hello.camera, false);
        return;
      }
      this.#hello = hello;
      this.#options.ledger.linkOpened(hello.wrap);
      const credit = Math.max(0, this.#options.window - this.#unsettled);
      this.#owed = 0;
      send(socket, { type: 'welcome', version: CAMERA_LINK_VERSION, credit });
      this.#pictureAsked = false;
      const streams = hello.roiStreaming && this.#options.roiStreaming === 'auto';
      this.#streamed = streams
        ? new StreamedRois(hello, this.#options.maxMessageBytes ?? Number.POSITIVE_INFINITY)
        : null;
      this.#sendRois();
      this.#devices = new CameraDevices(hello, (message) => send(socket, message), this.#options);
    } catch (error) {
      if (this.#camera === socket && !this.#hello) this.#camera = null;
      this.#refuse(socket, error);
    }
  }

  #sendRois(): void {
    const change = this.#streamed?.change(this.#rois);
    if (change && this.#camera) send(this.#camera, change);
  }

  #frame(hello: HelloMessage, raw: Record<string, unknown>): void {
    const { ledger, window, onFrame } = this.#options;
    const receivedNs = nowNs();
    this.#unsettled++;
    let frame: FrameMessage;
    try {
      frame = checkFrame(raw, hello, this.#bytesOfVersion);
    } catch (error) {
      this.#refuseFrame(raw.id, receivedNs);
      throw error;
    }
    const id = ledger.received(frame.id, Number(frame.dropped ?? 0), receivedNs);
    if (id < 0) {
      if (id === FRAME_AGAIN) ledger.refusedUnnumbered();
      this.settled(1);
      throw outOfOrder(frame.id, id);
    }
    if (this.#unsettled > window) {
      ledger.lost(id, 'dropped-ring', receivedNs);
      this.settled(1);
      return;
    }
    if (ledger.clockWentBack(frame.tNs)) this.#options.onTrouble(clockBack(frame.id), false);
    const truth = frame.truth instanceof Uint8Array && frame.truth.length % 8 === 0 ? frame.truth : null;
    const picture = frame.picture ?? null;
    if (picture) this.#pictureAsked = false;
    const rois = frame.rois == null ? null : this.#streamed!.roisOf(frame.rois);
    const positions = motorPositions(frame);
    onFrame({
      id,
      timeNs: BigInt(frame.tNs),
      receivedNs,
      pixels: frame.data,
      rois,
      picture,
      truth,
      positions,
    });
  }

  /** Counts a frame that cannot be used, under its number if it has one of its own. */
  #refuseFrame(number: unknown, atNs: bigint): void {
    const { ledger } = this.#options;
    const numbered = Number.isInteger(number) && (number as number) >= 0 && (number as number) < 2 ** 32;
    const id = numbered ? ledger.received(number as number, 0, atNs) : FRAME_AGAIN;
    if (id >= 0) ledger.lost(id, 'refused', atNs);
    else if (id === FRAME_AGAIN) ledger.refusedUnnumbered();
    this.settled(1);
  }

  #refuse(socket: WebSocket, cause: unknown): void {
    const error = cause instanceof TweezertrackError ? cause : linkError(cause);
    send(socket, { type: 'error', code: error.code, message: error.message });
    this.#options.onTrouble(error, true);
    if (socket !== this.#camera) socket.close(1002, error.code);
  }

  #closed(socket: WebSocket): void {
    // Before its welcome is through, the welcome itself finds the socket closed.
    if (socket !== this.#camera || !this.#hello) return;
    const { camera } = this.#hello;
    this.#camera = null;
    this.#hello = null;
    this.#streamed = null;
    this.#devices?.lost();
    this.#devices = null;
    this.#options.onAway(camera, this.#goodbye);
  }
}

function send(socket: WebSocket, message: TrackerMessage): void {
  if (socket.readyState === socket.OPEN) socket.send(encodeLinkMessage(message));
}
