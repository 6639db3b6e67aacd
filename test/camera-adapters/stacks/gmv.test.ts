import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

/** One frame of a movie: head and pixels. */
function frameOf(
  width: number,
  height: number,
  timeMs: number,
  focusZNm: number | null,
  fill: number,
): Buffer {
  const head = Buffer.alloc(88);
  head.writeInt32LE(width, 4);
  head.writeInt32LE(height, 12);
  head.writeInt32LE(width * height, 20);
  head.writeInt32LE(timeMs, 24);
  if (focusZNm !== null) {
    head.writeInt32LE(7, 48);
    head.writeInt32LE(focusZNm, 56);
  }
  return Buffer.concat([head, Buffer.from(new Uint16Array(width * height).fill(fill).buffer)]);
}

function save(name: string, ...parts: Buffer[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

describe('a .gmv movie', () => {
  test('gives pixels, times from the first frame, and the focus of every frame', async () => {
    const frames = [0, 1, 2].map((at) => frameOf(5, 4, 70 + 50 * at, 1000 + at, 300 + at));
    const { pages, ...facts } = await readStack(save('three.gmv', ...frames));
    expect(facts).toMatchObject({ frames: 3, width: 5, height: 4, pixelFormat: 'mono16' });
    expect(pages).toEqual([300, 301, 302].map((count) => new Uint16Array(20).fill(count)));
    const { timeNs, planeZNm, close } = await openStack(join(folder, 'three.gmv'));
    await close();
    expect([...timeNs!]).toEqual([0n, 50_000_000n, 100_000_000n]);
    expect([...planeZNm!]).toEqual([1000, 1001, 1002]);
  });

  test('of a rig without a stage has no focus', async () => {
    const stack = await openStack(save('bare.gmv', frameOf(5, 4, 0, null, 1)));
    await stack.close();
    expect(stack.planeZNm).toBeUndefined();
  });

  test('that is cut off gives the frames that are whole, and says what is missing', async () => {
    const whole = [0, 1].map((at) => frameOf(5, 4, at, null, at));
    const stack = await openStack(save('cut.gmv', whole[0]!, whole[1]!.subarray(0, 100)));
    await stack.close();
    expect(stack).toMatchObject({ frames: 1, cut: 'frame 1: 100 of 128 bytes' });
    await expect(openStack(save('short.gmv', whole[0]!.subarray(0, 90)))).rejects.toThrow(
      /frame 0: expected 128 bytes, received 90/,
    );
    await expect(openStack(save('empty.gmv', Buffer.alloc(0)))).rejects.toThrow(/head of a frame/);
  });

  test('is refused where a head is none, or a frame has another size', async () => {
    const good = frameOf(5, 4, 0, null, 1);
    await expect(openStack(save('zeros.gmv', Buffer.alloc(4000)))).rejects.toThrow(/received 0, 0 and 0/);
    const other = frameOf(4, 5, 0, null, 1);
    await expect(openStack(save('other.gmv', good, other))).rejects.toThrow(
      /frame 1: expected 5 x 4 px, as the first frame, received 4 x 5/,
    );
  });
});

const real = new URL('../../../../shared/data/real/mt_timeseries_toleikis_run02/', import.meta.url).pathname;
const reason = existsSync(real) ? '' : ' (skipped: no ../shared/data/real)';

test.skipIf(!existsSync(real))(
  `three movies of a real run are their TIFFs, pixel for pixel${reason}`,
  async () => {
    for (const name of ['1_12011502_a_a', '2_12011502_a_a', '3_12011502_a_ref']) {
      const movie = await readStack(`${real}${name}.gmv`);
      const tiff = await readStack(`${real}${name}.tif`);
      expect(movie.pages.map((page) => Uint8Array.from(page))).toEqual(tiff.pages);
    }
    const { timeNs, close } = await openStack(`${real}1_12011502_a_a.gmv`);
    await close();
    // 20 frames a second.
    expect(Number(timeNs!.at(-1)! / 248n) / 1e6).toBeCloseTo(50, 0);
    expect(readFileSync(`${real}1_12011502_a_a.gmv`).length).toBe(249 * (88 + 2 * 55 * 55));
  },
);
