import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import type { PaceClock } from '#camera-adapters/pace.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { writeTiff } from './tiff-writer.ts';

/** Where the stacks are; removed after the tests. */
export const folder = temporaryFolder();
export const [frames, height, width] = [10, 3, 5];

/** Frame n is filled with 10 + n. */
export const path = join(folder, 'ten.npy');
writeFileSync(
  path,
  encodeNpy(
    Uint8Array.from({ length: frames * 15 }, (_, i) => 10 + Math.floor(i / 15)),
    [frames, height, width],
  ),
);

/** The same frames, recorded 20 ms apart. */
export const timed = join(folder, 'timed.tif');
export const pages = Array.from({ length: frames }, (_, n) => new Uint8Array(15).fill(10 + n));
const description = `ImageJ=1.54f\nimages=${frames}\nframes=${frames}\nfinterval=0.02\n`;
writeFileSync(timed, writeTiff(pages, { width, height, description }));

interface Shown {
  id: number;
  timeNs: bigint;
  /** Count every pixel had when the frame was shown; NaN if they differed. */
  count: number;
  /** Clock when it was shown. */
  atMs: number;
}

/** Plays up to `limit` frames, then closes the camera. */
export async function play(
  camera: CameraAdapter,
  limit = Number.POSITIVE_INFINITY,
  clock?: PaceClock,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  await camera.open();
  const { signal } = new AbortController();
  for await (const { id, timeNs, pixels } of camera.frames(signal)) {
    const count = pixels.every((pixel) => pixel === pixels[0]) ? pixels[0]! : Number.NaN;
    shown.push({ id, timeNs, count, atMs: clock?.nowMs() ?? Number.NaN });
    if (shown.length === limit) break;
  }
  await camera.close();
  return shown;
}

/** One thing of every frame shown. */
export const column = <K extends keyof Shown>(shown: Shown[], key: K) => shown.map((frame) => frame[key]);
/** Whole numbers from `from` to before `n`. */
export const upTo = (n: number, from = 0) => Array.from({ length: n - from }, (_, i) => from + i);
