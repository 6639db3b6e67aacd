import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as zarr from 'zarrita';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
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

/** A folder that zarrita writes to. */
function folderStore(path: string): zarr.AsyncReadable & zarr.AsyncWritable {
  return {
    async get() {
      return undefined;
    },
    async set(key, bytes) {
      mkdirSync(dirname(join(path, key)), { recursive: true });
      writeFileSync(join(path, key), bytes);
    },
  };
}

/** Writes the movie as version 3, in chunks that do not divide it. */
async function saveZarr(path: string, shape: number[] = [FRAMES, ROWS, COLUMNS]): Promise<void> {
  const array = await zarr.create(zarr.root(folderStore(path)), {
    dtype: 'uint16',
    shape,
    chunkShape: shape.map((axis) => Math.ceil(axis / 2.5)),
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    fillValue: 0,
  });
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  await zarr.set(
    array,
    shape.map(() => null),
    { data: values, shape, stride },
  );
}

function saveGroup(path: string, attributes: object): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'zarr.json'), JSON.stringify({ zarr_format: 3, node_type: 'group', attributes }));
}

describe('a Zarr folder', () => {
  test('of one array is a stack, also of more axes', async () => {
    await saveZarr(at('one.zarr'));
    expect(await readStack(at('one.zarr'))).toMatchObject({
      frames: FRAMES,
      height: ROWS,
      width: COLUMNS,
      pages,
    });
    await saveZarr(at('five.zarr'), [2, 3, 2, ROWS, COLUMNS]);
    expect((await readStack(at('five.zarr'))).pages).toEqual(pages);
  });

  test('with a chunk that is cut off names its frames, and reads the others', async () => {
    await saveZarr(at('cut.zarr'));
    const chunk = at('cut.zarr/c/2/0/0');
    writeFileSync(chunk, readFileSync(chunk).subarray(0, -3));
    const stack = await openStack(at('cut.zarr'));
    const into = new Uint16Array(ROWS * COLUMNS);
    await stack.readFrame(9, new Uint8Array(into.buffer));
    expect(into).toEqual(pages[9]);
    await expect(stack.readFrame(10, new Uint8Array(into.buffer))).rejects.toThrow(
      `${at('cut.zarr')} frame 10: expected whole chunks, received 18 of the 20 values of chunk 2/0/0`,
    );
  });

  test('without a chunk has its fill value there, as the format says', async () => {
    await saveZarr(at('sparse.zarr'));
    rmSync(at('sparse.zarr/c/0'), { recursive: true });
    const { pages: read } = await readStack(at('sparse.zarr'));
    expect(read.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => new Uint16Array(20)));
    expect(read.slice(5)).toEqual(pages.slice(5));
  });

  test('that is a group gives the array named after a #, or its only one', async () => {
    saveGroup(at('group.zarr'), {});
    await saveZarr(at('group.zarr/run'));
    expect((await readStack(at('group.zarr'))).pages).toEqual(pages);
    await saveZarr(at('group.zarr/second'));
    await expect(openStack(at('group.zarr'))).rejects.toThrow(
      'received run [12, 4, 5]; second [12, 4, 5]; name',
    );
    expect((await readStack(at('group.zarr#second'))).pages).toEqual(pages);
    await expect(openStack(at('group.zarr#third'))).rejects.toThrow('#third: expected a Zarr array or group');
    await expect(openStack(`${at('one.zarr')}#x`)).rejects.toThrow(
      'expected a group at the top, received an array',
    );
  });

  test('in shards gives the frames of its inner chunks, of which one is its fill value', async () => {
    // Zarr v3 sharding codec, version 1.0: chunks, then place and length of each; all ones where there is none.
    const chunks = [0, 1, 2].map((chunk) => new Uint8Array(values.buffer, 160 * chunk, 160));
    const nowhere = 2n ** 64n - 1n;
    const index = BigUint64Array.of(0n, 160n, nowhere, nowhere, 160n, 160n);
    const configuration = {
      chunk_shape: [4, ROWS, COLUMNS],
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
      index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
      index_location: 'end',
    };
    const description = {
      zarr_format: 3,
      node_type: 'array',
      shape: [FRAMES, ROWS, COLUMNS],
      data_type: 'uint16',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [FRAMES, ROWS, COLUMNS] } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      fill_value: 7,
      codecs: [{ name: 'sharding_indexed', configuration }],
      attributes: {},
    };
    mkdirSync(at('shards.zarr/c/0/0'), { recursive: true });
    writeFileSync(at('shards.zarr/zarr.json'), JSON.stringify(description));
    const shard = Buffer.concat([chunks[0]!, chunks[2]!, new Uint8Array(index.buffer)]);
    writeFileSync(at('shards.zarr/c/0/0/0'), shard);
    const { pages: read } = await readStack(at('shards.zarr'));
    expect(read.slice(0, 4)).toEqual(pages.slice(0, 4));
    expect(read.slice(4, 8)).toEqual(Array.from({ length: 4 }, () => new Uint16Array(20).fill(7)));
    expect(read.slice(8)).toEqual(pages.slice(8));
    writeFileSync(at('shards.zarr/c/0/0/0'), shard.subarray(0, 100));
    await expect(readStack(at('shards.zarr'))).rejects.toMatchObject({ code: 'E_STACK' });
  });

  test('in chunks too large to be read whole is refused', async () => {
    await saveZarr(at('huge.zarr'));
    const json = JSON.parse(readFileSync(at('huge.zarr/zarr.json'), 'utf8'));
    json.chunk_grid.configuration.chunk_shape = [12, 10_000, 10_000];
    writeFileSync(at('huge.zarr/zarr.json'), JSON.stringify(json));
    await expect(openStack(at('huge.zarr'))).rejects.toThrow(
      'expected chunks of at most 1073741824 bytes, received [12, 10000, 10000] of u2',
    );
  });

  test('whose description is cut off is refused by name', async () => {
    await saveZarr(at('half.zarr'));
    const json = readFileSync(at('half.zarr/zarr.json'));
    writeFileSync(at('half.zarr/zarr.json'), json.subarray(0, 100));
    await expect(openStack(at('half.zarr'))).rejects.toMatchObject({ code: 'E_STACK' });
  });
});

test.each(['0.4', '0.5'])(
  'an OME-Zarr image of version %s has the sharpest array, times and heights',
  async (version) => {
    const path = at(`ome-${version}.zarr`);
    const axes = [
      { name: 't', type: 'time', unit: 'millisecond' },
      { name: 'c', type: 'channel' },
      { name: 'z', type: 'space', unit: 'micrometer' },
      { name: 'y', type: 'space' },
      { name: 'x', type: 'space' },
    ];
    const coordinateTransformations = [{ type: 'scale', scale: [2.5, 1, 0.2, 1, 1] }];
    const multiscales = [{ axes, datasets: [{ path: 'full', coordinateTransformations }, { path: 'half' }] }];
    saveGroup(path, version === '0.5' ? { ome: { version, multiscales } } : { multiscales });
    await saveZarr(join(path, 'full'), [2, 2, 3, ROWS, COLUMNS]);
    await saveZarr(join(path, 'half'));
    const stack = await openStack(path);
    await stack.close();
    expect([...stack.timeNs!]).toEqual([...Array(6).fill(0n), ...Array(6).fill(2_500_000n)]);
    // nm: steps of 0.2 um, rounded in the last digits of a product of floats.
    for (const [frame, zNm] of stack.planeZNm!.entries()) expect(zNm).toBeCloseTo(200 * (frame % 3), 6);
    expect((await readStack(path)).pages).toEqual(pages);
    expect((await readStack(`${path}#half`)).timeNs).toBeUndefined();
  },
);

describe(`folders of zarr${skippedWithout('zarr')}`, () => {
  const withZarr = test.skipIf(!pythonWith('zarr'));
  const script = `
import numpy as np, sys, zarr, numcodecs
frames = (np.arange(240) * 1001).reshape(12, 4, 5)
group = zarr.open_group(f'{sys.argv[1]}/types.zarr', mode='w', **({'zarr_format': 2} if zarr.__version__[0] > '2' else {}))
put = group.create_dataset if zarr.__version__[0] == '2' else lambda name, data, **how: group.create_array(name, data=data, **how)
for dtype in ['u1', '<u2', '>u2', '<f4', '>f4', '<f8', 'i2']:
    put(dtype[-2:] + dtype[0], data=(frames / 3 if 'f' in dtype else frames).astype(dtype), chunks=(5, 4, 3))
if zarr.__version__[0] == '2':
    put('fortran', data=frames.astype('u2'), chunks=(5, 4, 3), order='F')
    for name, codec in dict(raw=None, blosc=numcodecs.Blosc(), zlib=numcodecs.Zlib(), gzip=numcodecs.GZip(),
                            zstd=numcodecs.Zstd(), lz4=numcodecs.LZ4()).items():
        put(name, data=frames.astype('u2'), chunks=(5, 4, 3), compressor=codec)
    put('nested', data=frames.astype('u2'), chunks=(5, 4, 3), dimension_separator='/')
    put('delta', data=frames.astype('u2'), chunks=(5, 4, 3), filters=[numcodecs.Delta('u2')])
print(zarr.__version__[0])`;
  let version = '';

  beforeAll(() => {
    if (pythonWith('zarr')) version = runPython(['zarr'], script, folder).trim();
  });

  withZarr('of every type and byte order are read as written', async () => {
    const thirds = Float32Array.from({ length: values.length }, (_, i) => (1001 * i) / 3);
    expect((await readStack(at('types.zarr#u1u'))).pages).toEqual(pagesOf(Uint8Array.from(values)));
    for (const name of ['u2<', 'u2>'])
      expect((await readStack(at(`types.zarr#${name}`))).pages).toEqual(pages);
    for (const name of ['f4<', 'f4>', 'f8<']) {
      expect((await readStack(at(`types.zarr#${name}`))).pages).toEqual(pagesOf(thirds));
    }
    await expect(openStack(at('types.zarr#i2i'))).rejects.toThrow(
      'expected values of u1, u2, f4 or f8, received i2',
    );
  });

  withZarr('packed by any of its codecs are read as written', async () => {
    if (version !== '2') return;
    const names = readdirSync(at('types.zarr')).filter(
      (name) => /^[a-z]\w{2,}$/.test(name) && name !== 'i2i' && name !== 'u1u',
    );
    expect(names.sort()).toEqual([
      'blosc',
      'delta',
      'fortran',
      'gzip',
      'lz4',
      'nested',
      'raw',
      'zlib',
      'zstd',
    ]);
    for (const name of names) expect((await readStack(at(`types.zarr#${name}`))).pages, name).toEqual(pages);
  });
});
