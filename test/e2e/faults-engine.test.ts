import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assertAccounted } from '#ingest/frame-ledger.ts';
import { readTracks } from '#recording/read-recording.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { Metrics } from '#tracker/live/metrics.ts';
import { startSimulated } from '../support/live-process.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type WatchedWorkers, watchWorkers } from '../support/watch-workers.ts';

const folder = temporaryFolder();
const SOON = { timeout: 60_000, interval: 5 };
/** Beads that keep the threads of an engine busy: one that ends has work in hand. */
const BEADS = { wasm: 150, reference: 40 };
const CYCLE = 20;
const DEATHS = 5;
/** Where the rest of the machine is slow, threads wait for frames, and many may end with nothing in hand. */
const MOST_DEATHS = 40;

let workers: WatchedWorkers;
let log: string[];
let tracker: LiveTracker;
let beads: number;

const roiOf = (bead: number) => ({
  bead,
  left: 6 * (bead % 30),
  top: 12 * Math.floor(bead / 30),
  size: 128,
});

async function start(engine: 'wasm' | 'reference', threads: number): Promise<void> {
  beads = BEADS[engine];
  const config = defaultConfig();
  config.server.port = 0;
  config.engine = { ...config.engine, engine, threads };
  config.recording.folder = join(folder, 'runs');
  tracker = await LiveTracker.start({
    config,
    plan: parsePlan(MAGTRACK_PLAN),
    zLutOf: () => null,
    rois: () => Array.from({ length: beads }, (_, bead) => roiOf(bead)),
    roiSize: 128,
    log: (text) => log.push(text),
  });
}

/** A camera that shows the same 20 frames over and over and waits for credit: it drops nothing by itself. */
const film = () =>
  startSimulated(
    `ws://127.0.0.1:${tracker.server.port}`,
    ...['--beads', '4', '--width', '320', '--height', '200'],
    ...['--pace', 'fast', '--cycle', `${CYCLE}`],
  );

beforeEach(() => {
  workers = watchWorkers();
  log = [];
});
afterEach(async () => {
  await tracker.close();
  workers.stop();
});

async function metric(name: string): Promise<number> {
  const { text } = await new Metrics(new Map([['', tracker.metricSources]])).report();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)![1]);
}

/** Ends threads one after the other while frames come, then expects every frame tracked as if nothing had been. */
async function expectAllTracked(end: (worker: Worker) => unknown): Promise<void> {
  const camera = film();
  const framesCome = async () => {
    const before = tracker.totals().tracked;
    await vi.waitUntil(() => tracker.totals().tracked > before + 50, SOON);
  };
  const again = () =>
    log.flatMap((line) => {
      const count = /^warning: .*; replaced, (\d+) \w+ tracked again$/.exec(line)?.[1];
      return count === undefined ? [] : [Number(count)];
    });
  let deaths = 0;
  while (deaths < DEATHS || (deaths < MOST_DEATHS && Math.max(...again()) === 0)) {
    const death = ++deaths;
    await framesCome();
    const running = workers.running();
    await end(running[death % running.length]!);
    await vi.waitUntil(() => tracker.engine.host.restarts === death, SOON);
  }
  await framesCome();
  camera.process.kill('SIGTERM');
  const { code, stderr } = await camera.done;
  expect(code).toBe(0);
  const frames = Number(/(\d+) frames sent, 0 dropped/.exec(stderr)?.[1]);
  await tracker.close();

  const totals = tracker.totals();
  assertAccounted(totals);
  expect(totals).toMatchObject({ offered: frames, tracked: frames, 'in-flight': 0, 'dropped-engine': 0 });
  expect(await metric('tweezertrack_engine_restarts_total')).toBe(deaths);
  expect(again()).toHaveLength(deaths);
  expect(Math.max(...again())).toBeGreaterThan(0);
  const account = await recordedAccount(tracker.recording!, beads);
  expect([account.rows, account.unknown]).toEqual([frames * beads, []]);
  expect(account.withTracks).toEqual(account.tracked);
  const shown = new Map<string, number>();
  for await (const { frame, bead, xPx } of readTracks(join(tracker.recording!, 'tracks.arrows'))) {
    for (const [row, id] of frame.entries()) {
      const key = `frame ${id % CYCLE} of the cycle, bead ${bead[row]}`;
      const first = shown.get(key) ?? xPx[row]!;
      shown.set(key, first);
      expect(xPx[row], key).toBe(first);
    }
  }
  expect(shown.size).toBe(CYCLE * beads);
}

test.each([
  ['wasm', 1],
  ['wasm', 2],
  ['reference', 2],
] as const)(
  `${DEATHS} threads of %s, %i at a time, killed in full flow cost no frame`,
  async (engine, threads) => {
    await start(engine, threads);
    await expectAllTracked((worker) => worker.terminate());
  },
);

test(`${DEATHS} threads that throw what nobody foresaw in full flow cost no frame`, async () => {
  await start('reference', 1);
  // A batch in rooms it was never shown.
  const task = { type: 'track', rooms: [7777], table: 7777, beads: beads, radii: 0 };
  await expectAllTracked((worker) => worker.postMessage({ type: 'task', job: 7777, task }));
});
