import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Film } from '#movies/film.ts';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { StackError } from '#protocol/errors.ts';
import { MOVIE_FORMATS, type MovieFormat } from '#protocol/movie.ts';
import { folderSize } from '#recording/run-folders.ts';
import { infoOf } from '#tracker/commands/info.ts';
import { exampleFrame, exampleLayout, exampleOrder } from '../../movies/example-film.ts';
import { runCommand } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const ABOUT = {
  camera: { camera: 'example', width: 24, height: 10, pixelFormat: 'mono16' },
  cameraSettings: { exposureUs: 900 },
  rois: [{ bead: 4, left: 1, top: 2, size: 8 }],
};
let films = 0;

/** Writes frames 3, 4 and 9, of which the disk cost 7 and 8 and one behind the last; returns the film. */
async function begin(format: MovieFormat): Promise<{ base: string; complete(): Promise<void> }> {
  const base = join(folder, `film${films++}`);
  const film = new Film(exampleOrder(base, format, { about: ABOUT }));
  const layout = exampleLayout();
  for (const id of [3, 4]) await film.append(exampleFrame(id, layout));
  await film.append({ ...exampleFrame(9, layout), lostBefore: 2 });
  return { base, complete: () => film.close(1) };
}

/** The same, completed; returns the path without its ending. */
async function write(format: MovieFormat): Promise<string> {
  const { base, complete } = await begin(format);
  await complete();
  return base;
}

describe.each(MOVIE_FORMATS)('a movie as %s', (format) => {
  test.each(['movie', 'description'])('tells frames, gaps and settings, by its %s', async (by) => {
    const base = await write(format);
    const path = by === 'movie' ? base + MOVIE_ENDINGS[format] : `${base}.json`;
    const found = await infoOf(path);
    expect(found).toMatchObject({
      ...{ kind: by === 'movie' ? 'movie, stack' : 'movie', format: 'tweezertrack-movie/1' },
      ...{ writtenAs: format, subject: 'frames', state: 'ended', every: 1, beads: 1 },
      ...{ frames: 3, firstFrame: 3, lastFrame: 9, fps: 200, pixelSizeNm: 112.5, seconds: 0.03 },
      missing: { frames: 5, ofThemLostToTheDisk: 3, gaps: ['5 to 8', '10'] },
      ...{ width: 24, height: 10, pixelFormat: 'mono16', cut: 'no' },
      // From the list of pages: 5 ms apart but for four that are missing.
      times: { lastS: 0.03 },
      ...{ camera: ABOUT.camera, cameraSettings: ABOUT.cameraSettings },
    });
    const ofFolder = by === 'movie' ? undefined : (await folderSize(`${base}.zarr`).catch(() => null))?.bytes;
    const bytes = by === 'movie' ? found.bytes : found.movieBytes;
    expect(bytes).toBe(format === 'zarr' ? ofFolder : statSync(base + MOVIE_ENDINGS[format]).size);
  });

  test('is told to be filmed still, with the frames that are there, where nobody completed it', async () => {
    const { base, complete } = await begin(format);
    const found = await infoOf(base + MOVIE_ENDINGS[format]);
    expect(found).toMatchObject({ kind: 'movie, stack', endedAt: null });
    expect(found.state).toMatch(/^filmed still/);
    // Pages of a Zarr are told of a tenth of a second late at most.
    if (format !== 'zarr') expect(found.frames).toBe(3);
    await complete();
  });
});

test('of many gaps the first are told, and how many there are more', async () => {
  const base = join(folder, 'gaps');
  const film = new Film(exampleOrder(base, 'raw'));
  const layout = exampleLayout();
  for (let id = 0; id < 60; id += 2) await film.append(exampleFrame(id, layout));
  await film.close(0);
  const { missing } = await infoOf(`${base}.json`);
  expect(missing).toMatchObject({ frames: 29, ofThemLostToTheDisk: 0, moreGaps: 9 });
  expect(missing).toMatchObject({ gaps: Array.from({ length: 20 }, (_, at) => String(2 * at + 1)) });
});

test('a movie without gaps says so in the lines of the command', async () => {
  const base = join(folder, 'whole');
  const film = new Film(exampleOrder(base, 'tiff'));
  const layout = exampleLayout();
  for (const id of [0, 1]) await film.append(exampleFrame(id, layout));
  await film.close(0);
  const { stdout } = await runCommand('info', `${base}.tif`);
  expect(stdout).toMatch(/^kind: movie, stack$/m);
  expect(stdout).toMatch(/^missing: none$/m);
});

test('a description without its movie is told, one that lacks what it must say is refused', async () => {
  const base = await write('raw');
  rmSync(`${base}.bin`);
  const alone = await infoOf(`${base}.json`);
  expect(alone).toMatchObject({ kind: 'movie', frames: 3, cut: expect.stringContaining('not beside it') });
  const { missing: _, ...others } = JSON.parse(readFileSync(`${base}.json`, 'utf8'));
  writeFileSync(`${base}.json`, JSON.stringify(others));
  await expect(infoOf(`${base}.json`)).rejects.toThrow(StackError);
});

test('saturated pixels are no Arrow stream, although both may begin alike', async () => {
  const base = join(folder, 'white');
  const film = new Film(exampleOrder(base, 'raw'));
  const frame = exampleFrame(0, exampleLayout());
  await film.append({ ...frame, pixels: frame.pixels.fill(0xff) });
  await film.close(0);
  expect(await infoOf(`${base}.bin`)).toMatchObject({ kind: 'movie, stack', frames: 1 });
});
