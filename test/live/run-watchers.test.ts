import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import { decodeLive } from '#protocol/live.ts';
import { MotorTrace } from '#protocol/motor-trace.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { rawCamera } from '../support/raw-camera.ts';

const SHAPE = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
const SOON = { timeout: 20_000, interval: 20 };

test('a dashboard is told where the magnet was in the frames of a camera, at their times', async () => {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  config.recording.enabled = false;
  const tracker = await LiveTracker.start({
    ...{ config, plan: parsePlan(MAGTRACK_PLAN), zLutOf: () => null, roiSize: 48, log: () => {} },
    rois: () => [],
  });
  onTestFinished(() => tracker.close());
  const url = `ws://127.0.0.1:${tracker.server.port}`;
  const ws = new WebSocket(`${url}/live`);
  const trace = new MotorTrace();
  ws.on('message', (bytes: Buffer) => {
    const message = decodeLive(bytes);
    if (message.type === 'motor-trace') trace.take(message);
  });
  await once(ws, 'open');
  onTestFinished(() => ws.terminate());
  const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', ...SHAPE, fps: 10 };
  const camera = await rawCamera(url, hello);
  onTestFinished(() => camera.ws.terminate());
  const data = new Uint8Array(SHAPE.width * SHAPE.height);
  for (let id = 0; id < 20; id++) {
    camera.send({ type: 'frame', id, tNs: id * 1e8, magnetMm: 3 + id / 10, data });
  }
  await expect.poll(() => trace.newestS, SOON).toBeCloseTo(1.9, 9);
  expect(trace.names).toEqual(['magnetMm']);
  const { timeS, magnetMm } = trace.points;
  expect(timeS.length).toBe(20);
  for (const [at, time] of timeS.entries()) expect(magnetMm[at]).toBeCloseTo(3 + time, 9);
});
