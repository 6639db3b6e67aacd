import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import {
  CAMERA_LINK_VERSION,
  CAMERA_PATH,
  decodeTrackerMessage,
  encodeLinkMessage,
  type TrackerMessage,
} from '#protocol/camera-link.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { CameraAdapter, CameraFrame } from './define.ts';

/** What became of the frames of an adapter. */
export interface AdapterReport {
  sent: number;
  /** Not sent for want of credit or of a tracker. */
  dropped: number;
}

export interface RunCameraOptions {
  /** Base URL of the tracker, e.g. `ws://127.0.0.1:8321`. */
  url: string;
  signal: AbortSignal;
  /** Words for the person at the terminal. */
  log(text: string): void;
}

const RETRY_MS = [200, 500, 1000, 2000];
const FAREWELL_MS = 5000;
/** A camera set wrongly earns an error with every frame; a person needs it once a second. */
const ERROR_EVERY_MS = 1000;

/**
 * Carries the frames of an adapter to the tracker until they end or `signal` aborts.
 *
 * A camera with a frame rate never waits: without credit the frame at hand replaces the one kept for the next
 * credit, and the older is counted as dropped. A camera without one (`fps` 0, e.g. a replay as fast as it goes) waits, and loses
 * nothing. A lost link is opened again; frames of a running camera are dropped meanwhile.
 * @throws {DeviceError} when the tracker refuses the camera
 */
export async function runCamera(adapter: CameraAdapter, options: RunCameraOptions): Promise<AdapterReport> {
  const { signal } = options;
  const facts = await adapter.open();
  const link = new TrackerLink(facts, options);
  try {
    await link.ready();
    for await (const frame of adapter.frames(signal)) {
      if (facts.fps === 0) await link.credit();
      if (signal.aborted || link.refusal) break;
      link.send(frame);
    }
    if (link.refusal) throw link.refusal;
    await link.bye();
  } finally {
    link.close();
    await adapter.close();
  }
  return { sent: link.sent, dropped: link.dropped };
}

class TrackerLink {
  sent = 0;
  dropped = 0;
  refusal: DeviceError | null = null;
  readonly #facts: CameraFacts;
  readonly #options: RunCameraOptions;
  #socket: WebSocket | null = null;
  #credit = 0;
  #droppedBeforeLink = 0;
  #kept: CameraFrame | null = null;
  #closing = false;
  #errorAtMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void)[] = [];

  constructor(facts: CameraFacts, options: RunCameraOptions) {
    this.#facts = facts;
    this.#options = options;
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

  send(frame: CameraFrame): void {
    if (this.#kept) this.dropped++;
    this.#kept = null;
    if (this.#credit > 0 && this.#socket) this.#transmit(frame);
    else this.#kept = { ...frame, pixels: frame.pixels.slice() };
  }

  /** Says bye and waits until the tracker has taken everything. */
  async bye(): Promise<void> {
    await Promise.race([this.#until(() => !this.#kept), pause(FAREWELL_MS, undefined, { ref: false })]);
    if (this.#kept) this.dropped++;
    this.#kept = null;
    const socket = this.#socket;
    if (!socket) return;
    this.#closing = true;
    const dropped = this.dropped - this.#droppedBeforeLink;
    const done = this.#until(() => this.#socket === null);
    socket.send(encodeLinkMessage({ type: 'bye', sent: this.sent, dropped }));
    await Promise.race([done, pause(FAREWELL_MS, undefined, { ref: false })]);
  }

  close(): void {
    this.#closing = true;
    this.#options.signal.removeEventListener('abort', this.#wakeAll);
    this.#socket?.terminate();
    this.#wakeAll();
  }

  #transmit({ id, timeNs, pixels, truth }: CameraFrame): void {
    this.#credit--;
    this.sent++;
    const message = {
      type: 'frame' as const,
      id,
      tNs: timeNs,
      dropped: this.dropped - this.#droppedBeforeLink,
      ...(truth && { truth: new Uint8Array(truth.buffer, truth.byteOffset, truth.byteLength) }),
      data: pixels,
    };
    this.#socket!.send(encodeLinkMessage(message));
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
    const url = new URL(CAMERA_PATH, this.#options.url);
    // Masking costs the tracker more than all other work of the link; on loopback nothing can sit in between.
    const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(loopback && { generateMask: () => undefined }),
    });
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        const { camera, width, height, pixelFormat, fps, pixelSizeNm } = this.#facts;
        const known = Number.isFinite(pixelSizeNm) ? { pixelSizeNm } : {};
        const version = CAMERA_LINK_VERSION;
        socket.send(
          encodeLinkMessage({ type: 'hello', version, camera, width, height, pixelFormat, fps, ...known }),
        );
      });
      socket.on('message', (bytes: Buffer) => this.#receive(socket, decodeTrackerMessage(bytes)));
      socket.on('error', reject);
      socket.on('close', () => {
        this.#socket = null;
        this.#credit = 0;
        this.#wakeAll();
        resolve();
      });
    });
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
      case 'farewell':
        socket.close(1000);
        return;
      case 'error':
        if (performance.now() - this.#errorAtMs > ERROR_EVERY_MS) {
          this.#options.log(`${message.code} ${message.message}`);
          this.#errorAtMs = performance.now();
        }
        if (!this.#socket) {
          this.refusal = new DeviceError({
            where: 'tracker',
            expected: 'a welcome',
            received: `${message.code} ${message.message}`,
          });
        }
        break;
      default:
        message satisfies never;
    }
    const kept = this.#kept;
    if (kept && this.#credit > 0) {
      this.#kept = null;
      this.#transmit(kept);
    }
    this.#wakeAll();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.refusal && !this.#options.signal.aborted) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  readonly #wakeAll = (): void => {
    for (const resolve of this.#wake.splice(0)) resolve();
  };
}
