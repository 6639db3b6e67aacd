import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { accountedFrames } from '#ingest/frame-ledger.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';

const SHAPE = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
const FRAMES = 25;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tweezertrack-unrecorded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a recording that cannot be opened is an alarm: frames are tracked, and counted as not recorded', async () => {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  // Where the folder of all runs should be lies a file: nobody can make a folder in it, whoever they are.
  config.recording.folder = join(folder, 'runs');
  writeFileSync(config.recording.folder, 'not a folder');
  const log: string[] = [];
  const tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => null,
    rois: () => [{ bead: 0, left: 20, top: 10, size: 48 }],
    roiSize: 48,
    log: (text) => log.push(text),
  });
  try {
    const report = await runCamera(
      {
        open: async () => ({ camera: 'test', ...SHAPE, fps: 0, pixelSizeNm: 100 }),
        async *frames(): AsyncGenerator<CameraFrame> {
          for (let id = 0; id < FRAMES; id++) {
            yield { id, timeNs: BigInt(id), pixels: new Uint8Array(frameBytes(SHAPE)).fill(90) };
          }
        },
        close: async () => {},
      },
      {
        url: `ws://127.0.0.1:${tracker.server.port}`,
        signal: new AbortController().signal,
        log: () => {},
      },
    );
    expect(report.sent).toBe(FRAMES);
  } finally {
    await tracker.close();
  }
  const alarms = log.filter((text) => text.startsWith('error'));
  expect(alarms).toEqual([
    expect.stringMatching(/E_RECORDING .*runs.*expected a folder that can be written/),
  ]);
  expect(tracker.recording).toBeNull();
  expect(tracker.totals()).toMatchObject({ tracked: FRAMES, 'recorder-overrun': FRAMES, offered: FRAMES });
  expect(accountedFrames(tracker.totals())).toBe(FRAMES);
});
