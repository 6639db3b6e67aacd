import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import type { CameraControlRequest } from '#protocol/camera-controls.ts';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import {
  CAMERA_LINK_VERSION,
  CAMERA_PATH,
  decodeTrackerMessage,
  encodeLinkMessage,
  type HelloMessage,
  type TrackerMessage,
} from '#protocol/camera-link.ts';
import { urlBelow } from '#protocol/camera-name.ts';
import { DeviceError } from '#protocol/errors.ts';
import { MOTORS } from '#protocol/motor.ts';
import { announcedControlsOf, answerControls } from './answer-controls.ts';
import type { CameraControls, CameraFrame } from './define.ts';
import { FrameBacklog } from './frame-backlog.ts';
import { FramePacker, type PackedFrame } from './frame-packer.ts';
import { answerMove, type MoveRequest, type MovingParts, stopAll } from './motors/answer-motor.ts';

/** With what the tracker may move, which is stopped when the link is lost. */
export interface TrackerLinkOptions extends MovingParts {
  /** Base URL of the tracker, e.g. `ws://127.0.0.1:8321`, or of one of its named cameras, `.../cameras/NAME`. */
  url: string;
  signal: AbortSignal;
  /** Token of the role camera, for a tracker that asks for one. */
  token?: string;
  /** PEM of the authority to trust for `wss`, instead of those of the system. */
  ca?: string;
  /** What the tracker may change of the camera. */
  controls?: CameraControls | undefined;
  /** Words for the person at the terminal. */
  log(text: string): void;
}

const RETRY_MS = [200, 500, 1000, 2000];
const FAREWELL_MS = 5000;
/** A camera set wrongly earns an error with every frame; a person needs it once a second. */
const ERROR_EVERY_MS = 1000;

/** The camera's side of the link: keeps it open, sends frames as credit allows, cut to ROIs when the tracker asks. */
export class TrackerLink {
  sent = 0;
  dropped = 0;
  refusal: DeviceError | null = null;
  readonly #facts: CameraFacts;
  readonly #options: TrackerLinkOptions;
  readonly #packer: FramePacker;
  readonly #backlog: FrameBacklog<PackedFrame>;
  #socket: WebSocket | null = null;
  #credit = 0;
  #droppedBeforeLink = 0;
  #closing = false;
  #errorAtMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void)[] = [];

  constructor(facts: CameraFacts, options: TrackerLinkOptions) {
    this.#facts = facts;
    this.#options = options;
    this.#packer = new FramePacker(facts);
    this.#backlog = new FrameBacklog(facts.fps, (frame) => {
      this.dropped++;
      this.#packer.release(frame);
    });
    options.signal.addEventListener('abort', this.#wakeAll, { once: true });
    void this.#keepOpen();
  }

  /** Resolves when the tracker has answered the hello, or refused it. */
  async ready(): Promise<void> {
    await this.#until(() => this.#socket !== null);
    if (this.refusal) throw this.refusal;
  }

  /** Resolves when a frame may be sent. */
  credit(): Promise<void> {
    return this.#until(() => this.#socket !== null && this.#credit > 0);
  }

  /** Sends a frame, or keeps it for the next credit; its pixels are copied. */
  send(frame: CameraFrame): void {
    const packed = this.#packer.pack(frame);
    if (this.#credit > 0 && this.#socket) this.#transmit(this.#socket, packed);
    else this.#backlog.push(packed, performance.now());
  }

  /** Says bye and waits until the tracker has taken everything, after an abort, too. */
  async bye(): Promise<void> {
    const isGone = () => !this.#socket && this.#options.signal.aborted;
    await this.#inTime(() => this.#backlog.length === 0 || isGone());
    this.#backlog.keepOnly(() => false);
    const socket = this.#socket;
    if (!socket) return;
    this.#closing = true;
    const dropped = this.dropped - this.#droppedBeforeLink;
    socket.send(encodeLinkMessage({ type: 'bye', sent: this.sent, dropped }));
    await this.#inTime(() => !this.#socket);
  }

  close(): void {
    this.#closing = true;
    this.#options.signal.removeEventListener('abort', this.#wakeAll);
    this.#socket?.terminate();
    this.#wakeAll();
  }

  #transmit(socket: WebSocket, frame: PackedFrame): void {
    this.#credit--;
    this.sent++;
    const message = this.#packer.seal(frame, this.dropped - this.#droppedBeforeLink);
    // Sent from where it lies: the buffer is free when the socket has taken the last byte, or will take none.
    socket.send(message, () => this.#packer.release(frame));
  }

  async #keepOpen(): Promise<void> {
    const { signal, log, url } = this.#options;
    for (let attempt = 0; !signal.aborted && !this.#closing && !this.refusal; attempt++) {
      try {
        await this.#connect();
        attempt = 0;
        if (!this.#closing && !this.refusal) log(`link to ${url} lost; connecting again`);
      } catch (error) {
        if (attempt === 0) log(`no tracker at ${url} yet (${(error as Error).message}); trying again`);
      }
      const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      await pause(wait, undefined, { signal, ref: !this.#closing }).catch(() => undefined);
    }
  }

  /** Opens the link and stays until it closes. */
  #connect(): Promise<void> {
    const { ca, token } = this.#options;
    const url = urlBelow(this.#options.url, CAMERA_PATH);
    // Masking costs the tracker more than all other work of the link; on loopback nothing can sit in between.
    const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(loopback && { generateMask: () => undefined }),
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      ...(ca !== undefined && { ca }),
    });
    return new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(encodeLinkMessage(helloOf(this.#facts, this.#options))));
      socket.on('message', (bytes: Buffer) => this.#receive(socket, decodeTrackerMessage(bytes)));
      socket.on('unexpected-response', (_request, response) => {
        void this.#turnedAway(response).then(reject);
        response.once('close', () => socket.terminate());
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (this.#socket) stopAll(this.#options);
        this.#socket = null;
        this.#credit = 0;
        // What the versions of a link mean ends with it.
        this.#packer.setRois(null);
        this.#backlog.keepOnly(({ rois }) => rois === null);
        this.#wakeAll();
        resolve();
      });
    });
  }

  /** Why the tracker opened no link. A wrong token, host or camera name stays wrong; a tracker that is full may have room later. */
  async #turnedAway(response: IncomingMessage): Promise<Error> {
    const { statusCode } = response;
    const words = await text(response).catch(() => '');
    const received = words.trim() || `HTTP status ${statusCode}`;
    const error = new DeviceError({ where: 'tracker', expected: 'a camera link', received });
    if ([401, 403, 404].includes(statusCode ?? 0)) this.refusal = error;
    this.#wakeAll();
    return error;
  }

  #receive(socket: WebSocket, message: TrackerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#socket = socket;
        this.#credit = message.credit;
        this.#droppedBeforeLink = this.dropped;
        break;
      case 'credit':
        this.#credit += message.credit;
        break;
      case 'rois':
        this.#packer.setRois(message);
        break;
      case 'picture':
        this.#packer.askForPicture();
        break;
      case 'focus-move':
      case 'focus-stop':
      case 'focus-position':
      case 'motor-move':
      case 'motor-stop':
      case 'motor-position':
        void this.#move(socket, message);
        return;
      case 'camera-set':
      case 'acquire':
        void this.#control(socket, message);
        return;
      case 'farewell':
        socket.close(1000);
        return;
      case 'error':
        this.#complain(`${message.code} ${message.message}`);
        break;
      default:
        message satisfies never;
    }
    while (this.#socket && this.#credit > 0 && this.#backlog.length > 0) {
      this.#transmit(this.#socket, this.#backlog.shift()!);
    }
    this.#wakeAll();
  }

  async #move(socket: WebSocket, request: MoveRequest): Promise<void> {
    const answer = await answerMove(this.#options, request);
    if (answer && socket.readyState === socket.OPEN) socket.send(encodeLinkMessage(answer));
  }

  async #control(socket: WebSocket, request: CameraControlRequest): Promise<void> {
    const { controls } = this.#options;
    if (!controls) return;
    const answer = await answerControls(controls, request);
    const fps = answer.settings.find(({ name }) => name === 'fps')?.value;
    if (typeof fps === 'number' && this.#facts.fps > 0) this.#backlog.setRate(fps);
    // What was taken before goes before: the tracker then knows the next frame for the first of those after.
    if (request.type === 'acquire') await this.#inTime(() => this.#backlog.length === 0 || !this.#socket);
    if (socket.readyState === socket.OPEN) socket.send(encodeLinkMessage(answer));
  }

  #complain(received: string): void {
    if (performance.now() - this.#errorAtMs > ERROR_EVERY_MS) {
      this.#options.log(received);
      this.#errorAtMs = performance.now();
    }
    if (!this.#socket) this.refusal = new DeviceError({ where: 'tracker', expected: 'a welcome', received });
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.refusal && !this.#options.signal.aborted) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** As `#until`, but whatever the signal says, and not for ever. */
  async #inTime(condition: () => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wakeAll();
    }, FAREWELL_MS);
    while (!condition() && !late) await new Promise<void>((resolve) => this.#wake.push(resolve));
    clearTimeout(timer);
  }

  readonly #wakeAll = (): void => {
    for (const resolve of this.#wake.splice(0)) resolve();
  };
}

function helloOf(
  facts: CameraFacts,
  { focusStage, motors = [], controls }: Pick<TrackerLinkOptions, keyof MovingParts | 'controls'>,
): HelloMessage {
  const { camera, width, height, pixelFormat, fps, pixelSizeNm, wrap } = facts;
  return {
    type: 'hello',
    version: CAMERA_LINK_VERSION,
    camera,
    width,
    height,
    pixelFormat,
    fps,
    roiStreaming: true,
    ...(Number.isFinite(pixelSizeNm) && { pixelSizeNm }),
    ...(wrap && { wrap }),
    ...(focusStage && { focusStage: { ...focusStage.facts } }),
    ...(motors.length > 0 && {
      motors: motors.map(({ facts }) => ({ ...facts, unit: MOTORS[facts.motor].unit })),
    }),
    ...(controls && { controls: announcedControlsOf(controls) }),
  };
}
