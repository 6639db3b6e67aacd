import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { type RawCamera, rawCamera } from './raw-camera.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SHAPE = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
export const PIXELS = new Uint8Array(SHAPE.width * SHAPE.height).map((_, at) => 90 + (at % 7));
export const EXPOSURE = { name: 'exposureUs', unit: 'µs', value: 1000, from: 10, to: 5000 };
export const SOON = { interval: 5 };

// These are of the test that runs.
export let runs: string;
export let tracker: LiveTracker;
let doors: WebSocketServer;
export let camera: RawCamera;

/** One page of somebody. */
export interface Page {
  ws: WebSocket;
  got: LiveMessage[];
  /** Resolves with why it was refused, or null. */
  ask(request: object): Promise<string | null>;
  newest<Type extends LiveMessage['type']>(type: Type): Extract<LiveMessage, { type: Type }> | undefined;
}

export async function start(
  enabled = false,
  zLutOf: (bead: number) => ZLut | null = () => null,
): Promise<void> {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  config.recording = { ...config.recording, enabled, folder: runs };
  tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf,
    rois: () => [],
    roiSize: 48,
    rigFile: join(runs, 'rig.json'),
    log: () => {},
  });
}

/** @param controls what the hello says of them */
export async function connect(controls?: object): Promise<void> {
  const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', ...SHAPE, fps: 100 };
  camera = await rawCamera(`ws://127.0.0.1:${tracker.server.port}`, {
    ...hello,
    ...(controls && { controls }),
  });
}

/** @param owner whom its token was given to */
export async function enter(
  role: 'operator' | 'viewer',
  person?: string,
  name = '',
  owner = '',
): Promise<Page> {
  doors.once('connection', (socket: WebSocket) => tracker.mount.onViewer(socket, role, owner));
  const { port } = doors.address() as { port: number };
  const ws = new WebSocket(`ws://127.0.0.1:${port}`);
  const got: LiveMessage[] = [];
  ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
  // The snapshot.
  await once(ws, 'message');
  let id = 0;
  const page: Page = {
    ws,
    got,
    async ask(request) {
      const mine = ++id;
      ws.send(encodeLive({ ...request, id: mine } as ControlRequest));
      const before = got.length;
      for (;;) {
        // A request that cannot be read has no id to answer to.
        const reply = got
          .slice(before)
          .find((message) => message.type === 'reply' && [mine, -1].includes(message.id));
        if (reply?.type === 'reply') return reply.error;
        await once(ws, 'message');
      }
    },
    newest(type) {
      return got.findLast((message) => message.type === type) as ReturnType<Page['newest']> as never;
    },
  };
  if (person) expect(await page.ask({ type: 'introduce', person, name })).toBeNull();
  return page;
}

/** Gives every test of a file a tracker in an empty folder, and a door for its pages. */
export function eachWithDesk(): void {
  const folder = temporaryFolder();
  let count = 0;

  beforeEach(async () => {
    runs = join(folder, `runs-${++count}`);
    doors = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(doors, 'listening');
    await start();
  });

  afterEach(async () => {
    for (const socket of doors.clients) socket.terminate();
    doors.close();
    camera?.ws.terminate();
    await tracker.close();
  });
}
