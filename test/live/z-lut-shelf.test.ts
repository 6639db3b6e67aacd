import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runCamera } from '#camera-adapters/run.ts';
import { parseSimulatedCameraOptions, simulatedCamera, simulatedScene } from '#camera-adapters/simulated.ts';
import type { LiveBead, LiveMessage } from '#protocol/live.ts';
import type { Role } from '#protocol/role.ts';
import { readZLut, writeZLut } from '#protocol/z-lut-file.ts';
import type { ZLutComparisonAnswer, ZLutList } from '#protocol/z-lut-list.ts';
import { sceneRois } from '#simulation/scene.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { TOKENS, tokensFile } from '../support/door-server.ts';
import { heightsNm, sampledZLut } from '../support/sampled-z-lut.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROI_SIZE = 48;
const FIRST = sampledZLut('first', heightsNm(0, 1000, 50));
/** The same rings, 30 nm off. */
const SHIFTED = sampledZLut('shifted', heightsNm(0, 1000, 50), (zNm) => zNm + 30);

let runs: string;
beforeEach(() => {
  runs = join(temporaryFolder(), 'runs');
});

/** A tracker with a simulated camera of two beads that begin with the same Z-LUT. */
async function startTracker(kept?: string) {
  const config = defaultConfig();
  config.server.port = 0;
  config.server.tokens = tokensFile(join(runs, '..'));
  config.engine.engine = 'reference';
  config.recording.folder = runs;
  if (kept !== undefined) config.zLut.folder = kept;
  const camera = parseSimulatedCameraOptions({
    ...{ beads: 2, referenceBeads: 0, roiSpacing: 64, seed: 5, fps: 20 },
  });
  const tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => FIRST,
    rois: () => sceneRois(simulatedScene(camera), ROI_SIZE),
    roiSize: ROI_SIZE,
    log: () => {},
  });
  const stop = new AbortController();
  const url = `ws://127.0.0.1:${tracker.server.port}`;
  const filmed = runCamera(simulatedCamera(camera), {
    ...{ url, signal: stop.signal, token: TOKENS.camera, log: () => {} },
  });
  onTestFinished(async () => {
    stop.abort();
    await filmed;
    await tracker.close();
  });
  const page = (path: string, role: Role | null = 'viewer') =>
    fetch(`http://127.0.0.1:${tracker.server.port}${path}`, {
      headers: role ? { authorization: `Bearer ${TOKENS[role]}` } : {},
    });
  let beads: LiveBead[] = [];
  const note = (message: LiveMessage) => {
    if (message.type === 'snapshot' || message.type === 'beads') beads = message.beads;
  };
  // Of one alone: what another is told may come later, and be older.
  const link = async (role: Role) => {
    const client = await LiveClient.open(url, { token: TOKENS[role] }, role === 'operator' ? note : () => {});
    onTestFinished(() => client.close());
    return client;
  };
  const [operator, viewer] = [await link('operator'), await link('viewer')];
  await expect.poll(() => beads.length).toBe(2);
  return {
    ...{ operator, viewer, page, tracker },
    names: () => beads.map(({ zLut }) => zLut),
    list: async () => (await (await page('/z-luts')).json()) as ZLutList,
  };
}

async function putFiles(kept = join(runs, 'z-luts')): Promise<void> {
  mkdirSync(kept, { recursive: true });
  await writeZLut(join(kept, 'shifted.zlut'), SHIFTED);
  await writeZLut(join(kept, 'wide.zlut'), {
    ...FIRST,
    radii: 28,
    profiles: new Float64Array(21 * 28).fill(1),
    method: { stage: 'radial-profile', params: { bins: 'nearest', oversample: 1 }, roiSize: 56 },
  });
  writeFileSync(join(kept, 'noise.zlut'), 'no Z-LUT');
}

test('files are listed with what they hold and what speaks against them, and beads with what they use', async () => {
  await putFiles();
  // Neither what a link leads to nor a sweep that is not kept is offered.
  symlinkSync('/etc/hostname', join(runs, 'z-luts', 'link.zlut'));
  mkdirSync(join(runs, 'sweeps', 'half'), { recursive: true });
  await writeZLut(join(runs, 'sweeps', 'half', 'bead-0.zlut'), SHIFTED);
  const { list } = await startTracker();
  const { zLuts, inUse, leftOut } = await list();
  expect(zLuts.map(({ zLut }) => zLut).sort()).toEqual([
    'z-luts/noise.zlut',
    'z-luts/shifted.zlut',
    'z-luts/wide.zlut',
  ]);
  const of = (name: string) => zLuts.find(({ zLut }) => zLut === `z-luts/${name}.zlut`)!;
  expect(of('shifted')).toMatchObject({
    facts: { planes: 21, fromNm: 30, toNm: 1030, radii: 24, model: false, method: null, quality: null },
    ...{ error: null, misfits: [] },
  });
  expect(of('wide').facts?.roiSize).toBe(56);
  const why = expect.stringContaining('use ROIs of 56 px');
  expect(of('wide').misfits).toEqual([{ roiSize: ROI_SIZE, why }]);
  expect(of('noise')).toMatchObject({ facts: null, error: expect.stringContaining('expected a .zlut file') });
  expect(of('noise').error).not.toContain(runs);
  expect(leftOut).toBe(0);
  expect(inUse).toMatchObject([
    { bead: 0, roiSize: ROI_SIZE, isFirst: true, facts: { name: 'first', planes: 21 } },
    { bead: 1, roiSize: ROI_SIZE, isFirst: true, facts: { name: 'first' } },
  ]);
});

test('Z-LUTs are kept where the settings say, by the same names', async () => {
  const kept = join(runs, '..', 'library');
  await putFiles(kept);
  // Where they are by default is not looked into.
  mkdirSync(join(runs, 'z-luts'), { recursive: true });
  await writeZLut(join(runs, 'z-luts', 'other.zlut'), SHIFTED);
  const { list, operator, names, page } = await startTracker(kept);
  const { folder, zLuts } = await list();
  expect(folder).toBe(kept);
  expect(zLuts.map(({ zLut }) => zLut).sort()).toEqual([
    'z-luts/noise.zlut',
    'z-luts/shifted.zlut',
    'z-luts/wide.zlut',
  ]);
  expect(zLuts.find(({ zLut }) => zLut === 'z-luts/noise.zlut')!.error).not.toContain('library');
  expect(await operator.ask({ type: 'z-lut-assign', zLut: 'z-luts/shifted.zlut', beads: [1] })).toBeNull();
  await expect.poll(names).toEqual(['first', 'shifted.zlut']);
  expect((await page('/z-luts/download?of=z-luts%2Fshifted.zlut')).status).toBe(200);
});

test('an operator assigns, takes away and brings back; a viewer does not; a recording tells of it', async () => {
  await putFiles();
  const { operator, viewer, names, list, tracker } = await startTracker();
  const assign: RequestWithoutId = { type: 'z-lut-assign', zLut: 'z-luts/shifted.zlut', beads: [1] };
  expect(await viewer.ask(assign)).toContain('E_ACCESS z-lut-assign: expected the role operator');
  expect(await operator.ask(assign)).toBeNull();
  await expect.poll(names).toEqual(['first', 'shifted.zlut']);
  expect((await list()).inUse[1]).toMatchObject({ isFirst: false, facts: { fromNm: 30 } });
  expect(await operator.ask({ type: 'z-lut-assign', zLut: null })).toBeNull();
  await expect.poll(names).toEqual([null, null]);
  expect(await operator.ask({ type: 'z-lut-assign', zLut: 'first' })).toBeNull();
  await expect.poll(names).toEqual(['first', 'first']);
  const run = tracker.recording!;
  const lines = readFileSync(join(run, 'z-lut-changes.csv'), 'utf8').trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split(',').slice(1))).toEqual([
    ['1', 'z-lut-change-0.zlut'],
    ['0', ''],
    ['1', ''],
    ['0', 'z-lut-change-3.zlut'],
    ['1', 'z-lut-change-4.zlut'],
  ]);
  expect((await readZLut(join(run, 'z-lut-change-0.zlut'))).planeZNm).toEqual(SHIFTED.planeZNm);
});

test('a name is looked up in the list and nowhere else, and what does not fit changes nothing', async () => {
  await putFiles();
  writeFileSync(join(runs, 'secret.zlut'), readFileSync(join(runs, 'z-luts', 'shifted.zlut')));
  symlinkSync(join(runs, 'secret.zlut'), join(runs, 'z-luts', 'link.zlut'));
  const { operator, names, page } = await startTracker();
  const hostile = [
    ...['../secret.zlut', 'z-luts/../secret.zlut', '/etc/passwd', 'z-luts', 'z-luts/', 'z-luts/link.zlut'],
    ...['z-luts/shifted.zlut\0', 'z-luts\\shifted.zlut', 'in-use/7', 'in-use/-1', 'in-use/1/..', '__proto__'],
    `${runs}/secret.zlut`,
  ];
  for (const zLut of hostile) {
    expect(await operator.ask({ type: 'z-lut-assign', zLut }), zLut).toContain('expected one of the list');
    for (const part of ['report?of=', 'download?of=', 'compare?second=in-use/0&first=']) {
      const { status } = await page(`/z-luts/${part}${encodeURIComponent(zLut)}`);
      expect([zLut, part, status]).toEqual([zLut, part, 404]);
    }
  }
  expect((await page('/z-luts/other')).status).toBe(404);
  expect(await operator.ask({ type: 'z-lut-assign', zLut: 'first', beads: [9] })).toContain('bead 9');
  expect(await operator.ask({ type: 'z-lut-assign', zLut: 'z-luts/noise.zlut' })).toContain('E_ZLUT');
  expect(await operator.ask({ type: 'z-lut-assign', zLut: 'z-luts/wide.zlut' })).toContain('28 radii');
  expect(names()).toEqual(['first', 'first']);
  expect(readdirSync(join(runs, 'z-luts')).sort()).toEqual([
    ...['link.zlut', 'noise.zlut', 'shifted.zlut', 'wide.zlut'],
  ]);
});

test('two are compared, checked and downloaded by whoever may look', async () => {
  await putFiles();
  const { page } = await startTracker();
  const path = '/z-luts/compare?first=in-use%2F0&second=z-luts%2Fshifted.zlut';
  const compared = (await (await page(path)).json()) as ZLutComparisonAnswer;
  // 5 nm, a tenth of a plane: the parabola is not their shape between planes of noise-free rings.
  expect(Math.abs(compared.offsetNm + 30)).toBeLessThan(5);
  expect(compared.scale).toBeCloseTo(1, 1);
  const report = await page('/z-luts/report?of=in-use%2F1');
  expect(await report.text()).toContain('<h2>By height</h2>');
  expect(report.headers.get('content-security-policy')).toContain('sandbox');
  const download = await page('/z-luts/download?of=z-luts%2Fshifted.zlut');
  expect(download.headers.get('content-disposition')).toContain("UTF-8''shifted.zlut");
  const file = readFileSync(join(runs, 'z-luts', 'shifted.zlut'));
  expect(Buffer.from(await download.arrayBuffer()).equals(file)).toBe(true);
  for (const [role, status] of [
    ['camera', 403],
    [null, 401],
  ] as const) {
    for (const ask of ['/z-luts', path, '/z-luts/report?of=in-use%2F1', '/z-luts/download?of=in-use%2F1']) {
      expect((await page(ask, role)).status).toBe(status);
    }
  }
});

test('a Z-LUT of a sweep is looked at once it is built, with the report of its build, and used once it is kept', async () => {
  const sweep = join(runs, 'sweeps', 'done');
  mkdirSync(sweep, { recursive: true });
  await writeZLut(join(sweep, 'bead-0.zlut'), SHIFTED);
  writeFileSync(join(sweep, 'bead-0.html'), 'what its build found');
  const enter = (state: 'taking' | 'taken' | 'kept') =>
    writeFileSync(
      join(sweep, 'sweep.json'),
      JSON.stringify({
        ...{ version: 1, settings: { fromNm: 0, toNm: 400, stepNm: 50 }, camera: 'c', pixelSizeNm: null },
        ...{ strip: { width: 48, height: 48, pixelFormat: 'mono8', rois: [] }, plan: [], focusStage: 's' },
        ...{ frame: { width: 64, height: 64 }, homeNm: 0, startNs: null, planesDone: 9, state },
      }),
    );
  const { operator, page, list } = await startTracker();
  const zLut = 'sweeps/done/bead-0.zlut';
  const report = `/z-luts/report?of=${encodeURIComponent(zLut)}`;
  const states = [];
  for (const state of ['taking', 'taken', 'kept'] as const) {
    enter(state);
    const reply = await operator.ask({ type: 'z-lut-assign', zLut });
    const { zLuts } = await list();
    states.push([state, (await page(report)).status, zLuts.length, reply === null]);
  }
  expect(states).toEqual([
    ['taking', 404, 0, false],
    ['taken', 200, 0, false],
    ['kept', 200, 1, true],
  ]);
  expect(await (await page(report)).text()).toBe('what its build found');
});
