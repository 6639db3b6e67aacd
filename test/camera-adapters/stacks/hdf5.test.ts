import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { readStack } from '../../support/read-stack.ts';
import { runPython } from '../../support/run-python.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const [FRAMES, ROWS, COLUMNS] = [12, 4, 5];
const values = Uint16Array.from({ length: FRAMES * ROWS * COLUMNS }, (_, i) => 1001 * i);
const pagesOf = <Pixels extends Uint8Array | Uint16Array | Float32Array>(all: Pixels) =>
  Array.from({ length: FRAMES }, (_, frame) => all.slice(20 * frame, 20 * frame + 20));
const pages = pagesOf(values);

/** Writes a file with h5wasm, whose files lie in its own memory, to disk. */
async function saveHdf5(
  name: string,
  fill: (file: InstanceType<typeof h5wasm.File>) => void,
): Promise<string> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File(`made-${name}`, 'w');
  fill(file);
  file.close();
  const files = FS as unknown as { readFile(path: string): Uint8Array; unlink(path: string): void };
  writeFileSync(at(name), files.readFile(`made-${name}`));
  files.unlink(`made-${name}`);
  return at(name);
}

const movie = { name: 'movie', data: values, shape: [FRAMES, ROWS, COLUMNS], dtype: '<H' };

describe('an HDF5 file', () => {
  test('gives its only dataset of three axes, or the one named after a #', async () => {
    const path = await saveHdf5('two.h5', (file) => {
      file.create_dataset({ name: 'dark', data: values.slice(0, 20), shape: [ROWS, COLUMNS] });
      file.create_group('run').create_dataset(movie);
    });
    for (const each of [path, `${path}#/run/movie`, `${path}#run/movie`]) {
      const stack = await readStack(each);
      expect(stack).toMatchObject({ frames: FRAMES, height: ROWS, width: COLUMNS, pixelFormat: 'mono16' });
      expect(stack.pages).toEqual(pages);
      expect(stack).not.toHaveProperty('cut');
    }
    expect((await readStack(`${path}#dark`)).pages).toEqual(pages.slice(0, 1));
  });

  test('with several asks for a name, and names them all for one that is not there', async () => {
    const path = await saveHdf5('many.h5', (file) => {
      file.create_dataset(movie);
      file.create_dataset({ ...movie, name: 'other' });
      file.create_dataset({ name: 'words', data: ['a'] });
    });
    const all = /\/movie \[12, 4, 5\] <H; \/other \[12, 4, 5\] <H; \/words \[1\] S/;
    await expect(openStack(path)).rejects.toThrow(all);
    await expect(openStack(path)).rejects.toThrow(`name it after a #: ${path}#/movie`);
    await expect(openStack(`${path}#/film`)).rejects.toThrow(all);
    await expect(openStack(`${path}#words`)).rejects.toThrow(/words: expected numbers of 1 to 8 bytes/);
  });

  test('has times where MagScope has them', async () => {
    const path = await saveHdf5('times.h5', (file) => {
      file.create_dataset(movie);
      const ns = BigUint64Array.from(
        { length: FRAMES },
        (_, frame) => 10n ** 18n + BigInt(frame) * 10_000_001n,
      );
      file.create_dataset({ name: 'frame_timestamps_ns', data: ns });
    });
    const { timeNs } = await readStack(path);
    expect([...timeNs!]).toEqual(Array.from({ length: FRAMES }, (_, frame) => BigInt(frame) * 10_000_001n));
  });

  test('of more axes gives frames in the order of the file', async () => {
    const path = await saveHdf5('five.h5', (file) =>
      file.create_dataset({ ...movie, shape: [2, 3, 2, ROWS, COLUMNS], chunks: [1, 2, 2, ROWS, COLUMNS] }),
    );
    expect((await readStack(path)).pages).toEqual(pages);
  });

  test.each([
    ['together', {}],
    ['in chunks of 5 frames', { chunks: [5, ROWS, 3], compression: 'gzip' as const }],
  ])(
    'cut off, with values %s: whole frames are read and the rest is named, or it is refused',
    async (name, how) => {
      const path = await saveHdf5(`${name}.h5`, (file) => file.create_dataset({ ...movie, ...how }));
      expect((await readStack(path)).pages).toEqual(pages);
      const bytes = readFileSync(path);
      const seen = new Set<number>();
      for (let length = 0; length < bytes.length; length += 61) {
        writeFileSync(at('cut.h5'), bytes.subarray(0, length));
        const stack = await readStack(at('cut.h5')).catch((error: unknown) => {
          if (!(error instanceof StackError)) throw error;
        });
        if (!stack) continue;
        seen.add(stack.frames);
        expect(stack.pages).toEqual(pages.slice(0, stack.frames));
        expect(stack).toMatchObject({ cut: expect.stringContaining('the file is cut off') });
      }
      expect(seen.size).toBeGreaterThan(1);
    },
  );

  test('that is none but for its signature is refused with the words of the library', async () => {
    writeFileSync(
      at('none.h5'),
      Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(2000)]),
    );
    await expect(openStack(at('none.h5'))).rejects.toThrow(
      `${at('none.h5')}: expected an HDF5 file, received `,
    );
  });
});

describe(`files of h5py${skippedWithout('h5py')}`, () => {
  const withH5py = test.skipIf(!pythonWith('h5py'));
  const script = `
import h5py, numpy as np, sys
frames = (np.arange(240) * 1001).reshape(12, 4, 5)
with h5py.File(f'{sys.argv[1]}/types.h5', 'w') as file:
    for dtype in ['u1', '<u2', '>u2', '<f4', '>f4', '<f8', '>f8']:
        file['t/' + dtype] = (frames / 3 if 'f' in dtype else frames).astype(dtype)
    file['i2'] = frames.astype('i2')
    file['bool'] = frames > 5
with h5py.File(f'{sys.argv[1]}/packed.h5', 'w') as file:
    for name, how in dict(gzip=dict(compression='gzip', shuffle=True), lzf=dict(compression='lzf'),
                          sums=dict(fletcher32=True), auto=dict(chunks=True)).items():
        file.create_dataset(name, data=frames.astype('u2'), **{'chunks': (5, 4, 3), **how})
with h5py.File(f'{sys.argv[1]}/matlab.mat', 'w', userblock_size=1024) as file:
    file['x'] = frames.astype('u2')
with h5py.File(f'{sys.argv[1]}/latest.h5', 'w', libver='latest') as file:
    file['x'] = frames.astype('u2')
with h5py.File(f'{sys.argv[1]}/virtual.h5', 'w') as file:
    layout = h5py.VirtualLayout(shape=(12, 4, 5), dtype='u2')
    layout[:] = h5py.VirtualSource('elsewhere.h5', 'x', shape=(12, 4, 5))
    file.create_virtual_dataset('x', layout)
with h5py.File(f'{sys.argv[1]}/long.h5', 'w') as file:
    file.create_dataset('x', shape=(3000, 1000, 1000), dtype='u1')[2999] = np.arange(1000000).reshape(1000, 1000) % 251`;

  beforeAll(() => {
    if (pythonWith('h5py')) runPython(['h5py'], script, folder);
  });

  withH5py('of every type and byte order are read as written', async () => {
    const thirds = Float64Array.from({ length: values.length }, (_, i) => (1001 * i) / 3);
    expect((await readStack(at('types.h5#t/u1'))).pages).toEqual(pagesOf(Uint8Array.from(values)));
    for (const dtype of ['<u2', '>u2']) {
      expect((await readStack(at(`types.h5#t/${dtype}`))).pages).toEqual(pages);
    }
    for (const dtype of ['<f4', '>f4', '<f8', '>f8']) {
      expect((await readStack(at(`types.h5#t/${dtype}`))).pages).toEqual(pagesOf(Float32Array.from(thirds)));
    }
    await expect(openStack(at('types.h5#i2'))).rejects.toThrow(
      'expected values of u1, u2, f4 or f8, received i2',
    );
    await expect(openStack(at('types.h5#bool'))).rejects.toThrow('expected numbers of 1 to 8 bytes');
  });

  withH5py.each(['gzip', 'sums', 'auto'])('packed by %s are read as written', async (name) => {
    expect((await readStack(at(`packed.h5#${name}`))).pages).toEqual(pages);
  });

  withH5py.each(['matlab.mat', 'latest.h5'])('%s, with another start of the file', async (name) => {
    expect((await readStack(at(name))).pages).toEqual(pages);
    const bytes = readFileSync(at(name));
    writeFileSync(at('cut.h5'), bytes.subarray(0, bytes.length - 50));
    const stack = await readStack(at('cut.h5'));
    expect(stack).toMatchObject({ cut: expect.stringContaining('of 12 are missing') });
    expect(stack.pages).toEqual(pages.slice(0, stack.frames));
  });

  withH5py('packed by a plug-in we have not are refused, and told how to be packed', async () => {
    await expect(openStack(at('packed.h5#lzf'))).rejects.toThrow('received lzf; pack it anew: h5repack');
  });

  withH5py('whose values lie in other files are refused, not read as zeros', async () => {
    await expect(openStack(at('virtual.h5'))).rejects.toThrow(
      'a virtual dataset over 1 others, as elsewhere.h5',
    );
  });

  withH5py('of 3 GB give their last frame', async () => {
    const stack = await openStack(at('long.h5'));
    const into = new Uint8Array(1e6);
    await stack.readFrame(2999, into);
    expect(into).toEqual(Uint8Array.from({ length: 1e6 }, (_, i) => i % 251));
    await stack.close();
  });
});
