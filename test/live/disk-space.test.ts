import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskSpace } from '#tracker/live/disk-space.ts';

const SOON = { interval: 5 };

test('a folder that does not exist yet has the room of the disk it will be on', async () => {
  const disk = new DiskSpace(join(tmpdir(), 'no-such-folder', 'runs'));
  disk.note(null);
  await expect.poll(() => disk.state(0).freeBytes, SOON).toBeGreaterThan(0);
  const { bavail, bsize } = statfsSync(tmpdir());
  // 2 GB: others write to this disk meanwhile.
  expect(Math.abs(disk.state(0).freeBytes - bavail * bsize)).toBeLessThan(2e9);
  expect(disk.state(0)).toMatchObject({ isLow: false, bytesPerS: Number.NaN, leftS: Number.NaN });
  expect(disk.state(1e6).isLow).toBe(true);
});

test('the time left follows from what Saving wrote over the last 20 s, and an end within 10 min is low', async () => {
  const disk = new DiskSpace(tmpdir());
  disk.note(0, 0);
  await expect.poll(() => disk.state(0).freeBytes, SOON).toBeGreaterThan(0);
  for (let second = 1; second <= 60; second++)
    disk.note(second < 40 ? 0 : (second - 39) * 1e6, second * 1000);
  const { freeBytes, bytesPerS, leftS, isLow } = disk.state(0);
  expect(bytesPerS).toBe(1e6);
  expect([leftS, isLow]).toEqual([freeBytes / 1e6, freeBytes / 1e6 < 600]);
  for (let second = 61; second <= 90; second++) disk.note(second * freeBytes, second * 1000);
  expect(disk.state(0)).toMatchObject({ bytesPerS: freeBytes, leftS: 1, isLow: true });
  // Another recording begins at 0.
  disk.note(10, 91_000);
  expect(disk.state(0).bytesPerS).toBeNaN();
});
