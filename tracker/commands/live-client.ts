import { once } from 'node:events';
import WebSocket from 'ws';
import { urlBelow } from '#protocol/camera-name.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { DeviceError, ProtocolError } from '#protocol/errors.ts';
import { decodeLive, encodeLive, LIVE_PATH, LIVE_VERSION, type LiveMessage } from '#protocol/live.ts';

/** A request without its id, which the client gives. */
export type RequestWithoutId = ControlRequest extends infer Request
  ? Request extends ControlRequest
    ? Omit<Request, 'id'>
    : never
  : never;

/** A program in the place of a dashboard: hears what the tracker tells, and asks it to do things. */
export class LiveClient {
  readonly #socket: WebSocket;
  readonly #replies = new Map<number, (error: string | null) => void>();
  #lastId = 0;

  /**
   * Connects to a tracker.
   * @param onMessage told of everything but replies
   * @throws {DeviceError} when there is none, or it turns the client away
   */
  static async open(
    url: string,
    access: { token?: string; ca?: string },
    onMessage: (message: LiveMessage) => void,
  ): Promise<LiveClient> {
    const { ca, token } = access;
    const socket = new WebSocket(urlBelow(url, LIVE_PATH), {
      perMessageDeflate: false,
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      ...(ca !== undefined && { ca }),
    });
    const client = new LiveClient(socket, onMessage);
    try {
      await once(socket, 'open');
    } catch (cause) {
      const received = (cause as Error).message;
      const remedy = 'is it running there, and the token that of an operator?';
      throw new DeviceError({ where: `tracker ${url}`, expected: 'a live link', received, remedy }, cause);
    }
    return client;
  }

  private constructor(socket: WebSocket, onMessage: (message: LiveMessage) => void) {
    this.#socket = socket;
    socket.on('message', (bytes: Buffer) => {
      const message = decodeLive(bytes);
      if (message.type !== 'reply') return onMessage(message);
      this.#replies.get(message.id)?.(message.error);
      this.#replies.delete(message.id);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const reply of this.#replies.values()) reply('the tracker has closed the link');
      this.#replies.clear();
    });
  }

  /** Resolves when the link is gone. */
  get closed(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return once(this.#socket, 'close').then(() => {});
  }

  /** Asks for something; resolves with null when it is done, or with what the tracker has against it. */
  ask(request: RequestWithoutId): Promise<string | null> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return resolve('the link to the tracker is gone');
      this.#replies.set(id, resolve);
      this.#socket.send(encodeLive({ ...request, id } as ControlRequest));
    });
  }

  close(): void {
    this.#socket.close();
  }
}

/** @throws {ProtocolError} when a tracker is of another release */
export function assertSameRelease(version: number): void {
  if (version === LIVE_VERSION) return;
  throw new ProtocolError({
    where: 'live version',
    expected: `${LIVE_VERSION}`,
    received: `${version}`,
    remedy: 'use the command of the same release as the tracker',
  });
}
