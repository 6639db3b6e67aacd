import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { replayCamera } from '#camera-adapters/replay.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { parseSimulatedCameraOptions, simulatedCamera, simulatedScene } from '#camera-adapters/simulated.ts';
import { openEngine } from '#engines/open-engine.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { CalibrationStatus } from '#protocol/sweep.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { openRun, readTracks } from '#recording/read-recording.ts';
import { FIT_COLUMNS } from '#recording/track-block.ts';
import { readZLutUses, zLutFileAt } from '#recording/z-lut-history.ts';
import { sceneRois } from '#simulation/scene.ts';
import { presetPlan } from '#stages/presets.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { runCommand } from '../support/cli.ts';
import { type KeptFrame, keepFrames } from '../support/keep-frames.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const plan = presetPlan('precise');
const CAMERA = parseSimulatedCameraOptions({
  ...{ beads: 2, referenceBeads: 2, radiiNm: [1000], seed: 12, zRangeNm: [4000, 4300] },
  ...{ pace: 'fast', fps: 100, driftNmPerS: [0, 0, 0], pixelFormat: 'mono12' },
});
const SCENE = simulatedScene(CAMERA);
const ROIS = sceneRois(SCENE, 64);
/** Where the focus is while frames are kept, and how many. */
const HEIGHTS_NM = [-235, -80, 0, 35, 160, 240];
const FRAMES = 50;

/** What a recording says of one point. */
type Point = Record<(typeof COLUMNS)[number], number>;
const COLUMNS = ['xPx', 'yPx', 'zNm', ...FIT_COLUMNS, 'score', 'status'] as const;

/** A tracker that records with the preset `precise` in a folder of its own. */
async function startTracker(name: string, zLutOf: (bead: number) => ZLut | null): Promise<LiveTracker> {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'wasm';
  config.recording.folder = join(folder, name);
  const options = { config, plan, zLutOf, roiSize: 64, rois: () => ROIS, log: () => {} };
  return LiveTracker.start(options);
}

/** Sends frames until they end or `signal` comes. */
async function film(tracker: LiveTracker, camera: CameraAdapter, signal = new AbortController().signal) {
  const url = `ws://127.0.0.1:${tracker.server.port}`;
  return runCamera(camera, { url, signal, log: () => {} });
}

/** Points of a recording by frame and bead. */
async function pointsOf(path: string): Promise<Map<string, Point>> {
  const points = new Map<string, Point>();
  for await (const batch of readTracks(path)) {
    const columns = { ...batch, ...batch.fit! };
    for (let row = 0; row < batch.rows; row++) {
      const point = Object.fromEntries(COLUMNS.map((name) => [name, columns[name][row]!]));
      points.set(`${batch.frame[row]} ${batch.bead[row]}`, point as Point);
    }
  }
  return points;
}

/** An operator of a tracker. */
async function operator(tracker: LiveTracker) {
  let calibration: CalibrationStatus | null = null;
  let wake = () => {};
  const hear = (message: LiveMessage) => {
    if ('calibration' in message && message.calibration) calibration = message.calibration;
    wake();
  };
  const link = await LiveClient.open(`ws://127.0.0.1:${tracker.server.port}`, {}, hear);
  return {
    close: () => link.close(),
    async ask(request: RequestWithoutId) {
      expect(await link.ask(request)).toBeNull();
    },
    async until(is: (status: CalibrationStatus) => boolean): Promise<CalibrationStatus> {
      while (!calibration || !is(calibration)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return calibration;
    },
  };
}

/** [frame] of the kept ones, [bead] in each: as they were tracked live, and where the beads were. */
interface LivePoint extends Point {
  trueZNm: number;
}
let frames: KeptFrame[];
let live: LivePoint[][];
let zLuts: ZLut[];
let sweepFolder: string;
let recording: string;
const stackPath = join(folder, 'frames.bin');

beforeAll(async () => {
  const tracker = await startTracker('live', () => null);
  const camera = keepFrames(simulatedCamera(CAMERA));
  const stop = new AbortController();
  const filmed = film(tracker, camera, stop.signal);
  const person = await operator(tracker);
  await person.until(({ focus }) => focus?.settled === true);
  await person.ask({
    type: 'sweep-start',
    settings: {
      ...{ fromNm: -300, toNm: 300, stepNm: 50, framesPerPlane: 24 },
      ...{ bothWays: false, settleMs: 10, assign: true },
    },
  });
  await person.until(({ sweep }) => ['building', 'kept', 'interrupted'].includes(sweep?.phase ?? ''));
  camera.hold();
  const { sweep } = await person.until(({ sweep }) => ['kept', 'interrupted'].includes(sweep?.phase ?? ''));
  expect(sweep).toMatchObject({ phase: 'kept', message: null });
  sweepFolder = join(folder, 'live', 'sweeps', sweep!.sweep);
  frames = [];
  for (const zNm of HEIGHTS_NM) {
    await person.ask({ type: 'focus-move', zNm });
    frames.push(...(await camera.keep(FRAMES)));
  }
  person.close();
  stop.abort();
  await filmed;
  recording = tracker.recording!;
  await tracker.close();
  const points = await pointsOf(join(recording, 'tracks.arrows'));
  live = frames.map(({ id, truth }) =>
    ROIS.map(({ bead }, index) => ({ ...points.get(`${id} ${bead}`)!, trueZNm: truth[3 * index + 2]! })),
  );
  zLuts = await Promise.all(ROIS.map(({ bead }) => readZLut(join(sweepFolder, `bead-${bead}.zlut`))));
  const { width, height } = SCENE;
  writeFileSync(stackPath, Buffer.concat(frames.map(({ pixels }) => pixels)));
  const description = { frames: frames.length, y: height, x: width, dtype: 'uint16', bits: 12 };
  writeFileSync(join(folder, 'frames.json'), JSON.stringify(description));
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const pointOf = ({ trueZNm: _, ...point }: LivePoint): Point => point;

test('z is true to within its stated standard deviation, but for where the axis of the focus stage begins', () => {
  for (const bead of ROIS.keys()) {
    const points = live.map((ofFrame) => ofFrame[bead]!);
    const errorsNm = points.map(({ zNm, trueZNm }) => zNm - trueZNm);
    const originNm = mean(errorsNm);
    const ratios = points.map(({ sigmaZNm }, frame) => (errorsNm[frame]! - originNm) / sigmaZNm);
    // nm: the heights of the sweep begin where the focus is 0; two dozen frames a plane leave tenths.
    expect(Math.abs(originNm + SCENE.beads[bead]!.zNm)).toBeLessThan(0.5);
    // 300 points tell a standard deviation to 0.04 of itself, and the model is off by some tenths of one.
    const spread = Math.sqrt(mean(ratios.map((ratio) => ratio ** 2)));
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.25);
    for (const height of HEIGHTS_NM.keys()) {
      const atHeight = ratios.slice(height * FRAMES, (height + 1) * FRAMES);
      // Fifty points tell their mean to 0.14 of a deviation, and the model was off by up to 0.5 in 72 such means.
      expect(Math.abs(mean(atHeight)), `${HEIGHTS_NM[height]} nm`).toBeLessThan(1);
    }
    for (const { status } of points) expect(status & ~TRACK_STATUS.saturated).toBe(0);
  }
  // A pixel that saturates carries no weight, wherever the frame comes from.
  expect(live.flat().some(({ status }) => status & TRACK_STATUS.saturated)).toBe(true);
});

test('the recording says with which Z-LUT each of them was tracked', async () => {
  const run = await openRun(recording);
  const uses = await readZLutUses(run);
  const { frame: firstFrame } = uses[0]!;
  const points = [...(await pointsOf(run.tracksPath))];
  for (const [index, { bead }] of ROIS.entries()) {
    expect(zLutFileAt(uses, bead, firstFrame)).toBeNull();
    const files = new Set(frames.map(({ id }) => zLutFileAt(uses, bead, id)));
    expect(files.size).toBe(1);
    const zLut = await readZLut(join(recording, [...files][0]!));
    expect(zLut.profiles).toEqual(zLuts[index]!.profiles);
    // No frame has a z before.
    const { frame: from } = uses.findLast((use) => use.bead === bead)!;
    const hasZLut = (status: number) => (status & TRACK_STATUS['no-zlut']) === 0;
    const wrong = points.filter(([at, { status }]) => {
      return at.endsWith(` ${bead}`) && hasZLut(status) !== Number.parseInt(at, 10) >= from;
    });
    expect(wrong).toEqual([]);
  }
});

test('the same frames replayed as a camera give the same numbers, bit for bit', async () => {
  const tracker = await startTracker(
    'replayed',
    (bead) => zLuts[ROIS.findIndex((roi) => roi.bead === bead)]!,
  );
  const { sent } = await film(tracker, replayCamera({ path: stackPath, pace: 'fast' }));
  expect(sent).toBe(frames.length);
  const recording = tracker.recording!;
  await tracker.close();
  const points = await pointsOf(join(recording, 'tracks.arrows'));
  for (const [frame, ofFrame] of live.entries()) {
    for (const [index, { bead }] of ROIS.entries()) {
      expect(points.get(`${frame} ${bead}`), `frame ${frame}`).toEqual(pointOf(ofFrame[index]!));
    }
  }
});

test('tracked without a camera they give the same numbers, bit for bit', async () => {
  await Promise.all(
    ROIS.map(async ({ bead, left, top, size }, index) => {
      const rois = join(folder, `rois-${bead}.csv`);
      const out = join(folder, `tracks-${bead}.arrows`);
      writeFileSync(rois, `bead,left,top,size\n${bead},${left},${top},${size}\n`);
      const { code, stderr } = await runCommand(
        ...['track', stackPath, '--preset', 'precise', '--engine', 'wasm', '--rois', rois, '--out', out],
        ...['--zlut', join(sweepFolder, `bead-${bead}.zlut`)],
      );
      expect(code, stderr).toBe(0);
      const points = await pointsOf(out);
      for (const [frame, ofFrame] of live.entries()) {
        expect(points.get(`${frame} ${bead}`), `frame ${frame}`).toEqual(pointOf(ofFrame[index]!));
      }
    }),
  );
});

test('the reference engine finds them within a twentieth of their standard deviations', async () => {
  const engine = await openEngine('reference');
  const { width, height } = SCENE;
  const zLutOfBead = [...ROIS.keys()];
  await engine.configure({
    ...{
      plan,
      width,
      height,
      pixelFormat: CAMERA.pixelFormat,
      rois: ROIS,
      zLuts,
      zLutOfBead,
      profiles: false,
    },
  });
  let worst = 0;
  for (const [frame, { pixels }] of frames.entries()) {
    const table = createTrackTable(1, ROIS.length, 0, true);
    await engine.track([pixels.slice().buffer], table);
    for (const [bead, point] of live[frame]!.entries()) {
      expect(table.status[bead]).toBe(point.status);
      const off = [
        (table.xPx[bead]! - point.xPx) / point.sigmaXPx,
        (table.yPx[bead]! - point.yPx) / point.sigmaYPx,
        (table.zNm[bead]! - point.zNm) / point.sigmaZNm,
      ];
      worst = Math.max(worst, ...off.map(Math.abs));
    }
  }
  await engine.close();
  expect(worst).toBeLessThan(0.05);
});
