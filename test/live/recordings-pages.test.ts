import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordBatchReader } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import { unpackLive } from '#protocol/live-wire.ts';
import type { RecordingList, RecordingWindow } from '#protocol/recordings.ts';
import type { Role } from '#protocol/role.ts';
import { exportCells } from '#recording/cells-csv.ts';
import { exportCsv } from '#recording/export-csv.ts';
import type { RunningRun } from '#recording/list-runs.ts';
import { openRun } from '#recording/read-recording.ts';
import { redoOffline } from '#recording/redo-cells.ts';
import { testFolder } from '../recording/example-run.ts';
import { doorServer, httpBytes, rawPeer, TOKENS, tokensFile } from '../support/door-server.ts';
import { measuredCells } from '../support/measured-cells.ts';
import { recordFrames, recordRun } from '../support/recorded-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

async function recordingsServer(root: string, { tokens = false, running = null as RunningRun | null } = {}) {
  const settings = tokens ? { tokens: tokensFile(folder) } : {};
  const door = await doorServer(settings, {}, { folder: root, running: () => running });
  const ask = (path: string, role?: Role, method = 'GET') =>
    fetch(`http://127.0.0.1:${door.port}${path}`, {
      method,
      headers: role ? { authorization: `Bearer ${TOKENS[role]}` } : {},
    });
  const list = async () => (await (await ask('/recordings')).json()) as RecordingList;
  return { ...door, ask, list };
}

/** Files of a folder that this process has open. */
function openFiles(root: string): string[] {
  const target = (name: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  };
  return readdirSync('/proc/self/fd')
    .map(target)
    .filter((path) => path.startsWith(root));
}

describe('roles', () => {
  test('viewers look and export, operators delete, cameras and strangers do neither', async () => {
    const root = testFolder();
    const run = await recordRun(root, 'run', { frames: 10, beads: 2 });
    const { ask, refused } = await recordingsServer(root, { tokens: true });
    const paths = [
      ...['/recordings', '/recordings/run', '/recordings/run/tracks.csv', '/recordings/run/tracks.arrows'],
      '/recordings/run/window?beads=3&fromS=0&toS=1&points=100',
    ];
    const statuses = async (role?: Role, method = 'GET') =>
      Promise.all(paths.map(async (path) => (await ask(path, role, method)).status));
    expect(await statuses('viewer')).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses('operator')).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses('camera')).toEqual([403, 403, 403, 403, 403]);
    expect(await statuses()).toEqual([401, 401, 401, 401, 401]);
    for (const role of ['viewer', 'camera'] as const) {
      expect((await ask('/recordings/run', role, 'DELETE')).status).toBe(403);
    }
    expect((await ask('/recordings/run', undefined, 'DELETE')).status).toBe(401);
    expect(existsSync(run)).toBe(true);
    const mayDelete = async (role: Role) =>
      ((await (await ask('/recordings', role)).json()) as RecordingList).mayDelete;
    expect([await mayDelete('viewer'), await mayDelete('operator')]).toEqual([false, true]);
    expect((await ask('/recordings/run', 'operator', 'DELETE')).status).toBe(204);
    expect(existsSync(run)).toBe(false);
    expect(refused()).toEqual({ role: 7, 'no-token': 6 });
  });

  test('a page of another origin deletes nothing, whoever is signed in', async () => {
    const root = testFolder();
    const run = await recordRun(root, 'run', { frames: 5, beads: 1 });
    const { port } = await recordingsServer(root);
    const headers = { Origin: 'http://evil.example' };
    const { answer } = rawPeer(port, httpBytes('DELETE /recordings/run', headers));
    expect(await answer).toMatch(/^HTTP\/1\.1 403/);
    expect(existsSync(run)).toBe(true);
  });
});

describe('downloads', () => {
  test('the Arrow file is the file, the CSV is the export, byte for byte', async () => {
    const root = testFolder();
    const run = await recordRun(root, 'run 1 µm', { frames: 3000, beads: 3, batch: 100 });
    const { ask } = await recordingsServer(root);
    const path = `/recordings/${encodeURIComponent('run 1 µm')}`;
    const arrow = await ask(`${path}/tracks.arrows`);
    expect(arrow.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''run%201%20%C2%B5m.arrows",
    );
    const file = await readFile(join(run, 'tracks.arrows'));
    expect(Buffer.from(await arrow.arrayBuffer()).equals(file)).toBe(true);
    await exportCsv(run, join(folder, 'export.csv'));
    const csv = await (await ask(`${path}/tracks.csv`)).text();
    expect(csv === (await readFile(join(folder, 'export.csv'), 'utf8'))).toBe(true);
    expect(csv.split('\n')).toHaveLength(9002);
  });

  test('a run that is being written comes up to what is whole, with an end', async () => {
    const root = testFolder();
    const recorder = await recordFrames(root, 'now', { frames: 50, beads: 2 });
    await expect.poll(() => recorder.stats.rowsWritten).toBe(100);
    const { ask, list } = await recordingsServer(root, { running: recorder });
    expect((await list()).recordings).toMatchObject([{ name: 'now', state: 'recording', rows: 100 }]);
    const bytes = new Uint8Array(await (await ask('/recordings/now/tracks.arrows')).arrayBuffer());
    const batches = [...RecordBatchReader.from(bytes)];
    expect(batches.reduce((rows, { numRows }) => rows + numRows, 0)).toBe(100);
    expect((await ask('/recordings/now', undefined, 'DELETE')).status).toBe(409);
    await recorder.close();
  });

  test.skipIf(!existsSync('/proc/self/fd'))(
    'a reader that leaves in the middle of a CSV leaves no file open',
    async () => {
      const root = testFolder();
      await recordRun(root, 'run', { frames: 20_000, beads: 4, batch: 500 });
      const { ask, port } = await recordingsServer(root);
      for (let peer = 0; peer < 3; peer++) {
        const { socket } = rawPeer(port, httpBytes('GET /recordings/run/tracks.csv'));
        await once(socket, 'data');
        // What is not read holds the rest up.
        socket.pause();
        expect(openFiles(root)).not.toEqual([]);
        socket.resetAndDestroy();
        await expect.poll(() => openFiles(root)).toEqual([]);
      }
      expect((await ask('/recordings')).status).toBe(200);
    },
  );
});

test('a window comes as typed columns', async () => {
  const root = testFolder();
  const positions = (frame: number) => ({ magnetTurns: frame });
  await recordRun(root, 'run', { frames: 100, beads: 2, positions });
  const { ask } = await recordingsServer(root);
  expect(await (await ask('/recordings/run')).json()).toEqual({
    ...{ name: 'run', firstNs: '1767225600000000007', endS: 0.99, rows: 200, beads: [3, 10], fits: false },
    motors: ['magnetTurns'],
    camera: { camera: 'simulated', fps: 100, pixelSizeNm: null },
  });
  const answer = await ask('/recordings/run/window?beads=10&fromS=0.2&toS=0.3&points=50');
  const window = unpackLive(new Uint8Array(await answer.arrayBuffer())) as RecordingWindow;
  expect(window.traces[0]!.least.zNm).toBeInstanceOf(Float64Array);
  expect(window.traces[0]!.timeS).toHaveLength(11);
  expect([...window.motors.timeS]).toEqual([...window.traces[0]!.timeS]);
  expect(window.motors.magnetTurns).toEqual(Float64Array.from({ length: 11 }, (_, at) => 20 + at));
});

describe('cells', () => {
  test('are listed, and come as the file and as the export, byte for byte', async () => {
    const root = testFolder();
    const run = await recordRun(root, 'run', { frames: 300, beads: 1, cells: 40, batch: 100 });
    await recordRun(root, 'without', { frames: 5, beads: 1 });
    const { ask, list } = await recordingsServer(root);
    const cells = (await list()).recordings.map(({ name, cells: count }) => [name, count]);
    expect(cells.toSorted()).toEqual([
      ['run', 40],
      ['without', 0],
    ]);
    const arrow = await ask('/recordings/run/cells.arrows');
    expect(arrow.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''run.cells.arrows");
    const file = await readFile(join(run, 'cells.arrows'));
    expect(Buffer.from(await arrow.arrayBuffer()).equals(file)).toBe(true);
    expect(await exportCells(run, join(folder, 'cells.csv'))).toBe(12_000);
    const csv = await (await ask('/recordings/run/cells.csv')).text();
    expect(csv === (await readFile(join(folder, 'cells.csv'), 'utf8'))).toBe(true);
    expect(csv.split('\n')).toHaveLength(12_002);
    const [header, first] = csv.split('\n');
    expect(header).toBe('frame,timeNs,cell,counts,neuropil,baseline,dff,noise,rate,event');
    const { counts } = measuredCells(0, 1, 40).columns;
    expect(Math.fround(Number(first!.split(',')[3]))).toBe(counts[0]);
    for (const part of ['cells.csv', 'cells.arrows', 'calcium-redo']) {
      const answer = await ask(`/recordings/without/${part}`);
      expect([part, answer.status]).toEqual([part, 409]);
      expect(await answer.text()).toMatch(/^E_RECORDING .*cells\.arrows: expected/);
    }
  });

  test('are redone on demand, also while they are being written', async () => {
    const root = testFolder();
    const recorder = await recordFrames(root, 'now', { frames: 400, beads: 1, cells: 3 });
    await expect.poll(() => recorder.stats.cells.rowsWritten).toBe(1200);
    const { ask } = await recordingsServer(root, { running: recorder });
    const redo = async (query: string) => {
      const answer = await ask(`/recordings/now/calcium-redo${query}`);
      return unpackLive(new Uint8Array(await answer.arrayBuffer())) as CalciumRedo;
    };
    const redone = await redo('?smooth=0.25&cells=5,1,77');
    const expected = await redoOffline(await openRun(recorder.folder), { smoothS: 0.25, cells: [5, 1] });
    expect(redone).toMatchObject({
      fps: 30,
      smoothS: 0.25,
      cells: [1, 3, 5],
      measured: 400,
      skipped: 0,
      lost: 0,
    });
    expect(redone.timeS[300]).toBeCloseTo(10, 8);
    expect(redone.traces.map(({ cell }) => cell)).toEqual([5, 1]);
    for (const [at, { live, offline, correlation }] of redone.traces.entries()) {
      const trace = expected.traces[at]!;
      expect(offline.dff).toEqual(Float32Array.from(trace.offline.dff));
      expect(offline.events).toEqual(trace.offline.events);
      expect(live).toEqual(trace.live);
      expect(correlation).toBe(trace.correlation);
    }
    expect(await redo('')).toMatchObject({ smoothS: 0.3, cells: [1, 3, 5], traces: [] });
    const bytes = new Uint8Array(await (await ask('/recordings/now/cells.arrows')).arrayBuffer());
    const batches = [...RecordBatchReader.from(bytes)];
    expect(batches.reduce((rows, { numRows }) => rows + numRows, 0)).toBe(1200);
    await recorder.close();
  });

  test.each([
    'cells=0',
    'cells=1,',
    'cells=65536',
    'smooth=-1',
    'smooth=x',
    'fps=0',
    'more=1',
    `cells=${[...Array(17).keys()].map((cell) => cell + 1)}`,
  ])('a redo of %s is refused in words', async (query) => {
    const root = testFolder();
    await recordRun(root, 'run', { frames: 5, beads: 1, cells: 1 });
    const { ask } = await recordingsServer(root);
    const answer = await ask(`/recordings/run/calcium-redo?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/^E_PROTOCOL calcium-redo: expected/);
  });

  test('a redo at a rate that the filter does not allow says what would do', async () => {
    const root = testFolder();
    await recordRun(root, 'run', { frames: 50, beads: 1, cells: 1 });
    const { ask } = await recordingsServer(root);
    const answer = await ask('/recordings/run/calcium-redo?cells=1&fps=1.5');
    expect(answer.status).toBe(409);
    expect(await answer.text()).toMatch(/more than 2 Hz/);
  });
});

const QUERIES = [
  ...[
    '',
    'beads=3',
    'beads=3&fromS=0&toS=1',
    'beads=&fromS=0&toS=1&points=9',
    'beads=-1&fromS=0&toS=1&points=9',
  ],
  ...['beads=3&fromS=1&toS=0&points=9', 'beads=3&fromS=x&toS=1&points=9', 'beads=3&fromS=0&toS=1&points=1e9'],
  ...[
    'beads=3&fromS=0&toS=1e999&points=9',
    'beads=3&fromS=0&toS=1&points=9&more=1',
    'beads=3&fromS=0&toS=1&points=2.5',
  ],
  `beads=${Array.from({ length: 17 }, (_, bead) => bead)}&fromS=0&toS=1&points=9`,
];
test(`${QUERIES.length} queries that are none are refused in words`, async () => {
  const root = testFolder();
  await recordRun(root, 'run', { frames: 5, beads: 1 });
  const { ask, refused } = await recordingsServer(root);
  for (const query of QUERIES) {
    const answer = await ask(`/recordings/run/window?${query}`);
    expect([query, answer.status]).toEqual([query, 400]);
    expect(await answer.text()).toMatch(/^E_PROTOCOL window: expected/);
  }
  expect(refused()).toEqual({ request: QUERIES.length });
});

const ELSEWHERE = [
  ...[
    '/recordings/..',
    '/recordings/../run.json',
    '/recordings/%2e%2e',
    '/recordings/%2e%2e%2fneighbor',
    '/recordings/',
  ],
  ...[
    '/recordings/none',
    '/recordings/run/run.json',
    '/recordings/run/tracks.csv/',
    '/recordings/run//tracks.csv',
  ],
  ...[
    '/recordings/%00',
    '/recordings/%ff',
    '/recordings/%',
    '/recordings/run%2ftracks.arrows',
    '/recordings/run/..',
  ],
  ...['/recordings/..%2fneighbor/tracks.csv', '/recordings/../neighbor', '/recordings/run%2f..%2frun'],
  ...['/recordings/..%5crun', '/recordings//etc/passwd', '/recordings/run/tracks.csv%00'],
];
test(`${ELSEWHERE.length} paths that lead elsewhere are not found, to read or to delete`, async () => {
  const outside = testFolder();
  const neighbor = await recordRun(outside, 'neighbor', { frames: 5, beads: 1 });
  const root = join(outside, 'runs');
  const run = await recordRun(root, 'run', { frames: 5, beads: 1 });
  const { port } = await recordingsServer(root);
  for (const path of ELSEWHERE) {
    const statuses = ['GET', 'DELETE'].map(async (method) => {
      const answer = await rawPeer(port, httpBytes(`${method} ${path}`)).answer;
      return answer.slice(9, 12);
    });
    // A part of a recording is not deleted, whatever its name.
    const deleted = path.endsWith('/tracks.csv') && !path.includes('//') ? '405' : '404';
    expect([path, ...(await Promise.all(statuses))]).toEqual([path, '404', deleted]);
  }
  for (const kept of [run, neighbor]) expect(existsSync(join(kept, 'tracks.arrows'))).toBe(true);
});
