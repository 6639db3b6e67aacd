import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCamera } from '#camera-adapters/run.ts';
import { parseSimulatedCameraOptions, simulatedCamera, simulatedScene } from '#camera-adapters/simulated.ts';
import type { LiveBead, LiveMessage } from '#protocol/live.ts';
import type { Role } from '#protocol/role.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import type { StackBuildStatus, ZLutList } from '#protocol/z-lut-list.ts';
import { sceneRois } from '#simulation/scene.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { TOKENS, tokensFile } from '../support/door-server.ts';
import { simulateSweep } from '../support/simulated-sweep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROI_SIZE = 48;
const PLANES = 21;
let runs: string;
beforeEach(() => {
  runs = join(temporaryFolder(), 'runs');
  mkdirSync(join(runs, 'stacks'), { recursive: true });
});

/** A bead at rest in the middle of a square frame, two frames a plane, as .bin with .json. */
async function putStack(name: string): Promise<void> {
  const planeZNm = Array.from({ length: PLANES }, (_, plane) => 1500 + plane * 50);
  const field = simulateSweep({
    ...{ beads: 1, radiiNm: [500], planeZNm, framesPerPlane: 2, fps: 10, bothWays: false, seed: 3 },
    ...{ driftNmPerS: 0, hysteresisNm: 0, photonsPerPixel: 1000, roiSize: ROI_SIZE },
  });
  const [{ left, top }] = field.rois as [(typeof field.rois)[0]];
  const rowBytes = ROI_SIZE * 2;
  const frames: Buffer[] = [];
  for await (const { pixels } of field.sweep()) {
    for (let row = 0; row < ROI_SIZE; row++) {
      const from = ((top + row) * field.shape.width + left) * 2;
      frames.push(Buffer.from(pixels.slice(from, from + rowBytes)));
    }
  }
  writeFileSync(join(runs, 'stacks', `${name}.bin`), Buffer.concat(frames));
  const beside = { frames: PLANES * 2, y: ROI_SIZE, x: ROI_SIZE, dtype: 'uint16' };
  writeFileSync(join(runs, 'stacks', `${name}.json`), JSON.stringify(beside));
}

async function startTracker(kept?: string) {
  const config = defaultConfig();
  config.server.port = 0;
  config.server.tokens = tokensFile(join(runs, '..'));
  config.engine.engine = 'reference';
  config.recording.folder = runs;
  if (kept !== undefined) config.zLut.folder = kept;
  const camera = parseSimulatedCameraOptions({
    ...{ beads: 2, referenceBeads: 0, roiSpacing: 64, seed: 5, fps: 5 },
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
  const host = `127.0.0.1:${tracker.server.port}`;
  const filmed = runCamera(simulatedCamera(camera), {
    ...{ url: `ws://${host}`, signal: stop.signal, token: TOKENS.camera, log: () => {} },
  });
  onTestFinished(async () => {
    stop.abort();
    await filmed;
    await tracker.close();
  });
  let beads: LiveBead[] = [];
  let build: StackBuildStatus | null = null;
  const note = (message: LiveMessage) => {
    if (message.type === 'snapshot' || message.type === 'beads') beads = message.beads;
    if (message.type === 'calibration') build = message.calibration.stackBuild ?? null;
  };
  // Of one alone: what another is told may come later, and be older.
  const link = async (role: Role) => {
    const heard = role === 'operator' ? note : () => {};
    const client = await LiveClient.open(`ws://${host}`, { token: TOKENS[role] }, heard);
    onTestFinished(() => client.close());
    return client;
  };
  const page = (path: string) =>
    fetch(`http://${host}${path}`, { headers: { authorization: `Bearer ${TOKENS.viewer}` } });
  const [operator, viewer] = [await link('operator'), await link('viewer')];
  await expect.poll(() => beads.length).toBe(2);
  return {
    ...{ operator, viewer, page },
    names: () => beads.map(({ zLut }) => zLut),
    build: () => build as StackBuildStatus | null,
    list: async () => (await (await page('/z-luts')).json()) as ZLutList,
  };
}

const ask = (stack: string): RequestWithoutId => ({
  ...{ type: 'z-lut-build', stack, zStartNm: 1500, zStepNm: 50 },
  ...{ framesPerPlane: 2, bothWays: false, rois: 'whole' },
});
const zLuts = () => (existsSync(join(runs, 'z-luts')) ? readdirSync(join(runs, 'z-luts')).sort() : []);

test('a recorded stack becomes a Z-LUT that a bead is tracked with; a viewer builds none', async () => {
  await putStack('cal');
  const { operator, viewer, names, build, list, page } = await startTracker();
  expect((await list()).stacks).toEqual([{ stack: 'stacks/cal.bin', isSweep: false }]);
  expect(await viewer.ask(ask('stacks/cal.bin'))).toContain(
    'E_ACCESS z-lut-build: expected the role operator',
  );
  expect(await operator.ask(ask('stacks/cal.bin'))).toBeNull();
  expect(await operator.ask(ask('stacks/cal.bin'))).toContain('expected one build at a time');
  await expect.poll(() => build()?.phase).toMatch(/^(built|failed)$/);
  expect(build()).toMatchObject({ phase: 'built', zLuts: [{ zLut: 'z-luts/cal-bead-0.zlut' }] });
  expect(build()!.zLuts[0]!.quality!.sentence).toMatch(/\w/);
  expect(zLuts()).toEqual(['cal-bead-0.zlut', 'cal-bead-0.zlut.html']);
  const [listed] = (await list()).zLuts;
  expect(listed).toMatchObject({
    ...{ zLut: 'z-luts/cal-bead-0.zlut', error: null, misfits: [] },
    facts: { planes: PLANES, fromNm: 1500, toNm: 2500, roiSize: ROI_SIZE },
  });
  expect((await page('/z-luts/report?of=z-luts%2Fcal-bead-0.zlut')).status).toBe(200);
  expect(await operator.ask({ type: 'z-lut-assign', zLut: listed!.zLut, beads: [1] })).toBeNull();
  await expect.poll(names).toEqual([null, 'cal-bead-0.zlut']);
});

test('planes by a list and the pixel size are those of the Z-LUT, which is kept where the settings say', async () => {
  await putStack('cal');
  const kept = join(runs, '..', 'library');
  const { operator, build } = await startTracker(kept);
  const lines = Array.from({ length: 2 * PLANES }, (_, frame) => `${frame},${-700 + 20 * (frame >> 1)}\n`);
  const listed = { type: 'z-lut-build', stack: 'stacks/cal.bin', rois: 'whole' } as const;
  const planes = { framesPerPlane: 1, bothWays: false, pixelSizeNm: 108.3 };
  const planesCsv = `frame,zNm\n${lines.join('')}`;
  const both = { ...listed, ...planes, planesCsv, zStepNm: 50 };
  expect(await operator.ask(both)).toContain('planes by a list, or by start and step');
  expect(await operator.ask({ ...listed, ...planes, planesCsv: 'z\n1\n' })).toBeNull();
  await expect.poll(() => build()?.phase).toBe('failed');
  expect(build()!.message).toMatch(/planes.csv line 1.*the header 'zNm'/);
  expect(await operator.ask({ ...listed, ...planes, planesCsv })).toBeNull();
  await expect.poll(() => build()?.phase).toBe('built');
  expect(readdirSync(kept)).toEqual(['cal-bead-0.zlut', 'cal-bead-0.zlut.html']);
  const { planeZNm, origin } = await readZLut(join(kept, 'cal-bead-0.zlut'));
  expect([planeZNm[0], planeZNm.at(-1), origin?.pixelSizeNm]).toEqual([
    -700,
    -700 + 20 * (PLANES - 1),
    108.3,
  ]);
  expect(zLuts()).toEqual([]);
});

test('a build that is stopped leaves nothing, and one that fails says why without telling of folders', async () => {
  await putStack('cal');
  writeFileSync(join(runs, 'stacks', 'noise.tif'), 'no stack');
  const { operator, viewer, build } = await startTracker();
  expect(await operator.ask(ask('stacks/cal.bin'))).toBeNull();
  expect(await viewer.ask({ type: 'z-lut-build-stop' })).toContain('E_ACCESS');
  expect(await operator.ask({ type: 'z-lut-build-stop' })).toBeNull();
  await expect.poll(() => build()?.phase).toBe('stopped');
  expect(zLuts()).toEqual([]);
  expect(await operator.ask(ask('stacks/noise.tif'))).toBeNull();
  await expect.poll(() => build()?.phase).toBe('failed');
  expect(build()!.message).toContain('a file that starts with bytes');
  expect(build()!.message).not.toContain(runs);
  expect(zLuts()).toEqual([]);
});

test('a stack is looked up in the list and nowhere else, and no link is in it', async () => {
  const secret = join(runs, 'secret.tif');
  writeFileSync(secret, 'no stack');
  symlinkSync(secret, join(runs, 'stacks', 'link.tif'));
  mkdirSync(join(runs, 'stacks', 'images'));
  symlinkSync(secret, join(runs, 'stacks', 'images', '0.tif'));
  mkdirSync(join(runs, 'stacks', 'own'));
  writeFileSync(join(runs, 'stacks', 'own', '0.tif'), 'no image');
  // Pixels without what describes them.
  writeFileSync(join(runs, 'stacks', 'bare.bin'), 'pixels');
  const { operator, list, build } = await startTracker();
  expect((await list()).stacks).toEqual([{ stack: 'stacks/own', isSweep: false }]);
  const hostile = [
    ...['../secret.tif', 'stacks/../secret.tif', '/etc/passwd', 'stacks', 'stacks/', 'stacks/link.tif'],
    ...['stacks/images', 'stacks/own/0.tif', 'stacks/own\0', '--help', '__proto__', 'sweeps/..', secret],
  ];
  for (const stack of hostile) {
    expect(await operator.ask(ask(stack)), stack).toContain('expected one of the list');
  }
  expect(build()).toBeNull();
  expect(zLuts()).toEqual([]);
});

test('sweeps whose frames are all taken are stacks, too, and are told no planes', async () => {
  const enter = (sweep: string, state: 'taking' | 'taken') => {
    mkdirSync(join(runs, 'sweeps', sweep), { recursive: true });
    writeFileSync(join(runs, 'sweeps', sweep, 'stack.bin'), 'pixels');
    const record = {
      ...{ version: 1, settings: { fromNm: 0, toNm: 400, stepNm: 50 }, camera: 'c', pixelSizeNm: null },
      ...{ strip: { width: 48, height: 48, pixelFormat: 'mono8', rois: [] }, plan: [], focusStage: 's' },
      ...{ frame: { width: 64, height: 64 }, homeNm: 0, startNs: null, planesDone: 9, state },
    };
    writeFileSync(join(runs, 'sweeps', sweep, 'sweep.json'), JSON.stringify(record));
  };
  enter('whole', 'taken');
  enter('half', 'taking');
  const { operator, list, build } = await startTracker();
  expect((await list()).stacks).toEqual([{ stack: 'sweeps/whole', isSweep: true }]);
  expect(await operator.ask(ask('sweeps/half'))).toContain('expected one of the list');
  expect(await operator.ask(ask('sweeps/whole'))).toContain('expected no planes and ROIs for a sweep');
  expect(build()).toBeNull();
});
