import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TiffWriting, writeTiff } from '../../support/tiff-writer.ts';

const folder = temporaryFolder();
const pages = [0, 1, 2].map((page) => Uint16Array.from({ length: 15 }, (_, at) => 100 * page + at));

async function read(writing: Partial<TiffWriting>) {
  const path = join(folder, 'stack.tif');
  writeFileSync(path, writeTiff(pages, { width: 5, height: 3, ...writing }));
  return readStack(path);
}

const micro = (elapsedMs: number | string, zUm: number) =>
  `{"Camera":"DCam","ElapsedTime-ms":${elapsedMs},"Binning":"1","ZPositionUm": ${zUm},"FrameIndex":0}`;

test.each([false, true])('Micro-Manager: time and z of every page (big-endian %s)', async (bigEndian) => {
  const microManager = [micro(1000.5, 4), micro(1011, 4.25), micro('1.0315E3', -1e-2)];
  const stack = await read({ bigEndian, bigTiff: bigEndian, microManager });
  expect(stack.timeNs).toEqual(BigInt64Array.of(0n, 10_500_000n, 31_000_000n));
  expect(stack.planeZNm).toEqual(Float64Array.of(4000, 4250, -10));
  expect(stack.pages).toEqual(pages);
});

test('Micro-Manager: without one of them, and where time goes back, there are none', async () => {
  const lacking = await read({ microManager: [micro(1, 4), micro(2, 5), '{}'] });
  expect([lacking.timeNs, lacking.planeZNm]).toEqual([undefined, undefined]);
  expect((await read({ microManager: [micro(1, 4), micro(3, 5), micro(2, 6)] })).timeNs).toBeUndefined();
});

test.each([false, true])(
  'MetaMorph: one index for all planes, and the time of each (big-endian %s)',
  async (bigEndian) => {
    // Distance in z as a fraction, day and ms of creation, day and ms of the last change.
    const plane = (day: number, ms: number) => [1, 2, day, ms, day + 1, 0];
    const metaMorph = [...plane(2_459_719, 86_399_990), ...plane(2_459_720, 10), ...plane(2_459_720, 35)];
    const stack = await read({ bigEndian, metaMorph, pagesInIndex: 1 });
    expect(stack.pages).toEqual(pages);
    expect(stack.timeNs).toEqual(BigInt64Array.of(0n, 20_000_000n, 45_000_000n));
    await expect(read({ metaMorph, pagesInIndex: 1, deflate: true })).rejects.toThrow('received deflate');
    const undated = await read({
      bigEndian,
      metaMorph: [0, 0, 0].flatMap(() => plane(0, 0)),
      pagesInIndex: 1,
    });
    expect(undated.pages).toEqual(pages);
    expect(undated.timeNs).toBeUndefined();
  },
);
