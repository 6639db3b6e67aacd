import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { encodeLive } from '#protocol/live.ts';
import { reportedFates, startServe, startSimulated } from '../support/live-process.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const SOON = { timeout: 60_000, interval: 50 };
const BEADS = [60, 140, 220, 280].map((xPx) => ({ xPx, yPx: 54 }));

/** A camera that loses nothing by itself, as it waits for credit. */
const film = (url: string, frames: number) =>
  startSimulated(
    ...[url, '--beads', '4', '--width', '320', '--height', '200'],
    ...['--pace', 'fast', '--frames', `${frames}`, '--cycle', '20'],
  );

/** MB of memory a process holds, where the system tells. */
function residentMB(pid: number): number {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return Number.NaN;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1]) / 1024;
}

test('a dashboard that stalls and a disk that takes 200 ms a write cost no frame, no row and little memory', async () => {
  const slowDisk = new URL('../support/slow-disk.mjs', import.meta.url).href;
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${slowDisk}`;
  const tracker = await startServe(folder, BEADS, {
    args: ['--out', join(folder, 'runs')],
    env: { NODE_OPTIONS, SLOW_DISK_MS: '200' },
  });
  const viewer = new WebSocket(`ws://127.0.0.1:${tracker.port}/live`);
  onTestFinished(() => viewer.terminate());
  await once(viewer, 'open');
  viewer.send(encodeLive({ type: 'watch', id: 1, beads: [0] }));
  await once(viewer, 'message');
  viewer.pause();

  const frames = 3000;
  const camera = film(tracker.url, frames);
  await expect.poll(async () => (await tracker.totals()).tracked, SOON).toBeGreaterThan(300);
  const warmMB = residentMB(tracker.process.pid!);
  expect((await camera.done).stderr).toContain(`${frames} frames sent, 0 dropped`);
  await expect
    .poll(() => tracker.totals(), SOON)
    .toMatchObject({ offered: frames, tracked: frames, 'in-flight': 0 });
  // MB: a process that is young still grows; the frames alone are 190 MB.
  const grownMB = residentMB(tracker.process.pid!) - warmMB;
  if (!Number.isNaN(grownMB)) expect(grownMB).toBeLessThan(100);

  const ended = await tracker.stop();
  expect([ended.code, reportedFates(ended.stdout)]).toEqual([0, { offered: frames, tracked: frames }]);
  const account = await recordedAccount(ended.folder, BEADS.length);
  expect([account.rows, account.unknown]).toEqual([frames * BEADS.length, []]);
});

const probe = mountSmallDisk(64);
probe?.remove();

test.skipIf(!probe)(
  `a disk that becomes full costs counted rows, no tracking; with room again the recording goes on${probe ? '' : ' (skipped: this process may not mount one)'}`,
  async () => {
    const disk = mountSmallDisk(32 << 10)!;
    onTestFinished(() => disk.remove());
    const ballast = join(disk.folder, 'ballast');
    writeFileSync(ballast, new Uint8Array(31.5 * 2 ** 20));
    const config = join(folder, 'full.toml');
    writeFileSync(config, '[recording]\nqueueMiB = 1\n');
    const beads = Array.from({ length: 20 }, (_, index) => ({ xPx: 30 + 12 * index, yPx: 60 }));
    const args = ['--config', config, '--out', join(disk.folder, 'runs')];
    const tracker = await startServe(folder, beads, { args });
    const camera = film(tracker.url, 1e6);
    const overruns = async () => (await tracker.totals())['recorder-overrun'];
    const written = () => tracker.metric('tweezertrack_recorded_rows_total{state="written"}');

    await expect.poll(overruns, SOON).toBeGreaterThan(100);
    const atFull = await written();
    const { tracked } = await tracker.totals();
    await expect.poll(async () => (await tracker.totals()).tracked, SOON).toBeGreaterThan(tracked + 200);
    expect(await written()).toBe(atFull);

    rmSync(ballast);
    // More than what waited when it was full: rows of frames tracked since.
    await expect.poll(written, SOON).toBeGreaterThan(atFull + 20 * beads.length);
    await expect.poll(() => tracker.metric('tweezertrack_recorder_rows_waiting'), SOON).toBeLessThan(2000);
    camera.process.kill('SIGTERM');
    expect((await camera.done).stderr).toMatch(/, 0 dropped/);
    const ended = await tracker.stop();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^error: E_RECORDING \S+tracks\.arrows: .*ENOSPC.*tracking goes on/m);
    expect(ended.stderr).toMatch(/^error: E_RECORDING .*keeps up.*the frames lost are recorded as a gap/m);

    const fates = reportedFates(ended.stdout);
    expect(fates.tracked).toBe(fates.offered);
    const account = await recordedAccount(ended.folder, beads.length);
    expect(account.fates['recorder-overrun']).toBe(fates['recorder-overrun']);
    expect(account.fates.tracked + account.fates['recorder-overrun']).toBe(fates.tracked);
    expect([account.ended, account.unknown]).toEqual([account.fates, []]);
    expect(account.withTracks).toEqual(account.tracked);
    // After the gap, too.
    expect(account.tracked.at(-1)).toBe(fates.offered! - 1);
  },
);
