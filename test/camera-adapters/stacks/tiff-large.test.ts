import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTiff } from '../../support/tiff-writer.ts';

const folder = temporaryFolder();
const [width, height, bytes] = [1024, 1024, 2 ** 21];
const FRAMES = 2500;

/** A file of one page and holes behind it, in which only frames far behind have other counts than 0. */
async function saveSparse(name: string, bigTiff: boolean): Promise<{ path: string; first: number }> {
  const path = join(folder, name);
  const description = `ImageJ=1.54f\nimages=${FRAMES}\nframes=${FRAMES}\nfinterval=0.01\n`;
  const page = new Uint16Array(width * height).fill(500);
  const head = writeTiff([page], { width, height, bigTiff, description });
  const first = head.length - bytes;
  const file = await open(path, 'wx');
  await file.write(head);
  for (const frame of [2048, FRAMES - 1]) {
    await file.write(
      new Uint8Array(Uint16Array.from({ length: 4 }, (_, at) => frame + at).buffer),
      0,
      8,
      first + frame * bytes,
    );
  }
  await file.truncate(first + FRAMES * bytes);
  await file.close();
  return { path, first };
}

test.each([
  ['one index for all frames, as ImageJ writes above 4 GB', false],
  ['the same as BigTIFF', true],
])('%s: frames beyond 5 GB are read where they lie', async (name, bigTiff) => {
  const { path, first } = await saveSparse(`${bigTiff}.tif`, bigTiff);
  const stack = await openStack(path);
  expect(stack, name).toMatchObject({ frames: FRAMES, width, height, pixelFormat: 'mono16' });
  expect(stack.timeNs!.at(-1)).toBe(24_990_000_000n);
  const into = new Uint16Array(width * height);
  const starts = [];
  for (const frame of [0, 1, 2048, FRAMES - 1]) {
    await stack.readFrame(frame, new Uint8Array(into.buffer));
    starts.push([...into.subarray(0, 4)]);
  }
  await stack.close();
  expect(starts).toEqual([
    [500, 500, 500, 500],
    [0, 0, 0, 0],
    [2048, 2049, 2050, 2051],
    [2499, 2500, 2501, 2502],
  ]);

  const file = await open(path, 'r+');
  await file.truncate(first + 2100 * bytes + 17);
  await file.close();
  const cut = await openStack(path);
  await cut.close();
  expect(cut).toMatchObject({
    frames: 2100,
    cut: 'the file is cut off: images 2100 to 2499 of 2500 are missing',
  });
  expect(cut.timeNs).toHaveLength(2100);
});
