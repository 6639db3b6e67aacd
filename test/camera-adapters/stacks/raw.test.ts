import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

/** Saves pixels and what the .json beside them says; no .json without a description. */
function save(pixels: Uint8Array | Uint16Array | Float32Array, description?: unknown): string {
  const path = join(folder, `raw-${files++}.bin`);
  writeFileSync(path, new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  const text = typeof description === 'string' ? description : JSON.stringify(description);
  if (description !== undefined) writeFileSync(path.replace('.bin', '.json'), text);
  return path;
}

const counts = Uint16Array.from({ length: 3 * 4 * 5 }, (_, i) => 1001 * i);
const description = { frames: 3, y: 4, x: 5, dtype: 'uint16' };

describe('raw pixels with a description beside them', () => {
  test.each(['uint16', 'u2', '<u2'])('%s', async (dtype) => {
    const stack = await readStack(save(counts, { ...description, dtype }));
    expect(stack).toMatchObject({ frames: 3, height: 4, width: 5, pixelFormat: 'mono16' });
    expect(stack.pages).toEqual([0, 1, 2].map((frame) => counts.slice(20 * frame, 20 * frame + 20)));
  });

  test.each([10, 12, 14])(
    'of a camera with %i bits, whose saturated pixels are known only then',
    async (bits) => {
      const stack = await readStack(save(counts, { ...description, bits }));
      expect(stack.pixelFormat).toBe(`mono${bits}`);
      expect(stack.pages[2]).toEqual(counts.slice(40));
      await expect(openStack(save(counts, { ...description, bits: 13 }))).rejects.toThrow(/bits/);
    },
  );

  test.each(['uint8', 'u1', '|u1'])('%s', async (dtype) => {
    const bytes = Uint8Array.from(counts);
    const stack = await readStack(save(bytes, { ...description, dtype }));
    expect(stack.pixelFormat).toBe('mono8');
    expect(stack.pages[1]).toEqual(bytes.slice(20, 40));
  });

  test.each(['float32', '<f4'])('%s', async (dtype) => {
    const values = Float32Array.from(counts, (count) => count / 7);
    const stack = await readStack(save(values, { ...description, dtype }));
    expect(stack.pixelFormat).toBe('float32');
    expect(stack.pages[2]).toEqual(values.slice(40));
  });

  test('pixels that begin as a TIFF does are pixels', async () => {
    const pixels = Uint8Array.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 2]);
    const stack = await readStack(save(pixels, { frames: 1, y: 2, x: 5, dtype: 'uint8' }));
    expect(stack.pages).toEqual([pixels]);
  });

  test('more keys in the description are left alone', async () => {
    expect((await readStack(save(counts, { ...description, camera: 'A' }))).frames).toBe(3);
  });
});

describe('raw pixels that do not fit their description are refused', () => {
  test.each([
    ['too short', counts.subarray(0, 57), '114 bytes (2.85 frames)'],
    ['too long', new Uint16Array(61), '122 bytes (3.05 frames)'],
    ['empty', new Uint16Array(0), '0 bytes (0 frames)'],
  ])('%s', async (_, pixels, received) => {
    const path = save(pixels, description);
    await expect(openStack(path)).rejects.toThrow(
      `${path}: expected 120 bytes (3 frames of 5 x 4 mono16), received ${received}`,
    );
  });

  test.each<[string, unknown, string]>([
    ['no description', undefined, 'ENOENT'],
    ['no JSON', '{"frames": 3,', 'JSON'],
    ['a missing key', { frames: 3, y: 4, dtype: 'uint16' }, 'at x'],
    ['no frames', { ...description, frames: 0 }, 'at frames'],
    ['half a row', { ...description, y: 3.5 }, 'at y'],
    ['a type we do not track', { ...description, dtype: 'int16' }, 'at dtype'],
    ['big-endian pixels', { ...description, dtype: '>u2' }, 'at dtype'],
    ['a list', [3, 4, 5], 'expected object'],
  ])('%s', async (_, said, received) => {
    const path = save(counts, said);
    const error = await openStack(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StackError);
    expect((error as StackError).message).toContain(
      `${path.replace('.bin', '.json')}: expected a description such as`,
    );
    expect((error as StackError).message).toContain(received);
  });
});
