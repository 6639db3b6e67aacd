import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  CAMERA_PATH,
  decodeAdapterMessage,
  encodeLinkMessage,
  type TrackerMessage,
} from '#protocol/camera-link.ts';

/** The tracker's side of one camera link, by hand. */
export interface ScriptedLink {
  socket: WebSocket;
  send(message: TrackerMessage): void;
  /** The next message of this type that was not taken yet. */
  next(type: string): Promise<Record<string, unknown>>;
  /** Messages of this type that were not taken yet. */
  waiting(type: string): number;
}

/** A server that says what it is told to; closed with the running test. */
export interface ScriptedTracker {
  url: string;
  port: number;
  /** The next camera that connects. */
  link(): Promise<ScriptedLink>;
  close(): Promise<void>;
}

/** @param port 0 for any that is free */
export async function scriptedTracker(port = 0): Promise<ScriptedTracker> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, path: CAMERA_PATH });
  await once(server, 'listening');
  const links: ScriptedLink[] = [];
  server.on('connection', (socket) => {
    links.push(linkOf(socket));
    server.emit('link');
  });
  const bound = (server.address() as AddressInfo).port;
  const close = async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `ws://127.0.0.1:${bound}`,
    port: bound,
    async link() {
      while (links.length === 0) await once(server, 'link');
      return links.shift()!;
    },
    close,
  };
}

function linkOf(socket: WebSocket): ScriptedLink {
  const got: Record<string, unknown>[] = [];
  let heard = () => {};
  socket.on('message', (bytes: Buffer) => {
    got.push(decodeAdapterMessage(bytes).raw);
    heard();
  });
  return {
    socket,
    send: (message) => socket.send(encodeLinkMessage(message)),
    waiting: (type) => got.filter((message) => message.type === type).length,
    async next(type) {
      for (;;) {
        const index = got.findIndex((message) => message.type === type);
        if (index >= 0) return got.splice(index, 1)[0]!;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}
