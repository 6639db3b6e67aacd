import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import type { AlarmsMessage, PeopleMessage } from '#protocol/people.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readFates, readTracks } from '#recording/read-recording.ts';
import { readRunRecord } from '#recording/run-record.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { type RawCamera, rawCamera } from '../support/raw-camera.ts';
import { readStack } from '../support/read-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SHAPE = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
const PIXELS = new Uint8Array(SHAPE.width * SHAPE.height).map((_, at) => 90 + (at % 7));
const EXPOSURE = { name: 'exposureUs', unit: 'µs', value: 1000, from: 10, to: 5000 };
const SOON = { interval: 5 };
const folder = temporaryFolder();

let runs: string;
let tracker: LiveTracker;
let doors: WebSocketServer;
let camera: RawCamera;
let count = 0;

/** One page of somebody. */
interface Page {
  ws: WebSocket;
  got: LiveMessage[];
  /** Resolves with why it was refused, or null. */
  ask(request: object): Promise<string | null>;
  newest<Type extends LiveMessage['type']>(type: Type): Extract<LiveMessage, { type: Type }> | undefined;
}

async function start(enabled = false, zLutOf: (bead: number) => ZLut | null = () => null): Promise<void> {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'reference';
  config.recording = { ...config.recording, enabled, folder: runs };
  tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf,
    rois: () => [],
    roiSize: 48,
    rigFile: join(runs, 'rig.json'),
    log: () => {},
  });
}

/** @param controls what the hello says of them */
async function connect(controls?: object): Promise<void> {
  const hello = { type: 'hello', version: CAMERA_LINK_VERSION, camera: 'test', ...SHAPE, fps: 100 };
  camera = await rawCamera(`ws://127.0.0.1:${tracker.server.port}`, {
    ...hello,
    ...(controls && { controls }),
  });
}

/** @param owner whom its token was given to */
async function enter(role: 'operator' | 'viewer', person?: string, name = '', owner = ''): Promise<Page> {
  doors.once('connection', (socket: WebSocket) => tracker.mount.onViewer(socket, role, owner));
  const { port } = doors.address() as { port: number };
  const ws = new WebSocket(`ws://127.0.0.1:${port}`);
  const got: LiveMessage[] = [];
  ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
  // The snapshot.
  await once(ws, 'message');
  let id = 0;
  const page: Page = {
    ws,
    got,
    async ask(request) {
      const mine = ++id;
      ws.send(encodeLive({ ...request, id: mine } as ControlRequest));
      const before = got.length;
      for (;;) {
        // A request that cannot be read has no id to answer to.
        const reply = got
          .slice(before)
          .find((message) => message.type === 'reply' && [mine, -1].includes(message.id));
        if (reply?.type === 'reply') return reply.error;
        await once(ws, 'message');
      }
    },
    newest(type) {
      return got.findLast((message) => message.type === type) as ReturnType<Page['newest']> as never;
    },
  };
  if (person) expect(await page.ask({ type: 'introduce', person, name })).toBeNull();
  return page;
}

beforeEach(async () => {
  runs = join(folder, `runs-${++count}`);
  doors = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(doors, 'listening');
  await start();
});

afterEach(async () => {
  for (const socket of doors.clients) socket.terminate();
  doors.close();
  camera?.ws.terminate();
  await tracker.close();
});

const framesOf = async (run: string) => {
  const frames: number[] = [];
  for await (const batch of readTracks(join(run, 'tracks.arrows'))) frames.push(...batch.frame);
  return frames;
};

test('every frame between the start and the stop of Saving is recorded once, and none of the others', async () => {
  await connect();
  const page = await enter('operator');
  await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 });
  let next = 0;
  const film = async (frames: number) => {
    for (const end = next + frames; next < end; next++) await camera.frame(next, PIXELS);
  };
  const settled = () =>
    expect
      .poll(() => {
        const { offered, 'in-flight': inFlight } = tracker.totals();
        return [offered, inFlight];
      }, SOON)
      .toEqual([next, 0]);
  const kept: number[][] = [];
  await film(3);
  for (let round = 0; round < 2; round++) {
    expect(await page.ask({ type: 'start-saving', name: 'cut', notes: `round ${round}` })).toBeNull();
    const first = next;
    await film(9);
    // These have come but may not be tracked when the stop comes behind them.
    for (let more = 0; more < 4; more++) camera.send({ type: 'frame', id: next++, tNs: next, data: PIXELS });
    await expect.poll(() => tracker.totals().offered, SOON).toBe(next);
    expect(await page.ask({ type: 'stop-saving' })).toBeNull();
    kept.push(Array.from({ length: next - first }, (_, at) => first + at));
    await settled();
    await film(2);
    // The credit of the four may have let these go before they were tracked.
    await settled();
  }
  const folders = (await readdir(runs, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(runs, name))
    .sort();
  expect(folders).toHaveLength(2);
  for (const [round, run] of folders.entries()) {
    expect(basename(run)).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_cut(_2)?$/);
    expect(await framesOf(run)).toEqual(kept[round]);
    const record = await readRunRecord(run);
    expect(record).toMatchObject({ notes: `round ${round}`, frames: { tracked: kept[round]!.length } });
    expect(record.endedAt).not.toBeNull();
  }
  expect(tracker.totals()).toMatchObject({ offered: next, tracked: next, 'recorder-overrun': 0 });
});

test('notes and camera settings are in the record of the run, with times', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const page = await enter('operator');
  expect(await page.ask({ type: 'start-saving', notes: 'buffer A' })).toBeNull();
  expect(await page.ask({ type: 'add-note', text: 'magnet to 4 mm' })).toBeNull();
  const setting = page.ask({ type: 'set-camera', name: 'exposureUs', value: 500 });
  const { id } = await camera.next('camera-set');
  camera.send({ type: 'camera', id, settings: [{ ...EXPOSURE, value: 500 }], acquiring: true });
  expect(await setting).toBeNull();
  const run = tracker.recording!;
  expect(await page.ask({ type: 'stop-saving' })).toBeNull();
  const { notes, cameraSettings, log } = await readRunRecord(run);
  expect({ notes, cameraSettings }).toEqual({ notes: 'buffer A', cameraSettings: { exposureUs: 1000 } });
  const at = expect.stringMatching(/^\d{4}-/);
  expect(log).toEqual([
    { at, note: 'magnet to 4 mm' },
    { at, cameraSettings: { exposureUs: 500 } },
  ]);
});

test('frames not taken while Acquire is off are neither lost nor offered, whatever their numbers', async () => {
  await connect({ settings: [], acquiring: true });
  const page = await enter('operator');
  for (let id = 0; id < 5; id++) await camera.frame(id, PIXELS);
  const off = page.ask({ type: 'acquire', on: false });
  const { id } = await camera.next('acquire');
  camera.send({ type: 'camera', id, settings: [], acquiring: false });
  expect(await off).toBeNull();
  expect(page.newest('run-state')?.run.acquire).toBe('off');
  const on = page.ask({ type: 'acquire', on: true });
  camera.send({ type: 'camera', id: (await camera.next('acquire')).id, settings: [], acquiring: true });
  expect(await on).toBeNull();
  // The counter of this camera went on by 900, and loses one frame later.
  for (const number of [905, 906, 908]) await camera.frame(number, PIXELS);
  await expect.poll(() => tracker.totals()['in-flight'], SOON).toBe(0);
  expect(tracker.totals()).toMatchObject({ offered: 9, tracked: 8, 'dropped-link': 1, 'camera-away': 0 });
});

test('an adapter that says of nothing to change is told so in words, and its camera goes on', async () => {
  await connect();
  const page = await enter('operator');
  expect(await page.ask({ type: 'acquire', on: false })).toMatch(/^E_DEVICE acquire: .*nothing to change/);
  expect(await page.ask({ type: 'set-camera', name: 'gain', value: 2 })).toMatch(/^E_DEVICE set-camera/);
  expect(page.newest('snapshot')?.run?.acquire).toBe('unknown');
  await camera.frame(0, PIXELS);
  await expect.poll(() => tracker.totals().tracked, SOON).toBe(1);
});

test('values out of range, of another kind and of no setting are refused before the camera hears of them', async () => {
  await connect({ settings: [EXPOSURE, { name: 'temperature', value: 20, writable: false }] });
  const page = await enter('operator');
  const set = (name: unknown, value: unknown) => page.ask({ type: 'set-camera', name, value });
  expect(await set('exposureUs', 5001)).toMatch(/^E_DEVICE .*expected 10 to 5000 µs, received 5001/);
  expect(await set('exposureUs', 'long')).toMatch(/^E_DEVICE .*expected a number/);
  expect(await set('exposureUs', Number.NaN)).toMatch(/^E_PROTOCOL/);
  expect(await set('temperature', 4)).toMatch(/^E_DEVICE .*cannot be changed/);
  expect(await set('gain', 4)).toMatch(/^E_DEVICE .*it has exposureUs, temperature/);
  expect(await set('__proto__', 4)).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'acquire', on: false })).toMatch(/^E_DEVICE .*can stop and go on/);
  await camera.frame(0, PIXELS);
  expect(camera.ws.readyState).toBe(WebSocket.OPEN);
});

test('no name of a run leads out of the folder, and what is wrong with it is said', async () => {
  await connect();
  const page = await enter('operator');
  const hostile = ['../x', 'a/b', 'a\\b', 'a b', '\0', 'ü', 'x'.repeat(81), '$(reboot)'];
  for (const name of hostile) {
    expect(await page.ask({ type: 'start-saving', name })).toMatch(/^E_PROTOCOL/);
  }
  for (const pattern of ['{date}/{name}', '..', '{host}', '', 'sweeps', 'CON', '{constructor}']) {
    expect(await page.ask({ type: 'start-saving', pattern })).toMatch(/^E_PROTOCOL/);
  }
  expect(existsSync(runs)).toBe(false);
  expect(await page.ask({ type: 'stop-saving' })).toMatch(
    /^E_RECORDING Saving: expected a recording under way/,
  );
  expect(await page.ask({ type: 'add-note', text: 'x' })).toMatch(/^E_RECORDING note/);
  expect(await page.ask({ type: 'add-note', text: 'x'.repeat(4001) })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'set-rig', choices: { lowDiskGB: -1 } })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'start-saving' })).toBeNull();
  expect(await page.ask({ type: 'start-saving' })).toMatch(/^E_RECORDING .*no recording under way/);
});

test('a viewer is told who acts, and can do nothing but read alarms', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const viewer = await enter('viewer', 'browser-of-a-viewer');
  const requests = [
    ...[
      { type: 'acquire', on: false },
      { type: 'set-camera', name: 'exposureUs', value: 20 },
    ],
    ...[{ type: 'start-saving' }, { type: 'stop-saving' }, { type: 'add-note', text: 'x' }],
    ...[{ type: 'set-rig', choices: {} }, { type: 'take-control' }, { type: 'release-control' }],
  ];
  for (const request of requests) {
    expect(await viewer.ask(request)).toMatch(/^E_ACCESS .*expected the role operator/);
  }
  expect(await viewer.ask({ type: 'read-alarms', read: [] })).toBeNull();
  const operator = await enter('operator', 'browser-of-anna', 'Anna');
  expect(await operator.ask({ type: 'set-rig', choices: { notes: 'day 2' } })).toBeNull();
  const people: PeopleMessage = {
    ...{ type: 'people', you: { name: 'viewer 1', role: 'viewer' }, viewers: 2, operators: 1 },
    holder: { name: 'Anna', isYou: false },
  };
  await expect.poll(() => viewer.newest('people'), SOON).toEqual(people);
});

test('a person is called as their token says until they say otherwise, and the log of a run says who did what', async () => {
  await connect({ settings: [EXPOSURE], acquiring: true });
  const anna = await enter('operator', 'browser-of-lab', '', 'Anna');
  const renamed = await enter('operator', 'browser-of-bob', 'Dr. B.', 'Bob');
  const nobody = await enter('operator');
  const named = (page: Page) => page.newest('people')?.you.name;
  await expect.poll(() => [named(anna), named(renamed)], SOON).toEqual(['Anna', 'Dr. B.']);
  expect(await anna.ask({ type: 'start-saving' })).toBeNull();
  const run = tracker.recording!;
  expect(await anna.ask({ type: 'add-note', text: 'first' })).toBeNull();
  expect(await renamed.ask({ type: 'take-control' })).toBeNull();
  expect(await renamed.ask({ type: 'add-note', text: 'second' })).toBeNull();
  expect(await nobody.ask({ type: 'add-note', text: 'third' })).toBeNull();
  expect(await renamed.ask({ type: 'stop-saving' })).toBeNull();
  const { log } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  expect(log).toMatchObject([
    { note: 'first', by: 'Anna' },
    { note: 'second', by: 'Dr. B.' },
    { note: 'third' },
  ]);
  expect(log[2]).not.toHaveProperty('by');
  const told = () => anna.got.flatMap((one) => (one.type === 'event' ? [one.text] : []));
  await expect.poll(told, SOON).toContain(`recording to ${run} (Anna)`);
  await expect.poll(told, SOON).toContain(`Saving off: ${run} (Dr. B.)`);
  // Another signs in at the same browser.
  const carl = await enter('operator', 'browser-of-lab', '', 'Carl');
  await expect.poll(() => named(carl), SOON).toBe('Carl');
  expect(named(anna)).toBe('Anna');
});

test('who acts has control until another takes it; nobody alone is hindered, and a stop is always heard', async () => {
  await connect();
  const anna = await enter('operator', 'browser-of-anna', 'Anna');
  const second = await enter('operator', 'browser-of-anna', 'Anna');
  const ben = await enter('operator', 'browser-of-ben');
  const act = { type: 'set-rig', choices: {} };
  expect([await anna.ask(act), await second.ask(act)]).toEqual([null, null]);
  expect(await ben.ask(act)).toMatch(/^E_ACCESS set-rig: .*operator 1, while Anna has it; take over control/);
  expect(await ben.ask({ type: 'focus-stop' })).not.toMatch(/^E_ACCESS/);
  const magnet = { motor: 'magnet-translation' };
  expect(await ben.ask({ type: 'motor-move', ...magnet, to: 1 })).toMatch(/^E_ACCESS/);
  expect(await ben.ask({ type: 'motor-stop', ...magnet })).toMatch(/^E_DEVICE/);
  expect(await ben.ask({ type: 'take-control' })).toBeNull();
  expect(await ben.ask(act)).toBeNull();
  expect(await anna.ask(act)).toMatch(/while operator 1 has it/);
  await expect.poll(() => anna.newest('event')?.text, SOON).toBe('operator 1 took over control from Anna');
  // Ben leaves: Anna acts again without asking anybody.
  ben.ws.terminate();
  await expect.poll(() => anna.newest('people')?.holder, SOON).toBeNull();
  expect(await anna.ask(act)).toBeNull();
  expect(await anna.ask({ type: 'release-control' })).toBeNull();
  expect(anna.newest('people')?.holder).toBeNull();
  // A program that is nobody's page needs no control.
  expect(await (await enter('operator')).ask(act)).toBeNull();
});

test('who looks at cells neither takes nor needs control; who changes them does', async () => {
  await connect();
  const anna = await enter('operator', 'browser-of-anna', 'Anna');
  const ben = await enter('operator', 'browser-of-ben', 'Ben');
  const look = { type: 'calcium-projection', kind: 'mean' };
  expect(await anna.ask({ type: 'watch-cells', cells: [1] })).toBeNull();
  expect(await anna.ask(look)).toMatch(/^E_CONFIG .*received calcium off; turn calcium on/);
  expect(await ben.ask({ type: 'set-calcium', neuropil: null })).toBeNull();
  expect(await anna.ask({ type: 'set-calcium', neuropil: null })).toMatch(
    /^E_ACCESS set-calcium: .*while Ben has it/,
  );
  expect(await anna.ask(look)).toMatch(/^E_CONFIG/);
  await expect.poll(() => anna.newest('people')?.holder, SOON).toMatchObject({ name: 'Ben' });
});

test('alarms stay until each person has read them, also after a reload, and come again when they happen again', async () => {
  await connect();
  const unread = (message: AlarmsMessage | undefined) =>
    message?.alarms.filter(({ times, read }) => read < times).map(({ text, times }) => [text, times]);
  const anna = await enter('operator', 'browser-of-anna');
  const ben = await enter('viewer', 'browser-of-ben');
  tracker.notice('thread 1 was replaced');
  tracker.notice('thread 2 was replaced');
  await expect.poll(() => unread(anna.newest('alarms')), SOON).toEqual([['thread 2 was replaced', 2]]);
  const [alarm] = anna.newest('alarms')!.alarms;
  expect(await anna.ask({ type: 'read-alarms', read: [{ alarm: alarm!.id, times: 2 }] })).toBeNull();
  expect(unread(anna.newest('alarms'))).toEqual([]);
  anna.ws.terminate();
  const again = await enter('operator', 'browser-of-anna');
  expect(unread(again.newest('alarms'))).toEqual([]);
  await expect.poll(() => unread(ben.newest('alarms')), SOON).toHaveLength(1);
  tracker.notice('thread 3 was replaced');
  await expect.poll(() => unread(again.newest('alarms')), SOON).toEqual([['thread 3 was replaced', 3]]);
});

test('a rig has its beads with their ROI sizes and its names again after a restart, and a file that is none of ours is kept', async () => {
  await connect();
  const page = await enter('operator');
  expect(await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 })).toBeNull();
  const names = { pattern: '{name}_{date}', name: 'lambda' };
  expect(await page.ask({ type: 'set-rig', choices: { ...names, roiSize: 32 } })).toBeNull();
  expect(await page.ask({ type: 'add-bead', xPx: 60, yPx: 40 })).toBeNull();
  const wider = { bead: 0, left: 8, top: 6, size: 60 };
  expect(await page.ask({ type: 'place-beads', place: [wider] })).toBeNull();
  camera.ws.terminate();
  await tracker.close();
  await start();
  await connect();
  const later = await enter('operator');
  expect(later.newest('snapshot')).toMatchObject({
    beads: [wider, { bead: 1, left: 44, top: 24, size: 32 }],
    run: { rig: { ...names, roiSize: 32 } },
  });
  expect(await later.ask({ type: 'add-bead', xPx: 40, yPx: 36 })).toBeNull();
  await expect.poll(() => later.newest('beads')?.beads.at(-1), SOON).toMatchObject({ bead: 2, size: 32 });
  camera.ws.terminate();
  await tracker.close();
  await writeFile(join(runs, 'rig.json'), '{"format":"somebody else"}');
  await start();
  await connect();
  const last = await enter('operator');
  expect(last.newest('snapshot')).toMatchObject({ beads: [], run: { rig: { name: '', roiSize: null } } });
  expect(await last.ask({ type: 'set-rig', choices: { name: 'b' } })).toBeNull();
  await expect.poll(() => readFile(join(runs, 'rig.json'), 'utf8'), SOON).toContain('"name": "b"');
  expect(await readFile(join(runs, 'rig.json.unreadable'), 'utf8')).toContain('somebody else');
});

test('after a restart a bead whose ROI is of another size than its Z-LUT goes on without, and it is said why', async () => {
  await connect();
  const page = await enter('operator');
  for (const size of [32, 48])
    expect(await page.ask({ type: 'add-bead', xPx: 40, yPx: 36, size })).toBeNull();
  camera.ws.terminate();
  await tracker.close();
  const planeZNm = Float64Array.from({ length: 8 }, (_, plane) => 100 * plane);
  const profiles = new Float64Array(8 * 16).fill(10);
  await start(false, () => ({ name: 'of-32', planes: 8, radii: 16, planeZNm, profiles }));
  await connect();
  const later = await enter('operator', 'browser-of-anna');
  expect(later.newest('snapshot')).toMatchObject({
    beads: [
      { bead: 0, size: 32, zLut: 'of-32' },
      { bead: 1, size: 48, zLut: null },
    ],
  });
  await expect
    .poll(() => later.newest('alarms')?.alarms.map(({ text }) => text), SOON)
    .toEqual([expect.stringMatching(/^tracking without a Z-LUT: bead 1: .*use ROIs of 32 px/)]);
});

test('fates are recorded from the start of Saving on', async () => {
  await connect();
  const page = await enter('operator');
  await page.ask({ type: 'add-bead', xPx: 40, yPx: 36 });
  for (const id of [0, 2, 3]) await camera.frame(id, PIXELS);
  await page.ask({ type: 'start-saving' });
  for (const id of [4, 6]) await camera.frame(id, PIXELS);
  const run = tracker.recording!;
  await page.ask({ type: 'stop-saving' });
  const fates: [number, string][] = [];
  for await (const row of readFates(join(run, 'frames.arrows'))) fates.push([row.frame, row.fate]);
  expect(fates).toEqual([
    [4, 'tracked'],
    [5, 'dropped-link'],
    [6, 'tracked'],
  ]);
});

test('an operator films and saves what just happened, a viewer does not', async () => {
  await connect();
  const page = await enter('operator');
  const viewer = await enter('viewer');
  const choices = { record: 'frames', format: 'raw', lastS: 60 };
  expect(await viewer.ask({ type: 'set-movie', choices })).toMatch(/^E_ACCESS/);
  expect(await viewer.ask({ type: 'save-last' })).toMatch(/^E_ACCESS/);
  expect(await page.ask({ type: 'save-last' })).toMatch(/^E_RECORDING/);
  expect(await page.ask({ type: 'set-movie', choices: { every: 0 } })).toMatch(/^E_PROTOCOL/);
  expect(await page.ask({ type: 'set-movie', choices })).toBeNull();
  await expect.poll(() => page.newest('run-state')?.run.movie, SOON).toMatchObject({ record: 'frames' });
  expect(await page.ask({ type: 'start-saving', name: 'filmed' })).toBeNull();
  for (let id = 0; id < 5; id++) await camera.frame(id, PIXELS);
  expect(await page.ask({ type: 'save-last' })).toBeNull();
  const run = tracker.recording!;
  await tracker.close();
  for (const name of ['movie.bin', 'last.bin']) {
    const { frames, pages } = await readStack(join(run, name));
    expect(frames).toBe(5);
    for (const pixels of pages) expect(pixels).toEqual(PIXELS);
  }
});
