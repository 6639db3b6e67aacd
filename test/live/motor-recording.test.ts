import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CameraAdapter, CameraFrame } from '#camera-adapters/define.ts';
import { simulatedFocusStage } from '#camera-adapters/focus-stages/simulated.ts';
import { simulatedMotor } from '#camera-adapters/motors/simulated.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { nowNs } from '#protocol/clock.ts';
import type { FateRow } from '#recording/fate-block.ts';
import { readFates } from '#recording/read-recording.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

/** Frames that are filmed once motors and focus stage are known. */
const KNOWN_FRAMES = 60;

/** A camera with a magnet and a focus stage that says nothing of them with its frames, and films until both were read. */
function silentCamera(): CameraAdapter {
  const magnet = simulatedMotor('magnet-translation', { range: [0, 8], speed: 5, settleMs: 0, rest: 3 });
  const focusStage = simulatedFocusStage({
    ...{ rangeNm: [-2000, 2000], speedNmPerS: 1e6, settleMs: 0, hysteresisNm: 0, driftNmPerS: 0 },
  });
  // The second question is asked when the first is answered.
  const asked = { magnet: 0, focus: 0 };
  return {
    motors: [{ ...magnet, position: () => magnet.position().finally(() => asked.magnet++) }],
    focusStage: { ...focusStage, position: () => focusStage.position().finally(() => asked.focus++) },
    open: async () => ({
      ...{ camera: 'silent', width: 96, height: 72, pixelFormat: 'mono8', fps: 0, pixelSizeNm: 100 },
    }),
    async *frames(): AsyncGenerator<CameraFrame> {
      for (let id = 0, known = 0; known < KNOWN_FRAMES; id++) {
        const timeNs = nowNs();
        magnet.positionIn(timeNs);
        focusStage.focusNm(timeNs);
        // What was read before the first frame has no time of theirs.
        if (id === 1) Object.assign(asked, { magnet: 0, focus: 0 });
        if (asked.magnet > 1 && asked.focus > 1) known++;
        yield { id, timeNs, pixels: new Uint8Array(96 * 72) };
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: async () => {},
  };
}

test('frames whose camera does not say where motors were are recorded with where these were read', async () => {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  config.recording.folder = join(folder, 'runs');
  const tracker = await LiveTracker.start({
    ...{ config, plan: parsePlan(MAGTRACK_PLAN), zLutOf: () => null, roiSize: 48, log: () => {} },
    rois: () => [{ bead: 0, left: 20, top: 10, size: 48 }],
  });
  const url = `ws://127.0.0.1:${tracker.server.port}`;
  await runCamera(silentCamera(), { url, signal: new AbortController().signal, log: () => {} });
  const run = tracker.recording!;
  await tracker.close();
  const rows: FateRow[] = [];
  for await (const row of readFates(join(run, 'frames.arrows'))) if (row.fate === 'tracked') rows.push(row);
  expect(rows.map(({ frame }) => frame)).toEqual(rows.map((_, frame) => frame));
  // On a busy machine the first frames may be written before the first reading.
  const from = rows.findIndex(({ focusZNm, magnetMm }) => focusZNm !== null && magnetMm !== null);
  expect(from).toBeGreaterThanOrEqual(0);
  expect(rows.length - from).toBeGreaterThanOrEqual(KNOWN_FRAMES);
  for (const row of rows.slice(from))
    expect(row).toMatchObject({ focusZNm: 0, magnetMm: 3, magnetTurns: null });
});
