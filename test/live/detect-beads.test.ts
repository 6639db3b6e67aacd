import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { ProposalsMessage } from '#protocol/bead-proposal.ts';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { syntheticField } from '../rois/synthetic-field.ts';
import { type RawCamera, rawCamera } from '../support/raw-camera.ts';

const field = syntheticField(320, 240, 3).rings(80, 90, 22).rings(240, 90, 22).rings(160, 180, 22);
const pixels = field.expose(3);

describe('auto-detect on a running camera', () => {
  let tracker: LiveTracker;
  let doors: WebSocketServer;
  let ws: WebSocket;
  let got: LiveMessage[];
  let camera: RawCamera;
  let frames: number;

  beforeEach(async () => {
    const config = defaultConfig();
    config.server.port = 0;
    config.engine.engine = 'reference';
    config.recording.enabled = false;
    tracker = await LiveTracker.start({
      config,
      plan: parsePlan(MAGTRACK_PLAN),
      zLutOf: () => null,
      rois: () => [{ bead: 0, left: 50, top: 60, size: 60 }],
      roiSize: 60,
      log: () => {},
    });
    doors = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(doors, 'listening');
    got = [];
    const url = `ws://127.0.0.1:${tracker.server.port}`;
    const { width, height } = field;
    const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', width, height, fps: 100 };
    camera = await rawCamera(url, { ...hello, pixelFormat: 'mono8' });
    frames = 0;
  });

  afterEach(async () => {
    ws.terminate();
    camera.ws.terminate();
    doors.close();
    await tracker.close();
  });

  async function enter(role: 'operator' | 'viewer'): Promise<void> {
    doors.once('connection', (socket: WebSocket) => tracker.mount.onViewer(socket, role));
    const { port } = doors.address() as { port: number };
    ws = new WebSocket(`ws://127.0.0.1:${port}`);
    ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
    await once(ws, 'open');
  }

  /** Sends frames, each once the one before is settled, until the request is answered; resolves with the error. */
  async function ask(request: ControlRequest): Promise<string | null> {
    ws.send(encodeLive(request));
    for (;;) {
      const reply = got.find((message) => message.type === 'reply');
      if (reply) return reply.error;
      await camera.frame(frames++, pixels);
    }
  }

  test('an operator gets proposals without the bead that is tracked, while frames go on, and can add one', async () => {
    await enter('operator');
    expect(await ask({ type: 'detect-beads', id: 5, roiSize: 60, minScore: 0.5 })).toBeNull();
    const message = got.find((one): one is ProposalsMessage => one.type === 'proposals')!;
    expect(message.id).toBe(5);
    expect(message.proposals.map(({ kind }) => kind)).toEqual(['isolated', 'isolated']);
    expect(got.findIndex(({ type }) => type === 'proposals')).toBeLessThan(
      got.findIndex(({ type }) => type === 'reply'),
    );
    expect(tracker.totals().tracked).toBeGreaterThan(message.frame);
    got.length = 0;
    const [{ xPx, yPx, roiSize }] = message.proposals as [ProposalsMessage['proposals'][number]];
    expect(await ask({ type: 'add-bead', id: 6, xPx, yPx, size: roiSize })).toBeNull();
  });

  test('what is wrong with a request is told: no bead at the seed, a score above 1', async () => {
    await enter('operator');
    expect(await ask({ type: 'detect-beads', id: 7, seed: { xPx: 300, yPx: 20 } })).toMatch(
      /^E_ROI seed bead/,
    );
    got.length = 0;
    expect(await ask({ type: 'detect-beads', id: 8, minScore: 2 })).toMatch(/^E_PROTOCOL .*minScore/s);
  });

  test('a viewer gets none', async () => {
    await enter('viewer');
    expect(await ask({ type: 'detect-beads', id: 9 })).toMatch(
      /^E_ACCESS detect-beads: expected the role operator/,
    );
    expect(got.some(({ type }) => type === 'proposals')).toBe(false);
  });
});
