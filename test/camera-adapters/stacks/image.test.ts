import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode as encodePng, type ImageData } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const fixtures = new URL('../../fixtures/stacks/', import.meta.url).pathname;
let files = 0;

function save(bytes: Uint8Array, extension = 'png'): string {
  const path = join(folder, `image-${files++}.${extension}`);
  writeFileSync(path, bytes);
  return path;
}

const savePng = (image: ImageData) => save(encodePng(image));

const [width, height] = [7, 5];
const gray8 = Uint8Array.from({ length: 35 }, (_, i) => 7 * i);
const gray16 = Uint16Array.from({ length: 35 }, (_, i) => 1871 * i);

/** The same counts in each of `channels`, alpha in the last of 2 or 4. */
function spread<T extends Uint8Array | Uint16Array>(gray: T, channels: number): T {
  const Counts = gray.constructor as new (length: number) => T;
  const samples = new Counts(gray.length * channels);
  for (let i = 0; i < samples.length; i++) {
    const alpha = channels % 2 === 0 && i % channels === channels - 1;
    samples[i] = alpha ? 17 : gray[Math.floor(i / channels)]!;
  }
  return samples;
}

describe('PNG', () => {
  test.each([1, 2, 3, 4])('8 and 16 bits in %i channels: gray stays exactly that count', async (channels) => {
    const png8 = await readStack(
      savePng({ width, height, channels, depth: 8, data: spread(gray8, channels) }),
    );
    expect(png8).toMatchObject({ frames: 1, width, height, pixelFormat: 'mono8' });
    expect(png8.pages).toEqual([gray8]);
    const png16 = await readStack(
      savePng({ width, height, channels, depth: 16, data: spread(gray16, channels) }),
    );
    expect(png16).toMatchObject({ frames: 1, width, height, pixelFormat: 'mono16' });
    expect(png16.pages).toEqual([gray16]);
  });

  test('colors become luma: 0.299 red, 0.587 green, 0.114 blue', async () => {
    const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 200, 100]);
    const { pages } = await readStack(savePng({ width: 4, height: 1, channels: 3, depth: 8, data }));
    expect([...pages[0]!]).toEqual([76, 150, 29, 132]);
  });

  test('a palette of grays is read as those grays', async () => {
    const palette = Array.from({ length: 35 }, (_, i) => [7 * i, 7 * i, 7 * i]);
    const data = Uint8Array.from({ length: 35 }, (_, i) => i);
    const { pages } = await readStack(savePng({ width, height, channels: 1, depth: 8, palette, data }));
    expect(pages).toEqual([gray8]);
  });

  test('one bit a pixel is refused', async () => {
    const path = savePng({ width: 8, height: 3, channels: 1, depth: 1, data: new Uint8Array(3) });
    await expect(openStack(path)).rejects.toThrow(
      `${path} frame 0: expected an image of 8 or 16 bits, received 8 x 3 px of 1 bits`,
    );
  });

  test('a changed byte in the pixels is noticed', async () => {
    const bytes = encodePng({ width, height, channels: 1, depth: 8, data: gray8 });
    bytes[50]! ^= 4;
    await expect(readStack(save(bytes))).rejects.toThrow(/frame 0: expected a whole PNG/);
  });
});

describe('JPEG', () => {
  test('a gray picture comes back within the rounding of the compression', async () => {
    const side = 24;
    const samples = Uint8Array.from({ length: side * side }, (_, i) => 128 + 80 * Math.sin(i / 90));
    const data = Uint8Array.from({ length: 4 * samples.length }, (_, i) =>
      i % 4 === 3 ? 255 : samples[i >> 2]!,
    );
    const path = save(encodeJpeg({ width: side, height: side, data }, 100).data, 'jpg');
    const { pages, ...facts } = await readStack(path);
    expect(facts).toMatchObject({ frames: 1, width: side, height: side, pixelFormat: 'mono8' });
    const worst = Math.max(...pages[0]!.map((count, i) => Math.abs(count - samples[i]!)));
    expect(worst).toBeLessThanOrEqual(
      3 /* counts: quality 100 rounds coefficients, and RGB to YCbCr and back */,
    );
  });

  test('shows the picture that the PNG beside it holds without loss', async () => {
    const [jpeg] = (await readStack(`${fixtures}field.jpg`)).pages;
    const [png] = (await readStack(`${fixtures}field.png`)).pages;
    let off = 0;
    png!.forEach((count, pixel) => {
      off += Math.abs(count - jpeg![pixel]!);
    });
    expect(off / png!.length).toBeLessThan(1.5 /* counts: 1.03 by libjpeg at this quality */);
  });

  test('is read under any name', async () => {
    const bytes = readFileSync(`${fixtures}field.jpg`);
    expect(await readStack(save(bytes, 'dat'))).toMatchObject({
      width: 320,
      height: 240,
      pixelFormat: 'mono8',
    });
  });

  test('the header is found behind a preview that fills the start of the file', async () => {
    const bytes = readFileSync(`${fixtures}field.jpg`);
    const preview = Buffer.alloc(20_000, 0xd9);
    preview.set([0xff, 0xe1, (preview.length - 2) >> 8, (preview.length - 2) & 255]);
    const path = save(Buffer.concat([bytes.subarray(0, 2), preview, bytes.subarray(2)]), 'jpg');
    expect((await readStack(path)).pages).toEqual((await readStack(`${fixtures}field.jpg`)).pages);
  });
});

describe('images in general', () => {
  test.each(['field.png', 'field.jpg'])(
    '%s cut off anywhere is refused on opening or reading',
    async (name) => {
      const bytes = readFileSync(`${fixtures}${name}`);
      // Whole sizes of headers and all in between, then strides of a prime.
      for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 4999) {
        await expect(readStack(save(bytes.subarray(0, length)))).rejects.toThrow(StackError);
      }
      await expect(readStack(save(bytes.subarray(0, bytes.length - 2)))).rejects.toThrow(
        /expected a whole (PNG|JPEG)/,
      );
    },
  );

  test('a frame read again is the same frame', async () => {
    const stack = await openStack(savePng({ width, height, channels: 1, depth: 8, data: gray8 }));
    const bytes = new Uint8Array(frameBytes(stack));
    for (let time = 0; time < 2; time++) {
      bytes.fill(1);
      await stack.readFrame(0, bytes);
      expect(bytes).toEqual(gray8);
    }
    await expect(stack.readFrame(1, bytes)).rejects.toThrow('expected a frame from 0 to 0');
    await stack.close();
  });
});
