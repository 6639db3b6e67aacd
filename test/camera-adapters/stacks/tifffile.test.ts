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
    const stack = await readStack(`${folder}${file}`);
    const frames = file.includes('hyperstack') ? 12 : 3;
    expect(stack).toMatchObject({ width: columns, height: rows, frames });
    expect(stack.pages).toEqual(
      Array.from({ length: frames }, (_, frame) => truePage(frame, file.slice(0, 2))),
    );
  });

  test('there are files of every kind', () => {
    expect(files).toHaveLength(18);
  });
});
