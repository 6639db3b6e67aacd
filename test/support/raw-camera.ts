import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import WebSocket from 'ws';
import {
  CAMERA_PATH,
  decodeTrackerMessage,
  encodeLinkMessage,
  type TrackerMessage,
} from '#protocol/camera-link.ts';
import { urlBelow } from '#protocol/camera-name.ts';

/** A camera that sends what it is told to, right or wrong, and keeps what it is answered. */
export interface RawCamera {
  ws: WebSocket;
  tcp: Socket;
  send(message: object): void;
  /** The next message of this type that was not taken yet. */
  next<Type extends TrackerMessage['type']>(type: Type): Promise<Extract<TrackerMessage, { type: Type }>>;
  /** Sends a frame and waits until it is settled. */
  frame(id: number, data: Uint8Array, more?: object): Promise<void>;
}

/** Opens a link and says hello; resolves with the welcome. */
export async function rawCamera(url: string, hello: object): Promise<RawCamera> {
  let tcp!: Socket;
  const ws = new WebSocket(urlBelow(url, CAMERA_PATH), {
    createConnection: ((options: { port: number }) => {
      tcp = connect(Number(options.port), '127.0.0.1');
      return tcp;
    }) as NonNullable<WebSocket.ClientOptions['createConnection']>,
  });
  const got: TrackerMessage[] = [];
  ws.on('message', (bytes: Buffer) => got.push(decodeTrackerMessage(bytes)));
  ws.on('error', () => {});
  await once(ws, 'open');
  const camera: RawCamera = {
    ws,
    tcp,
    send: (message) => ws.send(encodeLinkMessage(message as TrackerMessage)),
    async next<Type extends TrackerMessage['type']>(type: Type) {
      for (;;) {
        const index = got.findIndex((message) => message.type === type);
        if (index >= 0) return got.splice(index, 1)[0] as Extract<TrackerMessage, { type: Type }>;
        await once(ws, 'message');
      }
    },
    async frame(id, data, more = {}) {
      camera.send({ type: 'frame', id, tNs: id, data, ...more });
      await camera.next('credit');
    },
  };
  camera.send(hello);
  await camera.next('welcome');
  return camera;
}
