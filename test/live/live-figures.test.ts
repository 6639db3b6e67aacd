import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { CameraFrame } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { nowNs } from '#protocol/clock.ts';
import { LATENCY_STEP_NAMES } from '#protocol/latency-step.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { openRun, readFates } from '#recording/read-recording.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { until } from '../support/until.ts';

const SHAPE = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
const PIXELS = new Uint8Array(frameBytes(SHAPE)).fill(90);

let folder: string;
let tracker: LiveTracker;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tweezertrack-figures-'));
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  config.recording.folder = join(folder, 'runs');
  tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => null,
    rois: () => [{ bead: 0, left: 20, top: 10, size: 48 }],
    roiSize: 48,
    log: () => {},
  });
});

afterEach(async () => {
  await tracker.close();
  rmSync(folder, { recursive: true });
});

/** Films this many frames, each at the time it is asked for. */
async function film(frames: number, first = 0): Promise<void> {
  const adapter = {
    open: async () => ({ camera: 'test', ...SHAPE, fps: 0, pixelSizeNm: 100 }),
    async *frames(): AsyncGenerator<CameraFrame> {
      for (let id = first; id < first + frames; id++) yield { id, timeNs: nowNs(), pixels: PIXELS };
    },
    close: async () => {},
  };
  const { signal } = new AbortController();
  await runCamera(adapter, { url: `ws://127.0.0.1:${tracker.server.port}`, signal, log: () => {} });
}

async function watch(): Promise<{ ws: WebSocket; got: LiveMessage[] }> {
  const ws = new WebSocket(`ws://127.0.0.1:${tracker.server.port}/live`);
  const got: LiveMessage[] = [];
  ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
  await once(ws, 'open');
  return { ws, got };
}

const metricsOf = async () =>
  (await (await fetch(new URL('/metrics', tracker.server.url))).text()).split('\n');

test('the steps of every frame reach the dashboard, /metrics, the recording and its end', async () => {
  const { ws, got } = await watch();
  await film(60);
  const statuses = () => got.filter((message) => message.type === 'status');
  await until(() =>
    LATENCY_STEP_NAMES.every((step) =>
      statuses().some(({ latency }) => latency[step].p50Ms > 0 && latency[step].p99Ms > 0),
    ),
  );
  await until(async () =>
    (await metricsOf()).includes('tweezertrack_latency_seconds_count{step="tracked-to-sent"} 60'),
  );
  const lines = await metricsOf();
  expect(lines).toContain('tweezertrack_frames_total{fate="tracked"} 60');
  expect(lines).toContain('tweezertrack_frames_offered_total 60');
  expect(lines).toContain('tweezertrack_latency_seconds_count{step="camera-to-tracked"} 60');
  expect(lines).toContain('tweezertrack_viewers 1');
  ws.close();

  await tracker.close();
  const run = await openRun(tracker.recording!);
  expect(run.record.latency?.['camera-to-received']?.frames).toBe(60);
  expect(run.record.latency?.['received-to-tracked']?.frames).toBe(60);
  let frames = 0;
  let longestMs = 0;
  for await (const { timeNs, receivedNs, submittedNs, trackedNs } of readFates(run.framesPath)) {
    frames++;
    // Camera and tracker are one process here, with one clock.
    expect(timeNs! <= receivedNs && receivedNs <= submittedNs! && submittedNs! <= trackedNs!).toBe(true);
    longestMs = Math.max(longestMs, Number(trackedNs! - receivedNs) / 1e6);
  }
  expect(frames).toBe(60);
  expect(run.record.latency?.['received-to-tracked']?.maxMs).toBeCloseTo(longestMs, 3);
});

test('a viewer that stalls loses no frame and holds none up', async () => {
  const { ws, got } = await watch();
  await film(10);
  await until(() => tracker.totals().tracked === 10);
  ws.send(encodeLive({ type: 'watch', id: 1, beads: [0] }));
  await until(() => got.some(({ type }) => type === 'reply'));
  ws.pause();
  await film(400, 10);
  await until(() => tracker.totals()['in-flight'] === 0);
  expect(tracker.totals()).toMatchObject({ offered: 410, tracked: 410, 'in-flight': 0 });
  expect(await metricsOf()).toContain('tweezertrack_viewers 1');
  ws.resume();
  const points = () =>
    got.reduce(
      (sum, message) => sum + (message.type === 'tracks' ? (message.traces[0]?.timeS.length ?? 0) : 0),
      0,
    );
  await until(() => points() >= 400);
  expect(points()).toBe(400);
  ws.close();
});
