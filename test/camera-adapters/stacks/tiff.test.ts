import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { frameBytes, type Pixels } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type TiffWriting, writeTiff } from '../../support/tiff-writer.ts';

const folder = temporaryFolder();
let files = 0;

function save(pages: readonly Pixels[], writing: TiffWriting): string {
  return saveBytes(writeTiff(pages, writing));
}

function saveBytes(bytes: Uint8Array): string {
  const path = join(folder, `stack-${files++}.tif`);
  writeFileSync(path, bytes);
  return path;
}

type Kind = 'u1' | 'u2' | 'f4';

function randomPages(kind: Kind, frames: number, pixels: number, seed = 1): Pixels[] {
  const { uint32, normal } = createRandom(seed);
  return Array.from({ length: frames }, () => {
    if (kind === 'f4') return Float32Array.from({ length: pixels }, () => normal());
    if (kind === 'u2') return Uint16Array.from({ length: pixels }, () => uint32() & 0xffff);
    return Uint8Array.from({ length: pixels }, () => uint32() & 0xff);
  });
}

describe('every kind of TIFF gives back the pixels written', () => {
  const kinds = fc.record({
    kind: fc.constantFrom<Kind>('u1', 'u2', 'f4'),
    frames: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 1, max: 37 }),
    height: fc.integer({ min: 1, max: 23 }),
    bigEndian: fc.boolean(),
    bigTiff: fc.boolean(),
    deflate: fc.boolean(),
    predictor: fc.boolean(),
    rowsPerStrip: fc.integer({ min: 1, max: 25 }),
    stripGap: fc.constantFrom(0, 0, 6),
    tile: fc.option(fc.constantFrom({ width: 16, height: 16 }, { width: 32, height: 16 }), {
      nil: undefined,
    }),
    seed: fc.nat(),
  });

  test('bit depth, byte order, strips, tiles, classic and BigTIFF, deflate and predictor', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, async ({ kind, frames, tile, predictor, seed, ...writing }) => {
        const pages = randomPages(kind, frames, writing.width * writing.height, seed);
        const path = save(pages, {
          ...writing,
          rowsPerStrip: Math.min(writing.rowsPerStrip, writing.height),
          ...(tile && { tile }),
          // The writer differences numbers; float32 would round.
          predictor: predictor && kind !== 'f4',
        });
        const stack = await readStack(path);
        expect(stack).toMatchObject({ width: writing.width, height: writing.height, frames });
        expect(stack.pixelFormat).toBe({ u1: 'mono8', u2: 'mono16', f4: 'float32' }[kind]);
        expect(stack.pages).toEqual(pages);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test('a page of many strips and a long index is read whole', async () => {
    const pages = randomPages('u2', 2, 3 * 3000);
    const path = save(pages, { width: 3, height: 3000, rowsPerStrip: 1, stripGap: 2 });
    expect((await readStack(path)).pages).toEqual(pages);
  });

  test('frames are read in any order and several at once', async () => {
    const pages = randomPages('u2', 5, 7 * 4);
    const stack = await openStack(save(pages, { width: 7, height: 4, bigEndian: true }));
    const order = [3, 0, 4, 1, 3, 2];
    const read = await Promise.all(
      order.map(async (frame) => {
        const bytes = new Uint8Array(frameBytes(stack));
        await stack.readFrame(frame, bytes);
        return new Uint16Array(bytes.buffer);
      }),
    );
    await stack.close();
    expect(read).toEqual(order.map((frame) => pages[frame]));
  });

  test('a buffer longer than a frame keeps what lies behind', async () => {
    const pages = randomPages('u2', 1, 7 * 4);
    const stack = await openStack(save(pages, { width: 7, height: 4, bigEndian: true }));
    const bytes = new Uint8Array(60).fill(9);
    await stack.readFrame(0, bytes);
    await stack.close();
    expect(new Uint16Array(bytes.buffer, 0, 28)).toEqual(pages[0]);
    expect([...bytes.subarray(56)]).toEqual([9, 9, 9, 9]);
  });
});

describe('descriptions', () => {
  const shape = { width: 5, height: 3 };

  test.each([false, true])(
    'one page with images=N holds N frames, as ImageJ writes above 4 GB (bigEndian %s)',
    async (bigEndian) => {
      const pages = randomPages('u2', 6, 15);
      const description = 'ImageJ=1.54f\nimages=6\nframes=6\nloop=false\n';
      const stack = await readStack(save(pages, { ...shape, bigEndian, description, pagesInIndex: 1 }));
      expect(stack.pages).toEqual(pages);
    },
  );

  test('one page with images=N and fewer bytes gives the frames that are whole and names the others', async () => {
    const pages = randomPages('u2', 4, 15);
    const path = save(pages, { ...shape, description: 'ImageJ=1.54f\nimages=6\n', pagesInIndex: 1 });
    const stack = await readStack(path);
    expect(stack.pages).toEqual(pages);
    expect(stack.cut).toBe('the file is cut off: images 4 to 5 of 6 are missing');
  });

  test('frames of a file whose index lay behind them are read by images=N, as ImageJ writes below 4 GB', async () => {
    const pages = randomPages('u2', 6, 15);
    const bytes = writeTiff(pages, { ...shape, description: 'ImageJ=1.54f\nimages=6\n', pagesInIndex: 1 });
    const view = new DataView(bytes.buffer, 0, bytes.length);
    const index = view.getUint32(4, true);
    view.setUint32(index + 2 + 12 * view.getUint16(index, true), bytes.length, true);
    const stack = await readStack(saveBytes(bytes.subarray(0, bytes.length - 31)));
    expect(stack.pages).toEqual(pages.slice(0, 4));
    expect(stack.cut).toBe('the file is cut off: images 4 to 5 of 6 are missing');
  });

  test('images=N of another writer than ImageJ means nothing', async () => {
    const pages = randomPages('u1', 1, 15);
    expect((await readStack(save(pages, { ...shape, description: 'images=6' }))).frames).toBe(1);
  });

  test('finterval gives the times of a time series', async () => {
    const description = 'ImageJ=1.54f\nimages=3\nframes=3\nfinterval=0.02\n';
    const { timeNs } = await readStack(save(randomPages('u1', 3, 15), { ...shape, description }));
    expect(timeNs).toEqual(BigInt64Array.of(0n, 20_000_000n, 40_000_000n));
  });

  test('a hyperstack, where frames share a time, has no times', async () => {
    const description = 'ImageJ=1.54f\nimages=4\nslices=2\nframes=2\nhyperstack=true\nfinterval=0.02\n';
    const stack = await readStack(save(randomPages('u1', 4, 15), { ...shape, description }));
    expect(stack.frames).toBe(4);
    expect(stack.timeNs).toBeUndefined();
  });
});

describe('pages that are not gray frames of one shape are refused by name', () => {
  const writing = { width: 5, height: 3 };
  const page = randomPages('u1', 1, 15);

  test.each([
    ['RGB', { 262: 2, 277: 3 }, '3 samples a pixel (RGB)'],
    ['gray and alpha', { 277: 2 }, '2 samples a pixel'],
    ['palette', { 262: 3 }, 'palette colors'],
    ['signed', { 339: 2 }, '8-bit signed'],
    ['1-bit', { 258: 1 }, '1-bit unsigned'],
    ['packed 12-bit', { 258: 12 }, '12-bit unsigned'],
    ['float16', { 258: 16, 339: 3 }, '16-bit float'],
  ])('%s', async (_, tags, received) => {
    const path = save(page, { ...writing, tags });
    await expect(openStack(path)).rejects.toThrow(`${path} frame 0: expected one gray image`);
    await expect(openStack(path)).rejects.toThrow(`received ${received};`);
  });

  test.each([
    ['JPEG', { 259: 7 }, 'received JPEG'],
    ['LERC', { 259: 34887 }, 'received LERC'],
    ['an unknown compression', { 259: 999 }, 'received compression 999'],
    ['an unknown predictor', { 317: 9 }, 'expected predictor 1, 2 or, for floats, 3, received 9'],
    ['a float predictor on counts', { 317: 3 }, 'received 3'],
  ])('%s', async (_, tags, text) => {
    const path = save(page, { ...writing, tags });
    await expect(openStack(path)).rejects.toThrow(`${path} frame 0: `);
    await expect(openStack(path)).rejects.toThrow(text);
  });

  test('a page of another size', async () => {
    // Two files glued: the index of the second page says 3 x 5 where the first says 5 x 3.
    const bytes = writeTiff(randomPages('u1', 2, 15), writing);
    const view = new DataView(bytes.buffer, 0, bytes.length);
    let second = view.getUint32(4, true);
    second = view.getUint32(second + 2 + 12 * view.getUint16(second, true), true);
    view.setUint16(second + 2 + 8, 3, true);
    view.setUint16(second + 2 + 12 + 8, 5, true);
    await expect(openStack(saveBytes(bytes))).rejects.toThrow(
      /frame 1: expected 5 x 3 mono8, as frame 0, received 3 x 5 mono8/,
    );
  });
});

describe('broken files', () => {
  const writing = { width: 5, height: 3 };

  test.each([
    ['strips', writing],
    ['big-endian BigTIFF', { ...writing, bigEndian: true, bigTiff: true }],
    ['deflate', { ...writing, deflate: true }],
    ['tiles', { ...writing, tile: { width: 16, height: 16 } }],
  ])('%s: cut off at any byte, the frames before are read and the rest is named', async (_, kind) => {
    const pages = randomPages('u2', 3, 15);
    const bytes = writeTiff(pages, kind);
    const read = new Set<number>();
    for (let length = 0; length < bytes.length; length++) {
      const path = saveBytes(bytes.subarray(0, length));
      const stack = await readStack(path).catch((e: unknown) => e as Error);
      if (stack instanceof Error) {
        expect(stack).toBeInstanceOf(StackError);
        expect(stack.message).toContain(path);
        expect(read.size, `refused at ${length} bytes`).toBe(0);
        continue;
      }
      expect(stack.pages).toEqual(pages.slice(0, stack.frames));
      expect(stack.cut, `${length} of ${bytes.length} bytes`).toMatch(/^the file is cut off/);
      read.add(stack.frames);
    }
    // The last byte may be one that fills up the last strip or index.
    expect([...read]).toEqual([1, 2]);
  });

  test('cut off in the pixels of frame 2, it is named; in those of frame 0, both byte counts', async () => {
    const bytes = writeTiff(randomPages('u2', 3, 15), writing);
    const stack = await readStack(saveBytes(bytes.subarray(0, bytes.length - 7)));
    expect(stack).toMatchObject({ frames: 2, cut: 'the file is cut off: image 2 of 3 is missing' });
    const one = writeTiff(randomPages('u2', 1, 15), writing);
    await expect(openStack(saveBytes(one.subarray(0, one.length - 7)))).rejects.toThrow(
      /frame 0: expected 30 bytes at byte \d+, received 23; the file is cut off/,
    );
  });

  test('shortened after it was opened, reading the lost frame names it', async () => {
    const pages = randomPages('u2', 3, 15);
    const bytes = writeTiff(pages, writing);
    const path = saveBytes(bytes);
    const stack = await openStack(path);
    truncateSync(path, bytes.length - 7);
    const into = new Uint8Array(30);
    await stack.readFrame(1, into);
    expect(new Uint16Array(into.buffer)).toEqual(pages[1]);
    await expect(stack.readFrame(2, into)).rejects.toThrow(
      /frame 2: expected 30 bytes at byte \d+, received 23/,
    );
    await stack.close();
  });

  test('a strip that does not inflate is named, the frames beside it are read', async () => {
    const pages = randomPages('u2', 3, 15);
    const bytes = writeTiff(pages, { ...writing, deflate: true });
    bytes.fill(0xff, bytes.length - 30, bytes.length);
    const stack = await openStack(saveBytes(bytes));
    const into = new Uint8Array(30);
    await expect(stack.readFrame(2, into)).rejects.toThrow(/frame 2: expected pixels compressed by deflate/);
    await stack.readFrame(1, into);
    expect(new Uint16Array(into.buffer)).toEqual(pages[1]);
    await stack.close();
  });

  test('a strip that inflates to other than its rows is named with both byte counts', async () => {
    const path = save(randomPages('u2', 1, 15), { ...writing, deflate: true, tags: { 257: 4, 278: 4 } });
    const stack = await openStack(path);
    await expect(stack.readFrame(0, new Uint8Array(40))).rejects.toThrow(
      'frame 0: expected 40 bytes in part 0 (deflate), received 30',
    );
    await stack.close();
  });

  test('an index that runs in a circle ends', async () => {
    const bytes = writeTiff(randomPages('u1', 2, 15), writing);
    const view = new DataView(bytes.buffer, 0, bytes.length);
    const first = view.getUint32(4, true);
    const nextOf = (index: number) => index + 2 + 12 * view.getUint16(index, true);
    view.setUint32(nextOf(view.getUint32(nextOf(first), true)), first, true);
    await expect(openStack(saveBytes(bytes))).rejects.toThrow(/frame 2: expected the index of another page/);
  });

  test('a frame the stack does not have and a buffer too small are refused', async () => {
    const path = save(randomPages('u2', 3, 15), writing);
    const stack = await openStack(path);
    for (const frame of [-1, 3, 0.5, Number.NaN]) {
      await expect(stack.readFrame(frame, new Uint8Array(30))).rejects.toThrow(
        'expected a frame from 0 to 2',
      );
    }
    await expect(stack.readFrame(0, new Uint8Array(29))).rejects.toThrow(
      'expected a buffer of 30 bytes, received 29',
    );
    await stack.close();
  });

  test('whatever bytes are changed, it is read or refused, never anything else', async () => {
    const originals = [
      writeTiff(randomPages('u2', 2, 15), {
        ...writing,
        rowsPerStrip: 2,
        description: 'ImageJ=1.54f\nimages=2\n',
      }),
      writeTiff(randomPages('u2', 2, 15), { ...writing, deflate: true, bigTiff: true, bigEndian: true }),
    ];
    const change = fc.record({ at: fc.nat(400), byte: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (original, changes) => {
          const bytes = original.slice();
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
          try {
            await readStack(saveBytes(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(StackError);
          }
        },
      ),
      { seed: 11, numRuns: 400 },
    );
  });
});
