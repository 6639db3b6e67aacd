import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '#protocol/pixel-format.ts';
import { readStack } from '../../support/read-stack.ts';

// Files of an independent writer; make.py beside them states the pixels.
const folder = new URL('../../fixtures/stacks/tifffile/', import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith('.tif'));
const [rows, columns] = [11, 17];

function truePage(frame: number, kind: string): Pixels {
  const value = (pixel: number) => 1009 * frame + 53 * Math.floor(pixel / columns) + 3 * (pixel % columns);
  const length = rows * columns;
  if (kind === 'f4') return Float32Array.from({ length }, (_, pixel) => (value(pixel) % 65536) / 8 - 100);
  if (kind === 'u2') return Uint16Array.from({ length }, (_, pixel) => value(pixel));
  return Uint8Array.from({ length }, (_, pixel) => value(pixel));
}

describe('files written by tifffile', () => {
  test.each(files)('%s is read as written', async (file) => {
    const channels = file.includes('hyperstack') ? '#ch=all' : '';
    const stack = await readStack(`${folder}${file}${channels}`);
    const frames = file.includes('hyperstack') ? 12 : 3;
    expect(stack).toMatchObject({ width: columns, height: rows, frames });
    expect(stack.pages).toEqual(
      Array.from({ length: frames }, (_, frame) => truePage(frame, file.slice(0, 2))),
    );
  });

  test('one channel and plane of a hyperstack are those frames, with their times', async () => {
    const path = `${folder}u2-imagej-hyperstack.tif`;
    // Axes TZCYX of 2, 3 and 2: channels follow one another first.
    const ofChannel = await readStack(`${path}#ch=2`);
    expect(ofChannel.pages).toEqual([1, 3, 5, 7, 9, 11].map((frame) => truePage(frame, 'u2')));
    expect(ofChannel.timeNs).toBeUndefined();
    const ofPlane = await readStack(`${path}#ch=1&plane=3`);
    expect(ofPlane.pages).toEqual([4, 10].map((frame) => truePage(frame, 'u2')));
    expect(ofPlane.timeNs).toEqual(BigInt64Array.of(0n, 20_000_000n));
  });

  test('a hyperstack of several channels, and a channel it does not have, are refused with what to write', async () => {
    const path = `${folder}u2-imagej-hyperstack.tif`;
    await expect(readStack(path)).rejects.toThrow(
      `name it: ${path}#ch=1; or take them in turn: ${path}#ch=all`,
    );
    await expect(readStack(`${path}#ch=3`)).rejects.toThrow(
      'expected one channel of 2, one plane of 3, received ch=3',
    );
    await expect(readStack(`${path}#ch=1&plane=4`)).rejects.toThrow('received ch=1, plane=4');
    for (const wrong of ['c=1', 'ch=0', 'ch=1&', 'plane=all', 'ch=-1']) {
      await expect(readStack(`${path}#${wrong}`), wrong).rejects.toThrow("expected 'ch=2' or 'ch=2&plane=1'");
    }
  });

  test('there are files of every kind', () => {
    expect(files).toHaveLength(18);
  });
});
