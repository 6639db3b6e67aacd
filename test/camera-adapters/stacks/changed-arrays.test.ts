import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import h5wasm from 'h5wasm';
import { expect, test } from 'vitest';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const counts = Uint16Array.from({ length: 120 }, (_, i) => 1001 * i);
const stack = encodeNpy(counts, [6, 4, 5]);

async function hdf5(): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('changed.h5', 'w');
  const how = { chunks: [2, 4, 5], compression: 'gzip' as const };
  file.create_dataset({ name: 'x', data: counts, shape: [6, 4, 5], ...how });
  file.close();
  return (FS as unknown as { readFile(path: string): Uint8Array }).readFile('changed.h5');
}

/** A Zarr folder of one chunk, and the file of it that is changed. */
function saveZarr(json: Uint8Array): string {
  const path = join(folder, 'a.zarr');
  mkdirSync(join(path, 'c/0/0'), { recursive: true });
  writeFileSync(join(path, 'c/0/0/0'), new Uint8Array(counts.buffer));
  writeFileSync(join(path, 'zarr.json'), json);
  return path;
}

const zarrJson = Buffer.from(
  JSON.stringify({
    zarr_format: 3,
    node_type: 'array',
    shape: [6, 4, 5],
    data_type: 'uint16',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [6, 4, 5] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    attributes: {},
  }),
);

const saveFile = (bytes: Uint8Array) => {
  writeFileSync(join(folder, 'changed'), bytes);
  return join(folder, 'changed');
};

test.each([
  ['stored .npz', () => zipSync({ 'a.npy': stack }, { level: 0 }), saveFile],
  ['deflated .npz', () => zipSync({ 'a.npy': stack }, { level: 6 }), saveFile],
  ['HDF5', hdf5, saveFile],
  ['Zarr', () => zarrJson, saveZarr],
] as const)(
  'whatever bytes of a %s are changed, it is read or refused, never anything else',
  async (_, make, save) => {
    const original = await make();
    const change = fc.record({ at: fc.nat(1e6), byte: fc.integer({ min: 0, max: 255 }) });
    const outcomes = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Uint8Array.from(original);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        try {
          await readStack(save(bytes));
          outcomes.read++;
        } catch (error) {
          if (!(error instanceof StackError)) throw error;
          outcomes.refused++;
        }
      }),
      { seed: 17, numRuns: 300 },
    );
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(0);
  },
);
