import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layOutStrip } from '#calibration/strip.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { Film } from '#movies/film.ts';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { MOVIE_FORMATS, type MovieFormat } from '#protocol/movie.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { readStack } from '../support/read-stack.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { exampleFrame, exampleLayout, exampleOrder } from './example-film.ts';

const folder = temporaryFolder();
let films = 0;

const newBase = () => join(folder, `film${films++}`);

/** Writes these frames; returns the path without its ending. */
async function write(
  format: MovieFormat,
  ids: readonly number[],
  pixelFormat: PixelFormat = 'mono16',
): Promise<string> {
  const base = newBase();
  const film = new Film(exampleOrder(base, format));
  const layout = exampleLayout(pixelFormat);
  for (const id of ids) await film.append(exampleFrame(id, layout));
  await film.close(0);
  return base;
}

const description = (base: string) => JSON.parse(readFileSync(`${base}.json`, 'utf8'));
const rows = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
const bytesOf = (id: number, pixelFormat: PixelFormat = 'mono16') =>
  exampleFrame(id, exampleLayout(pixelFormat)).pixels;
const count = (length: number, first = 0) => Array.from({ length }, (_, at) => first + at);

async function pagesOf(path: string): Promise<Uint8Array[]> {
  const { pages } = await readStack(path);
  return pages.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
}

describe.each(MOVIE_FORMATS)('%s', (format) => {
  test.each(['mono8', 'mono16', 'float32'] as const)('a movie of %s is read back as it was', async (type) => {
    const base = await write(format, count(5, 3), type);
    const stack = await readStack(base + MOVIE_ENDINGS[format]);
    expect(stack).toMatchObject({ width: 24, height: 10, pixelFormat: type, frames: 5 });
    expect(await pagesOf(base + MOVIE_ENDINGS[format])).toEqual(
      count(5, 3).map((id) => Uint8Array.from(bytesOf(id, type))),
    );
  });

  test('frames that are missing are listed, with those that the disk cost', async () => {
    const base = newBase();
    const film = new Film(exampleOrder(base, format, { every: 2 }));
    const layout = exampleLayout();
    await film.append(exampleFrame(10, layout));
    await film.append(exampleFrame(12, layout));
    await film.append({ ...exampleFrame(20, layout), lostBefore: 2 });
    await film.close(1);
    expect(description(base)).toMatchObject({
      frames: 3,
      firstFrame: 10,
      lastFrame: 20,
      every: 2,
      missing: {
        frames: 4,
        unlisted: 0,
        gaps: [
          { firstFrame: 14, lastFrame: 18, lost: 2 },
          { firstFrame: 22, lastFrame: 22, lost: 1 },
        ],
      },
    });
    const stamp = (id: number) => exampleFrame(id, layout);
    expect(rows(`${base}.csv`)).toEqual(
      [10, 12, 20].map((id, page) => `${page},${id},${stamp(id).timeNs},${stamp(id).receivedNs}`),
    );
  });

  test('nothing that is there is overwritten: a number follows', async () => {
    const base = newBase();
    for (const ending of ['.json', `_2${MOVIE_ENDINGS[format]}`]) writeFileSync(base + ending, 'mine');
    const film = new Film(exampleOrder(base, format));
    await film.append(exampleFrame(0, exampleLayout()));
    await film.close(0);
    expect(film.path).toBe(`${base}_3${MOVIE_ENDINGS[format]}`);
    expect(readFileSync(`${base}.json`, 'utf8')).toBe('mine');
    expect(readFileSync(`${base}_2${MOVIE_ENDINGS[format]}`, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).not.toContain(`${base}_2.json`);
  });

  test('files stay below the size that was asked for, and none of the frames between them is missing', async () => {
    const base = newBase();
    const layout = exampleLayout();
    const pageBytes = bytesOf(0).length;
    const film = new Film(exampleOrder(base, format, { partBytes: 4 * pageBytes + 1500 }));
    for (const id of [0, 1, 2, 3, 7, 8, 9, 10]) await film.append(exampleFrame(id, layout));
    await film.close(0);
    const parts = readdirSync(folder).filter((name) => join(folder, name).startsWith(base));
    const movies = parts.filter((name) => name.endsWith(MOVIE_ENDINGS[format])).sort();
    expect(movies.length).toBeGreaterThan(1);
    const pages: Uint8Array[] = [];
    let missing = 0;
    for (const name of movies) {
      pages.push(...(await pagesOf(join(folder, name))));
      missing += description(join(folder, name.slice(0, -MOVIE_ENDINGS[format].length))).missing.frames;
    }
    expect(pages).toEqual([0, 1, 2, 3, 7, 8, 9, 10].map((id) => Uint8Array.from(bytesOf(id))));
    expect(missing).toBe(3);
  });
});

test('another set of beads begins another file; where ROIs were is told from a page on', async () => {
  const base = newBase();
  const film = new Film(exampleOrder(base, 'tiff', { subject: 'rois' }));
  const one = [{ bead: 4, left: 1, top: 2, size: 8 }];
  const two = [...one, { bead: 5, left: 9, top: 2, size: 8 }];
  for (const [id, rois] of [one, [{ ...one[0]!, left: 3 }], two].entries()) {
    const strip = layOutStrip(rois, 'mono16');
    const { width, height, pixelFormat } = strip;
    const layout = id < 2 ? layoutOne : { shape: { width, height, pixelFormat }, strip };
    await film.append({ ...exampleFrame(id, layout), rois });
  }
  await film.close(0);
  expect((await readStack(`${base}.tif`)).frames).toBe(2);
  expect(rows(`${base}-rois.csv`)).toEqual(['0,4,1,2,8', '1,4,3,2,8']);
  expect(await readStack(`${base}_2.tif`)).toMatchObject({ width: 16, height: 8, frames: 1 });
  expect(description(`${base}_2`).strip).toEqual([
    { bead: 4, left: 0, top: 0, size: 8 },
    { bead: 5, left: 8, top: 0, size: 8 },
  ]);
});
const strip = layOutStrip([{ bead: 4, left: 1, top: 2, size: 8 }], 'mono16');
const layoutOne = { shape: { width: 8, height: 8, pixelFormat: 'mono16' as const }, strip };

test('the description of a raw movie keeps the bits of the camera', async () => {
  const base = await write('raw', count(2), 'mono12');
  expect(description(base)).toMatchObject({ bits: 12, dtype: 'uint16' });
  expect((await readStack(`${base}.bin`)).pixelFormat).toBe('mono12');
});

test.each(['tiff', 'raw'] as const)(
  'a %s that nobody completed, or that is cut anywhere, is read up to the cut',
  async (format) => {
    for (const isCompleted of [false, true]) {
      const base = newBase();
      const path = base + MOVIE_ENDINGS[format];
      const film = new Film(exampleOrder(base, format));
      const layout = exampleLayout();
      const ends: number[] = [];
      for (const id of count(6)) {
        await film.append(exampleFrame(id, layout));
        ends.push(film.bytes);
      }
      if (isCompleted) await film.close(0);
      expect(await readStack(path)).toMatchObject({ frames: 6 });
      // A step that is no divisor of a page: cuts in directories, in pixels and just before an end.
      for (let cut = film.bytes - 1; cut >= ends[0]!; cut -= 97) {
        truncateSync(path, cut);
        const whole = ends.filter((end) => end <= cut).length;
        expect(await pagesOf(path)).toEqual(count(whole).map((id) => Uint8Array.from(bytesOf(id))));
        if (isCompleted || format === 'tiff') expect((await readStack(path)).cut).toContain('cut off');
      }
    }
  },
);

test('a chunk of a Zarr that is cut is refused when it is read, the others are read', async () => {
  const base = await write('zarr', count(3));
  truncateSync(join(`${base}.zarr`, '0', 'c', '1', '0', '0'), 100);
  const stack = await openStack(`${base}.zarr`);
  const into = new Uint8Array(bytesOf(0).length);
  await stack.readFrame(2, into);
  expect(into).toEqual(bytesOf(2));
  await expect(stack.readFrame(1, into)).rejects.toThrow(/frame 1: expected whole chunks/);
  await stack.close();
});

describe(`tifffile reads a BigTIFF${skippedWithout('tifffile')}`, () => {
  const READ = `
import sys, json, tifffile
with tifffile.TiffFile(sys.argv[1]) as f:
    a = f.asarray() if len(f.pages) > 1 else f.asarray()[None]
    t = f.pages[0].tags
    m = f.imagej_metadata or {}
    print(json.dumps({'big': f.is_bigtiff, 'shape': a.shape, 'dtype': str(a.dtype), 'sum': [int(p.astype('int64').sum()) for p in a],
      'finterval': m.get('finterval'), 'unit': m.get('unit'), 'max': m.get('max'),
      'x': t['XResolution'].value, 'software': t['Software'].value, 'last': f.pages[len(f.pages) - 1].tags['ImageDescription'].value}))
`;
  const sumOf = (id: number) => new Uint16Array(bytesOf(id).buffer).reduce((sum, value) => sum + value, 0);

  test.skipIf(!pythonWith('tifffile'))(
    'with its scale, its times and the number of every frame',
    async () => {
      const base = await write('tiff', count(7, 2));
      expect(JSON.parse(runPython(['tifffile'], READ, `${base}.tif`))).toEqual({
        big: true,
        shape: [7, 10, 24],
        dtype: 'uint16',
        sum: count(7, 2).map(sumOf),
        ...{ finterval: 0.005, unit: 'micron', max: 65535, x: [1_000_000, 112_500] },
        software: 'tweezertrack test',
        last: `frame=8\ntimeNs=${exampleFrame(8, exampleLayout()).timeNs}`,
      });
    },
  );

  test.skipIf(!pythonWith('tifffile'))('that nobody completed', async () => {
    const base = newBase();
    const film = new Film(exampleOrder(base, 'tiff'));
    const layout = exampleLayout();
    for (const id of count(4)) await film.append(exampleFrame(id, layout));
    const read = JSON.parse(runPython(['tifffile'], READ, `${base}.tif`));
    expect(read).toMatchObject({ shape: [4, 10, 24], sum: count(4).map(sumOf) });
  });
});

describe(`tifffile reads a BigTIFF that is cut${skippedWithout('tifffile')}`, () => {
  const COUNT = `
import sys, json, tifffile
with tifffile.TiffFile(sys.argv[1]) as f:
    print(json.dumps([int(p.asarray().astype('int64').sum()) for p in (f.pages[i] for i in range(int(sys.argv[2])))]))
`;
  test.skipIf(!pythonWith('tifffile')).each([30, 500, 700])('%i bytes before its end', async (missing) => {
    const base = await write('tiff', count(6));
    const { size } = statSync(`${base}.tif`);
    truncateSync(`${base}.tif`, size - missing);
    const { pages } = await readStack(`${base}.tif`);
    const sums = pages.map((page) => Array.from(page).reduce((sum, value) => sum + value, 0));
    expect(pages.length).toBeGreaterThanOrEqual(4);
    expect(JSON.parse(runPython(['tifffile'], COUNT, `${base}.tif`, String(pages.length)))).toEqual(sums);
  });
});
