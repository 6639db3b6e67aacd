import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy, type NpyData } from '#protocol/npy.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const counts = Uint16Array.from({ length: 3 * 4 * 5 }, (_, i) => 1001 * i);

describe('.npy stacks', () => {
  test.each<[string, NpyData, string]>([
    ['u1', Uint8Array.from(counts), 'mono8'],
    ['u2', counts, 'mono16'],
    ['f4', Float32Array.from(counts, (count) => count / 3), 'float32'],
  ])('%s [frame, row, column] is read as written', async (name, data, pixelFormat) => {
    const stack = await readStack(save(`${name}.npy`, encodeNpy(data, [3, 4, 5])));
    expect(stack).toMatchObject({ frames: 3, height: 4, width: 5, pixelFormat });
    expect(stack.pages).toEqual([0, 1, 2].map((frame) => data.slice(20 * frame, 20 * frame + 20)));
  });

  test('f8 is rounded to float32', async () => {
    const data = Float64Array.from({ length: 40 }, (_, i) => Math.sqrt(i) * 1e4);
    const { pages, pixelFormat } = await readStack(save('f8.npy', encodeNpy(data, [2, 4, 5])));
    expect(pixelFormat).toBe('float32');
    expect(pages).toEqual([Float32Array.from(data.subarray(0, 20)), Float32Array.from(data.subarray(20))]);
  });

  test('[row, column] is one frame', async () => {
    const stack = await readStack(save('page.npy', encodeNpy(counts, [12, 5])));
    expect(stack).toMatchObject({ frames: 1, height: 12, width: 5 });
    expect(stack.pages).toEqual([counts]);
  });

  test.each<[string, NpyData, number[], string]>([
    ['signed', Int16Array.from(counts), [3, 4, 5], '[3, 4, 5] of i2'],
    ['one axis', counts, [60], '[60] of u2'],
    ['four axes', counts, [3, 2, 2, 5], '[3, 2, 2, 5] of u2'],
    ['no frames', new Uint16Array(0), [0, 4, 5], '[0, 4, 5] of u2'],
  ])('%s is refused by name', async (name, data, shape, received) => {
    const path = save(`${name}.npy`, encodeNpy(data, shape));
    await expect(openStack(path)).rejects.toThrow(`${path}: expected an array [frame, row, column]`);
    await expect(openStack(path)).rejects.toThrow(`received ${received}`);
  });

  test('Fortran order is refused, not read with swapped axes', async () => {
    const bytes = Buffer.from(encodeNpy(counts, [3, 4, 5]));
    const path = save(
      'fortran.npy',
      Buffer.from(bytes.toString('latin1').replace('False,', 'True, '), 'latin1'),
    );
    await expect(openStack(path)).rejects.toThrow('[3, 4, 5] of u2 in Fortran order');
  });

  test('cut off at any byte, opening says so; in frame 2 with both byte counts', async () => {
    const bytes = encodeNpy(counts, [3, 4, 5]);
    for (let length = 0; length < bytes.length; length += 3) {
      await expect(openStack(save('cut.npy', bytes.subarray(0, length)))).rejects.toThrow(StackError);
    }
    const path = save('cut.npy', bytes.subarray(0, bytes.length - 7));
    await expect(openStack(path)).rejects.toThrow(
      `${path} frame 2: expected 40 bytes at byte 208, received 33`,
    );
  });
});
