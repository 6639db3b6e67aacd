import { existsSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CameraAdapter, CameraFrame } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { assertAccounted, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { CAMERA_LINK_VERSION } from '#protocol/camera-link.ts';
import type { ListedCamera, LiveMessage } from '#protocol/live.ts';
import { readCells } from '#recording/read-cells.ts';
import { readTracks } from '#recording/read-recording.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { LiveClient } from '#tracker/commands/live-client.ts';
import { type Config, defaultConfig, planOf } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import type { LiveTrackerOptions } from '#tracker/live/live-tracker-options.ts';
import { LiveTrackers } from '#tracker/live/live-trackers.ts';
import { cameraConfigs } from '#tracker/settings/camera-settings.ts';
import {
  BLINKING_FPS,
  BLINKING_SHAPE,
  blinkingCamera,
  blinkingMap,
  blinkingPixels,
} from '../support/blinking-cells.ts';
import { rawCamera } from '../support/raw-camera.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const BEAD_SHAPE = { width: 112, height: 80, pixelFormat: 'mono8' } as const;
const BEAD_ROI = { bead: 0, left: 20, top: 10, size: 64 };
const FRAMES = 200;
const SOON = { timeout: 60_000, interval: 10 };

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Rings that walk, so that every frame has numbers of its own. */
function walkingRings(id: number): Uint8Array {
  const [xPx, yPx] = [51.3 + 3 * Math.sin(id / 9), 41.6 + 2 * Math.cos(id / 7)];
  return Uint8Array.from({ length: BEAD_SHAPE.width * BEAD_SHAPE.height }, (_, pixel) => {
    const radius = Math.hypot((pixel % BEAD_SHAPE.width) - xPx, Math.floor(pixel / BEAD_SHAPE.width) - yPx);
    return 120 + 90 * Math.cos(radius) * Math.exp(-radius / 9);
  });
}

function beadCamera(from: number, to: number): CameraAdapter {
  return {
    open: async () => ({ camera: 'rings', ...BEAD_SHAPE, fps: 0, pixelSizeNm: 100 }),
    async *frames(): AsyncGenerator<CameraFrame> {
      for (const id of range(from, to)) {
        yield { id, timeNs: BigInt(id) * 10_000_000n, pixels: walkingRings(id) };
      }
    },
    close: async () => {},
  };
}

let folder: string;
let trackers: LiveTrackers | null;
let log: string[];

beforeEach(() => {
  folder = temporaryFolder();
  log = [];
  trackers = null;
});
afterEach(() => trackers?.close().catch(() => {}));

function mainOptions(config: Config): LiveTrackerOptions {
  return {
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => null,
    rois: () => [BEAD_ROI],
    roiSize: BEAD_ROI.size,
    rigFile: join(config.recording.folder, 'rig.json'),
    log: (text) => log.push(text),
  };
}

function settings(runs: string): Config {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'wasm';
  config.engine.threads = 2;
  config.recording.folder = join(folder, runs);
  return config;
}

/** Beads without a name, and cells by name. */
async function start(): Promise<LiveTrackers> {
  const config = settings('runs');
  // Room for all of them: none is skipped however slow this machine is.
  const calcium = { enabled: true, fps: BLINKING_FPS, mostWaiting: 256 };
  config.cameras = { cells: { calcium, pipeline: { stages: ['center-of-mass'] } } };
  const configs = cameraConfigs(config, defaultConfig());
  const cells = configs.get('cells')!;
  trackers = await LiveTrackers.start(
    new Map([
      ['', mainOptions(configs.get('')!)],
      [
        'cells',
        {
          ...mainOptions(cells),
          plan: planOf(cells),
          rois: () => [],
          cells: blinkingMap(),
          log: (text) => log.push(`cells: ${text}`),
        },
      ],
    ]),
  );
  return trackers;
}

const film = (port: number, camera: CameraAdapter, path = '') =>
  runCamera(camera, {
    url: `ws://127.0.0.1:${port}${path}`,
    signal: new AbortController().signal,
    log: () => {},
  });

/** [frame, bead] every number of the recorded tracks. */
async function tracksOf(run: string) {
  const rows: unknown[][] = [];
  for await (const { frame, bead, xPx, yPx, zNm, status, timeNs } of readTracks(join(run, 'tracks.arrows'))) {
    for (const row of frame.keys()) {
      rows.push([frame[row], bead[row], xPx[row], yPx[row], zNm[row], status[row], timeNs[row]]);
    }
  }
  return rows;
}

async function cellRows(run: string): Promise<number> {
  let rows = 0;
  for await (const { frame } of readCells(join(run, 'cells.arrows'))) rows += frame.length;
  return rows;
}

test('beads and cells are filmed at once, each tracked and recorded as if it were alone', async () => {
  const alone = await LiveTracker.start(mainOptions(settings('alone')));
  await film(alone.server.port, beadCamera(0, FRAMES));
  await alone.close();
  const expected = await tracksOf(alone.recording!);
  expect(expected).toHaveLength(FRAMES);

  const { all, main, server } = await start();
  const cells = all.get('cells')!;
  expect([main.engine.host.threads, cells.engine.host.threads]).toEqual([1, 1]);
  const told = { main: [] as LiveMessage[], cells: [] as LiveMessage[] };
  const url = `ws://127.0.0.1:${server.port}`;
  const clients = [
    await LiveClient.open(url, {}, (message) => told.main.push(message)),
    await LiveClient.open(`${url}/cameras/cells`, {}, (message) => told.cells.push(message)),
  ];
  const sent = await Promise.all([
    film(server.port, beadCamera(0, FRAMES)),
    film(server.port, blinkingCamera(range(0, FRAMES)), '/cameras/cells'),
  ]);
  expect(sent).toEqual([
    { sent: FRAMES, dropped: 0 },
    { sent: FRAMES, dropped: 0 },
  ]);
  const health = async () => (await fetch(`${server.url}health`)).json();
  await expect.poll(health, SOON).toMatchObject({
    camera: { camera: 'rings' },
    frames: { tracked: FRAMES },
    cameras: {
      cells: { camera: { camera: 'blinking' }, frames: { tracked: FRAMES }, calcium: { measured: FRAMES } },
    },
  });
  const metrics = await (await fetch(`${server.url}metrics`)).text();
  expect(metrics).toContain('tweezertrack_calcium_cells 0\ntweezertrack_calcium_cells{camera="cells"} 3\n');

  // Each dashboard is told of its own camera, and which others there are.
  const newest = <Type extends LiveMessage['type']>(of: LiveMessage[], type: Type) =>
    of.findLast((message): message is Extract<LiveMessage, { type: Type }> => message.type === type);
  await expect.poll(() => newest(told.main, 'camera')?.camera?.connected, SOON).toBe(false);
  await expect.poll(() => newest(told.cells, 'camera')?.camera?.connected, SOON).toBe(false);
  expect(newest(told.main, 'snapshot')).toMatchObject({ camera: { camera: 'rings' }, beads: [BEAD_ROI] });
  expect(newest(told.cells, 'snapshot')).toMatchObject({ camera: { camera: 'blinking' }, beads: [] });
  const listed = (of: LiveMessage[]) => newest(of, 'status')!.cameras!;
  await expect.poll(() => listed(told.cells).map(({ connected }) => connected), SOON).toEqual([false, false]);
  const ours: Omit<ListedCamera, 'isHere'>[] = [
    { name: '', camera: 'rings', connected: false, isRecording: true },
    { name: 'cells', camera: 'blinking', connected: false, isRecording: true },
  ];
  expect(listed(told.cells)).toEqual(ours.map((one) => ({ ...one, isHere: one.name === 'cells' })));
  for (const client of clients) client.close();

  await trackers!.close();
  for (const tracker of all.values()) {
    assertAccounted(tracker.totals());
    expect(tracker.totals()).toMatchObject({ offered: FRAMES, tracked: FRAMES, 'in-flight': 0 });
  }
  expect(await tracksOf(main.recording!)).toEqual(expected);
  expect(cells.recording!.startsWith(join(folder, 'runs', 'cells'))).toBe(true);
  expect(await cellRows(cells.recording!)).toBe(3 * FRAMES);
  expect(existsSync(join(main.recording!, 'cells.arrows'))).toBe(false);
  for (const [tracker, beads] of [
    [main, 1],
    [cells, 0],
  ] as const) {
    const account = await recordedAccount(tracker.recording!, beads);
    expect(account.tracked).toEqual(range(0, FRAMES));
    expect(account.unknown).toEqual([]);
  }
  expect((await readdir(join(folder, 'runs', 'cells'))).length).toBeGreaterThan(0);
});

const HELLO = {
  ...{ type: 'hello', version: CAMERA_LINK_VERSION, camera: 'blinking', ...BLINKING_SHAPE },
  ...{ fps: 0, pixelSizeNm: 100 },
};

test('a camera that is unplugged, and one that floods, cost the other no frame', async () => {
  const { all, main, server } = await start();
  const cells = all.get('cells')!;
  const path = `ws://127.0.0.1:${server.port}/cameras/cells`;
  const beads = film(server.port, beadCamera(0, 4 * FRAMES));
  const first = await rawCamera(path, HELLO);
  for (const id of range(0, 20)) await first.frame(id, blinkingPixels(id));
  first.tcp.resetAndDestroy();
  await expect.poll(() => cells.health().camera?.connected, SOON).toBe(false);

  const flood = await rawCamera(path, HELLO);
  const pixels = blinkingPixels(0);
  for (let id = 20; flood.ws.readyState === flood.ws.OPEN && id < 1020; id++) {
    flood.send({ type: 'frame', id, tNs: id, data: pixels });
  }
  // Whatever becomes of the flood is of that camera alone.
  expect(await beads).toEqual({ sent: 4 * FRAMES, dropped: 0 });
  flood.ws.terminate();
  await expect.poll(() => main.totals().tracked, SOON).toBe(4 * FRAMES);
  await trackers!.close();
  const { tracked, ...others } = main.totals();
  const lost = Object.entries(others).filter(([fate, count]) => fate !== 'offered' && count > 0);
  expect([tracked, lost]).toEqual([4 * FRAMES, []]);
  assertAccounted(cells.totals() as LedgerTotals);
  expect(cells.totals().tracked).toBeGreaterThanOrEqual(20);
  expect((await recordedAccount(main.recording!, 1)).tracked).toEqual(range(0, 4 * FRAMES));
  expect(log.filter((line) => line.startsWith("cells: warning: camera 'blinking' disconnected"))).not.toEqual(
    [],
  );
  expect(log.filter((line) => /^(warning|error)/.test(line))).toEqual([]);
});

test('a run in the place of the folder of a camera is refused, and nothing stays open', async () => {
  const config = settings('runs');
  config.cameras = { cells: {} };
  const configs = cameraConfigs(config, defaultConfig());
  const run = await LiveTracker.start(mainOptions(settings('runs')));
  await film(run.server.port, beadCamera(0, 2));
  await run.close();
  const own = configs.get('cells')!;
  own.recording.folder = run.recording!;
  writeFileSync(join(run.recording!, 'note.txt'), 'kept');
  const start = LiveTrackers.start(
    new Map([
      ['', mainOptions(configs.get('')!)],
      ['cells', mainOptions(own)],
    ]),
  );
  await expect(start).rejects.toThrow(/cameras\.cells: .*expected a folder for runs, received a run/);
});
