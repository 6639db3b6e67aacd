import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCamera } from '#camera-adapters/run.ts';
import { parseSimulatedCameraOptions, simulatedCamera, simulatedScene } from '#camera-adapters/simulated.ts';
import type { LiveMessage, SnapshotMessage } from '#protocol/live.ts';
import type { CalibrationStatus, SweepPlaneMessage } from '#protocol/sweep.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { sceneRois } from '#simulation/scene.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { TOKENS, tokensFile } from '../support/door-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const ROI_SIZE = 48;

/** A tracker with the simulated camera, as fast as it goes: its time is that of its frames. */
async function startTracker() {
  const config = defaultConfig();
  config.server.port = 0;
  config.server.tokens = tokensFile(folder);
  config.engine.engine = 'reference';
  config.recording.folder = join(folder, 'runs');
  const camera = parseSimulatedCameraOptions({
    ...{ beads: 2, referenceBeads: 2, radiiNm: [700], roiSpacing: 64, seed: 5 },
    ...{ pace: 'fast', fps: 100, driftNmPerS: [0, 0, 0], zRangeNm: [2500, 2500] },
  });
  const tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => null,
    rois: () => sceneRois(simulatedScene(camera), ROI_SIZE),
    roiSize: ROI_SIZE,
    log: () => {},
  });
  const stop = new AbortController();
  const filmed = runCamera(simulatedCamera(camera), {
    url: `ws://127.0.0.1:${tracker.server.port}`,
    signal: stop.signal,
    token: TOKENS.camera,
    log: () => {},
  });
  onTestFinished(async () => {
    stop.abort();
    await filmed;
    await tracker.close();
  });
  return tracker;
}

/** A client that keeps what it hears. */
async function client(tracker: LiveTracker, role: 'operator' | 'viewer') {
  const heard: LiveMessage[] = [];
  let wake = () => {};
  const link = await LiveClient.open(
    `ws://127.0.0.1:${tracker.server.port}`,
    { token: TOKENS[role] },
    (message) => {
      heard.push(message);
      wake();
    },
  );
  onTestFinished(() => link.close());
  let last: CalibrationStatus | null = null;
  let read = 0;
  return {
    heard,
    ask: (request: RequestWithoutId) => link.ask(request),
    /** Resolves with the first status of which this holds. */
    async until(is: (calibration: CalibrationStatus) => boolean): Promise<CalibrationStatus> {
      for (;;) {
        while (read < heard.length) {
          const message = heard[read++]!;
          if ('calibration' in message && message.calibration) last = message.calibration;
          if (last && is(last)) return last;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const START = {
  type: 'sweep-start',
  settings: {
    ...{ fromNm: -200, toNm: 300, stepNm: 50, framesPerPlane: 2 },
    ...{ bothWays: false, settleMs: 10, assign: true },
  },
} satisfies RequestWithoutId;

test('an operator sweeps the focus of a camera and tracks with the Z-LUTs; a viewer sees it and cannot act', async () => {
  const tracker = await startTracker();
  const [operator, viewer] = [await client(tracker, 'operator'), await client(tracker, 'viewer')];
  await viewer.until(({ focus }) => focus?.settled === true);

  const acts: RequestWithoutId[] = [
    START,
    { type: 'focus-move', zNm: 100 },
    { type: 'focus-stop' },
    { type: 'sweep-stop' },
    { type: 'sweep-discard' },
  ];
  for (const request of acts) {
    expect(await viewer.ask(request)).toContain(`E_ACCESS ${request.type}: expected the role operator`);
  }
  expect(await operator.ask({ type: 'focus-move', zNm: 4500 })).toContain('E_LIMIT focus stage simulated');

  expect(await operator.ask(START)).toBeNull();
  const kept = await viewer.until(({ sweep }) => ['kept', 'interrupted'].includes(sweep?.phase ?? ''));
  expect(kept.sweep).toMatchObject({ phase: 'kept', plane: 11, planes: 11, beads: [0, 1], message: null });
  const planes = viewer.heard.filter(({ type }) => type === 'sweep-plane') as SweepPlaneMessage[];
  expect(planes.map(({ plane }) => plane)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(planes.every(({ profiles }) => profiles.every(({ length }) => length === ROI_SIZE / 2))).toBe(true);

  // Somebody who comes late is told all of it.
  const late = await client(tracker, 'viewer');
  await late.until(({ sweep }) => sweep?.phase === 'kept');
  const snapshot = late.heard[0] as SnapshotMessage;
  expect(snapshot.sweepPlanes).toHaveLength(11);
  expect(snapshot.beads.map(({ zLut }) => zLut)).toEqual(['bead-0.zlut', 'bead-1.zlut']);

  const sweep = join(folder, 'runs', 'sweeps', kept.sweep!.sweep);
  const zLut = await readZLut(join(sweep, 'bead-1.zlut'));
  expect([...zLut.planeZNm]).toEqual([-200, -150, -100, -50, 0, 50, 100, 150, 200, 250, 300]);
  const run = tracker.recording!;
  const [, first] = readFileSync(join(run, 'z-lut-changes.csv'), 'utf8').split('\n');
  expect((await readZLut(join(run, first!.split(',')[2]!))).profiles).toHaveLength(11 * (ROI_SIZE / 2));

  // With the focus back where it was, beads are seen at 0 nm.
  const newest = () => {
    const tracks = late.heard.findLast(({ type }) => type === 'tracks');
    return tracks?.type === 'tracks' ? [...tracks.newest.zNm] : [];
  };
  await late.until(() => newest().length === 2 && newest().every(Number.isFinite));
  // 25 nm: half a plane; two frames a plane of 8-bit noise leave some nm.
  for (const zNm of newest()) expect(Math.abs(zNm)).toBeLessThan(25);
});

test('a sweep that is stopped in the middle brings the focus home, and is discarded', async () => {
  const tracker = await startTracker();
  const operator = await client(tracker, 'operator');
  await operator.until(({ focus }) => focus !== null);
  // More planes than are taken before a slow machine hears of the stop.
  const long = { ...START.settings, fromNm: -2000, toNm: 2000, stepNm: 2 };
  expect(await operator.ask({ ...START, settings: long })).toBeNull();
  await operator.until(({ sweep }) => (sweep?.plane ?? 0) >= 3);
  expect(await operator.ask({ type: 'sweep-stop' })).toBeNull();
  const { sweep } = await operator.until(
    ({ focus, interrupted }) => interrupted.length > 0 && focus!.settled && focus!.zNm === 0,
  );
  expect(sweep).toMatchObject({ phase: 'interrupted', message: 'stopped by an operator' });
  expect(await operator.ask({ type: 'sweep-discard' })).toBeNull();
  await operator.until(({ interrupted }) => interrupted.length === 0);
});
