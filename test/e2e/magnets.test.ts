import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCamera } from '#camera-adapters/run.ts';
import { parseSimulatedCameraOptions, simulatedCamera, simulatedScene } from '#camera-adapters/simulated.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { MotorKind, MotorStatus } from '#protocol/motor.ts';
import type { FateRow } from '#recording/fate-block.ts';
import { readFates, readTracks } from '#recording/read-recording.ts';
import { sceneRois } from '#simulation/scene.ts';
import { presetPlan } from '#stages/presets.ts';
import { LiveClient } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { simulatedZLuts } from '#tracker/simulated-z-luts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROI_SIZE = 64;
const FRAMES = 400;
const SOON_MS = 60_000;
const CAMERA = parseSimulatedCameraOptions({
  ...{ beads: 2, referenceBeads: 1, radiiNm: [1000], seed: 12, zRangeNm: [4000, 4300] },
  ...{ pace: 'fast', fps: 100, driftNmPerS: [0, 0, 0], pixelFormat: 'mono12', turnsPerS: 40 },
});
const folder = temporaryFolder();

/** A tracker of the simulated camera, and an operator of it. */
async function start() {
  const scene = simulatedScene(CAMERA);
  const plan = presetPlan('magtrack');
  const zLut = (await simulatedZLuts(CAMERA, plan, ROI_SIZE)).get(1000)!;
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'wasm';
  config.recording.folder = join(folder, 'runs');
  config.magnetTranslation.from = 1;
  const rois = sceneRois(scene, ROI_SIZE);
  const options = { config, plan, zLutOf: () => zLut, roiSize: ROI_SIZE, rois: () => rois, log: () => {} };
  const tracker = await LiveTracker.start(options);
  onTestFinished(() => tracker.close());
  const url = `ws://127.0.0.1:${tracker.server.port}`;
  const stop = new AbortController();
  const filmed = runCamera(simulatedCamera(CAMERA), { url, signal: stop.signal, log: () => {} });
  let motors: MotorStatus[] = [];
  const hear = (message: LiveMessage) => {
    if ('motors' in message && message.motors) motors = message.motors;
  };
  const person = await LiveClient.open(url, {}, hear);
  const statusOf = (motor: MotorKind) => motors.find((one) => one.motor === motor);
  return {
    tethered: scene.beads.findIndex(({ reference }) => !reference),
    recording: () => tracker.recording!,
    statusOf,
    ask: (request: Parameters<typeof person.ask>[0]) => person.ask(request),
    /** Waits until a motor rests where it is asked to be. */
    at: (motor: MotorKind, place: number) =>
      vi.waitUntil(() => statusOf(motor)?.settled && Math.abs(statusOf(motor)!.at - place) < 0.01, SOON_MS),
    async takeFrames() {
      const until = tracker.totals().tracked + FRAMES;
      await vi.waitUntil(() => tracker.totals().tracked >= until, SOON_MS);
    },
    async end() {
      person.close();
      stop.abort();
      await filmed;
      await vi.waitUntil(() => tracker.totals()['in-flight'] === 0, SOON_MS);
      await tracker.close();
    },
  };
}

/** Mean z of each bead over the frames with the magnets at this place, and how many these are. */
async function heightsAt(run: string, place: { magnetMm: number; magnetTurns: number }) {
  const there = new Set<number>();
  for await (const row of readFates(join(run, 'frames.arrows'))) if (isAt(row, place)) there.add(row.frame);
  const [sums, counts] = [
    [0, 0],
    [0, 0],
  ];
  for await (const { rows, frame, bead, zNm } of readTracks(join(run, 'tracks.arrows'))) {
    for (let row = 0; row < rows; row++) {
      if (!there.has(frame[row]!) || Number.isNaN(zNm[row]!)) continue;
      sums[bead[row]!]! += zNm[row]!;
      counts[bead[row]!]!++;
    }
  }
  return { heights: sums.map((sum, bead) => sum / counts[bead]!), frames: there.size };
}

function isAt({ magnetMm, magnetTurns }: FateRow, place: { magnetMm: number; magnetTurns: number }): boolean {
  return magnetMm === place.magnetMm && magnetTurns === place.magnetTurns;
}

test('beads follow the magnets that a dashboard moves, and the recording says where these were', async () => {
  const session = await start();
  await session.at('magnet-translation', 3);
  await session.takeFrames();
  expect(await session.ask({ type: 'motor-move', motor: 'magnet-translation', to: 8 })).toBeNull();
  await session.at('magnet-translation', 8);
  await session.takeFrames();
  expect(await session.ask({ type: 'motor-move', motor: 'magnet-translation', to: 3 })).toBeNull();
  expect(await session.ask({ type: 'motor-move', motor: 'magnet-rotation', to: 20 })).toBeNull();
  await session.at('magnet-rotation', 20);
  await session.at('magnet-translation', 3);
  await session.takeFrames();

  // Above the lower end of the settings, which is narrower than that of the magnets.
  expect(await session.ask({ type: 'motor-move', motor: 'magnet-translation', to: 0.5 })).toMatch(
    /E_LIMIT magnet-translation simulated: expected a position from 1 to 8 mm, received 0.5 mm/,
  );
  expect(await session.ask({ type: 'motor-move', motor: 'magnet-rotation', to: -60 })).toBeNull();
  expect(await session.ask({ type: 'motor-stop', motor: 'magnet-rotation' })).toBeNull();
  await vi.waitUntil(() => session.statusOf('magnet-rotation')?.settled, SOON_MS);
  const stoppedAt = session.statusOf('magnet-rotation')!.at;
  expect(stoppedAt).toBeGreaterThan(-60);
  await session.end();

  const run = session.recording();
  const [atRest, raised, turned] = [
    await heightsAt(run, { magnetMm: 3, magnetTurns: 0 }),
    await heightsAt(run, { magnetMm: 8, magnetTurns: 0 }),
    await heightsAt(run, { magnetMm: 3, magnetTurns: 20 }),
  ];
  for (const { frames } of [atRest, raised, turned]) expect(frames).toBeGreaterThan(FRAMES / 2);
  const change = (to: typeof raised, bead: number) => to.heights[bead]! - atRest.heights[bead]!;
  const { tethered } = session;
  // Where the force is 0.1 pN the chain is 1000 (1 - 0.4536) / (1 - 0.1014) nm long. It wavers by 100 nm rms for some 4
  // frames: 5 standard errors over 400 are 100 nm.
  expect(Math.abs(change(raised, tethered) - -392)).toBeLessThan(100 /* nm */);
  // At 20 of 30 turns the hat has taken 4/9 of 1000 nm.
  expect(Math.abs(change(turned, tethered) - -444)).toBeLessThan(50 /* nm */);
  for (const other of [raised, turned]) {
    expect(Math.abs(change(other, 1 - tethered))).toBeLessThan(10 /* nm: noise of the camera */);
  }
  const rows: FateRow[] = [];
  for await (const row of readFates(join(run, 'frames.arrows'))) if (row.fate === 'tracked') rows.push(row);
  expect(rows.every(({ focusZNm }) => focusZNm === 0)).toBe(true);
  expect(rows.at(-1)!.magnetTurns).toBeCloseTo(stoppedAt, 6);
});
