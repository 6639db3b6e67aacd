import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, onTestFinished, test } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import { type WatchFolderOptions, watchFolderCamera } from '#camera-adapters/watch-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
let count = 0;

const image = (gray: number, width = 16, height = 8) =>
  encode({ width, height, channels: 1, depth: 8, data: new Uint8Array(width * height).fill(gray) });

/** A folder of its own, and a camera that watches it. */
function watched(options: Partial<WatchFolderOptions> = {}) {
  const path = join(folder, String(count++));
  mkdirSync(path);
  const said: string[] = [];
  const camera = watchFolderCamera({ path, ...options }, (text) => said.push(text));
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await camera.close();
  });
  const save = (name: string, bytes: Uint8Array) => {
    // As careful programs do: complete from the first moment.
    writeFileSync(join(path, `${name}.part`), bytes);
    renameSync(join(path, `${name}.part`), join(path, name));
  };
  /** Opens it and takes so many frames, while `write` goes on. */
  const take = async (frames: number, write: (taken: number) => void) => {
    write(0);
    const facts = await camera.open();
    const got: { id: number; gray: number; timeNs: bigint }[] = [];
    for await (const { id, pixels, timeNs } of camera.frames(stop.signal) as AsyncIterable<CameraFrame>) {
      got.push({ id, gray: pixels[0]!, timeNs });
      if (got.length === frames) break;
      write(got.length);
    }
    return { facts, got };
  };
  return { path, said, save, take };
}

test('frames come as they are written, by the numbers in their names', async () => {
  const startMs = Date.now();
  const { save, take } = watched({ existing: true });
  const names = ['img_008.png', 'img_009.png', 'img_012.png'];
  const { facts, got } = await take(3, (taken) => save(names[taken]!, image(10 + taken)));
  expect(facts).toMatchObject({ width: 16, height: 8, pixelFormat: 'mono8', fps: 0 });
  expect(got.map(({ id }) => id)).toEqual([8, 9, 12]);
  expect(got.map(({ gray }) => gray)).toEqual([10, 11, 12]);
  // 1 s: clocks of file systems tick more slowly.
  expect(Number(got[0]!.timeNs / 1_000_000n)).toBeGreaterThan(startMs - 1000);
});

test('those that are there already come in the order of their numbers, or not at all', async () => {
  const early = watched({ existing: true });
  for (const number of [10, 9, 11]) early.save(`f${number}.png`, image(number));
  expect((await early.take(3, () => {})).got.map(({ gray }) => gray)).toEqual([9, 10, 11]);

  const late = watched();
  late.save('f1.png', image(1));
  const taken = late.take(1, () => {});
  // The folder is looked at before its first word: what comes now is new.
  await new Promise((resolve) => setImmediate(resolve));
  await expect
    .poll(
      () => {
        late.save(`f${++count + 100}.png`, image(2));
        return Promise.race([taken.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);
      },
      { interval: 20 },
    )
    .toBe(true);
  expect((await taken).got[0]!.gray).toBe(2);
});

test('a file that is still being written is waited for', async () => {
  const { path, take } = watched({ existing: true });
  const bytes = image(77);
  writeFileSync(join(path, 'slow1.png'), bytes.subarray(0, 40));
  const taken = take(1, () => {});
  await new Promise((resolve) => setImmediate(resolve));
  appendFileSync(join(path, 'slow1.png'), bytes.subarray(40));
  expect((await taken).got).toMatchObject([{ id: 1, gray: 77 }]);
});

test('one that never becomes an image is given up with a word, and its number is missing', async () => {
  const { path, said, save, take } = watched({ existing: true, patienceS: 0.05 });
  save('a1.png', image(1));
  writeFileSync(join(path, 'a2.png'), image(2).subarray(0, 50));
  save('a3.png', image(3));
  save('a4.png', image(4, 8, 8));
  save('a5.png', image(5));
  const { got } = await take(3, () => {});
  expect(got.map(({ id }) => id)).toEqual([1, 3, 5]);
  expect(said[0]).toContain('a2.png');
  expect(said[1]).toMatch(/a4.png: expected 16 x 8 mono8, received 8 x 8 mono8; left out/);
});

test('a folder that is not there is named', async () => {
  await expect(watchFolderCamera({ path: join(folder, 'none') }).open()).rejects.toThrow(
    /none: expected a folder that can be read/,
  );
});
