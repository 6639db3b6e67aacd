import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replayCamera } from '#camera-adapters/replay.ts';
import { Film } from '#movies/film.ts';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { StackError } from '#protocol/errors.ts';
import { MOVIE_FORMATS, type MovieFormat } from '#protocol/movie.ts';
import { openSelected } from '#tracker/commands/stack-input.ts';
import { exampleFrame, exampleLayout, exampleOrder } from '../../movies/example-film.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const START_NS = 1_700_000_000_123_456_789n;

/** When each page was taken, ns since the first: a camera that is not quite even, with frames missing in between. */
const TAKEN_NS = [0n, 4_999_001n, 10_000_507n, 40_000_003n, 45_000_111n];

/** What a file of pages 5 ms apart says by itself. */
const EVEN_NS = TAKEN_NS.map((_, page) => BigInt(page) * 5_000_000n);

let films = 0;

/** Writes a movie of uneven times; returns its path without its ending. */
async function write(format: MovieFormat): Promise<string> {
  const base = join(folder, `film${films++}`);
  const film = new Film(exampleOrder(base, format));
  const layout = exampleLayout();
  for (const [page, ns] of TAKEN_NS.entries()) {
    const timeNs = START_NS + ns;
    await film.append({ ...exampleFrame(page < 3 ? page : page + 5, layout), timeNs });
  }
  await film.close(0);
  return base;
}

const timesOf = async (path: string) => Array.from((await readStack(path)).timeNs ?? []);

test.each(MOVIE_FORMATS)('a movie as %s has the times of its camera', async (format) => {
  const path = (await write(format)) + MOVIE_ENDINGS[format];
  expect(await timesOf(path)).toEqual(TAKEN_NS);
  const { stack, timeNs } = await openSelected(path, '1::2');
  expect([1, 3].map(timeNs)).toEqual([TAKEN_NS[1], TAKEN_NS[3]]);
  await stack.close();
});

test('a movie is played again with the times of its camera', async () => {
  const camera = replayCamera({ path: `${await write('tiff')}.tif`, pace: 'fast' });
  await camera.open();
  const shownNs: bigint[] = [];
  for await (const { timeNs } of camera.frames(new AbortController().signal)) shownNs.push(timeNs);
  await camera.close();
  expect(shownNs.map((ns) => ns - shownNs[0]!)).toEqual(TAKEN_NS);
});

test('without its list, or with one that ends before it, a movie has the times that its file says', async () => {
  const without = await write('tiff');
  rmSync(`${without}.csv`);
  expect(await timesOf(`${without}.tif`)).toEqual(EVEN_NS);
  const cut = await write('tiff');
  const list = readFileSync(`${cut}.csv`, 'utf8').trimEnd();
  for (const missing of [1, 22, list.length - list.lastIndexOf('\n') - 1, list.length - 10]) {
    writeFileSync(`${cut}.csv`, list.slice(0, -missing));
    // Where only digits of the last number are missing, all that is needed is there.
    expect(await timesOf(`${cut}.tif`)).toEqual(missing === 1 ? TAKEN_NS : EVEN_NS);
  }
});

test('a list of something else is left alone', async () => {
  const base = await write('tiff');
  copyFileSync(`${base}.tif`, `${base}-copy.tif`);
  for (const ending of ['json', 'csv']) copyFileSync(`${base}.${ending}`, `${base}-copy.${ending}`);
  expect(await timesOf(`${base}-copy.tif`)).toEqual(EVEN_NS);
  renameSync(`${base}.json`, `${base}.txt`);
  expect(await timesOf(`${base}.tif`)).toEqual(EVEN_NS);
  writeFileSync(`${base}.json`, '"tweezertrack-movie/1');
  expect(await timesOf(`${base}.tif`)).toEqual(EVEN_NS);
});

test('a row that is none is refused by its line', async () => {
  const base = await write('raw');
  const list = readFileSync(`${base}.csv`, 'utf8');
  writeFileSync(`${base}.csv`, list.replace(/^2,.*$/m, '2,x'));
  await expect(readStack(`${base}.bin`)).rejects.toThrow(StackError);
  await expect(readStack(`${base}.bin`)).rejects.toThrow(/film\d+\.csv line 4: expected 2,frame,timeNs/);
});

test('rows of pages that the movie has not yet are no trouble', async () => {
  const base = await write('raw');
  appendFileSync(`${base}.csv`, `5,10,${START_NS + 50_000_000n},0\n`);
  expect(await timesOf(`${base}.bin`)).toEqual(TAKEN_NS);
});
