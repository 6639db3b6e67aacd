import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { decodeLive, encodeLive, type StatusMessage } from '#protocol/live.ts';
import { runCommand, startCommand } from '../support/cli.ts';
import { type LiveProcess, reportedFates, startServe, startSimulated } from '../support/live-process.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const SOON = { timeout: 60_000, interval: 20 };
const BEADS = [60, 140, 220, 280].map((xPx) => ({ xPx, yPx: 54 }));
const SIZE = ['--width', '320', '--height', '200'];

const serve = (port = 0, env: Record<string, string> = {}) =>
  startServe(folder, BEADS, { args: ['--out', join(folder, 'runs'), '--port', `${port}`], env });
const film = ({ url }: LiveProcess) =>
  startSimulated(url, '--beads', '4', ...SIZE, '--fps', '200', '--cycle', '20');
const trackedAtLeast = (tracker: LiveProcess, frames: number) =>
  expect.poll(async () => (await tracker.totals()).tracked, SOON).toBeGreaterThan(frames);

/** A dashboard with a bead selected, and the last status it was sent. */
async function watch({ port }: LiveProcess): Promise<{ ws: WebSocket; last(): StatusMessage | undefined }> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/live`);
  onTestFinished(() => ws.terminate());
  let last: StatusMessage | undefined;
  ws.on('message', (bytes: Buffer) => {
    const message = decodeLive(bytes);
    if (message.type === 'status') last = message;
  });
  await once(ws, 'open');
  ws.send(encodeLive({ type: 'watch', id: 1, beads: [0] }));
  return { ws, last: () => last };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s in full flow: what was received is tracked and recorded, all is told, and it ends in order',
  async (signal) => {
    const tracker = await serve();
    const viewer = await watch(tracker);
    film(tracker);
    await trackedAtLeast(tracker, 200);
    const closed = once(viewer.ws, 'close');
    const ended = await tracker.stop(signal);
    expect(ended.stderr).not.toMatch(/error/);
    const { offered, ...others } = reportedFates(ended.stdout);
    expect(ended.code).toBe(0);
    expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(offered);
    const account = await recordedAccount(ended.folder, BEADS.length);
    expect(account.ended).toEqual(account.fates);
    expect(account.fates).toMatchObject(others);
    expect(account.unknown).toEqual([]);
    expect(account.withTracks).toEqual(account.tracked);
    expect(account.rows).toBe(BEADS.length * others.tracked!);
    await closed;
    expect(viewer.last()).toMatchObject({
      ledger: { offered, 'in-flight': 0, ...others },
      recorded: { rows: account.rows, waiting: 0 },
    });
  },
);

test('a camera and a dashboard that do not answer hold up no end', async () => {
  const tracker = await serve();
  const viewer = await watch(tracker);
  const camera = film(tracker);
  await trackedAtLeast(tracker, 100);
  viewer.ws.pause();
  camera.process.kill('SIGSTOP');
  const ended = await tracker.stop();
  expect([ended.code, ended.stderr.match(/error.*/)]).toEqual([0, null]);
  const account = await recordedAccount(ended.folder, BEADS.length);
  expect(account.tracked).toHaveLength(reportedFates(ended.stdout).tracked!);
  expect(account.withTracks).toEqual(account.tracked);
});

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
] as const)('%s and then %s ends it at once', async (first, second) => {
  // The end of its recording takes so long that there is time to ask again.
  const slowDisk = new URL('../support/slow-disk.mjs', import.meta.url).href;
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${slowDisk}`;
  const tracker = await serve(0, { NODE_OPTIONS, SLOW_DISK_MS: '500' });
  const camera = film(tracker);
  await trackedAtLeast(tracker, 20);
  camera.process.kill('SIGSTOP');
  const ended = once(tracker.process, 'exit');
  tracker.process.kill(first);
  await tracker.says(/asked again, it ends at once/);
  tracker.process.kill(second);
  expect((await ended)[1]).toBe(second);
});

test('a tracker killed in full flow leaves all it had written, to be read and exported; the camera finds the next', async () => {
  const tracker = await serve();
  const camera = film(tracker);
  const written = () => tracker.metric('tweezertrack_recorded_rows_total{state="written"}');
  await expect.poll(written, SOON).toBeGreaterThan(200 * BEADS.length);
  const before = await written();
  tracker.process.kill('SIGKILL');
  await tracker.done;
  const run = (await tracker.says(/recording to (.*)/))[1]!;
  const account = await recordedAccount(run, BEADS.length);
  expect(account.ended).toBeNull();
  expect(account.rows).toBeGreaterThanOrEqual(before);
  expect([account.unknown, account.rows % BEADS.length]).toEqual([[], 0]);
  // The two files are written apart: of the newest batch either may be there.
  const both = Math.min(account.tracked.length, account.withTracks.length);
  expect(account.withTracks.slice(0, both)).toEqual(account.tracked.slice(0, both));
  const csv = join(folder, 'killed.csv');
  const exported = await runCommand('export', run, '--to', csv);
  expect([exported.code, exported.stderr]).toEqual([0, `${account.rows} points in ${csv}\n`]);

  const next = await serve(tracker.port);
  await trackedAtLeast(next, 20);
  camera.process.kill('SIGTERM');
  expect((await camera.done).stderr).toMatch(/link to ws:\S+ lost; connecting again/);
  const ended = await next.stop();
  const { offered, tracked } = reportedFates(ended.stdout);
  expect([ended.code, ended.folder === run]).toEqual([0, false]);
  expect((await recordedAccount(ended.folder, BEADS.length)).tracked).toHaveLength(tracked!);
  expect(offered).toBeGreaterThanOrEqual(tracked!);
});

test('the camera of a demo that is killed ends, too', async () => {
  const demo = startCommand(['demo', '--beads', '1', '--port', '0', '--no-record', '--engine', 'reference']);
  await demo.says(/camera 'simulated'/);
  demo.process.kill('SIGKILL');
  // The camera has the same stderr: both are gone when that is closed.
  const { stderr } = await demo.done;
  expect(stderr).toMatch(/camera: \d+ frames sent/);
});
