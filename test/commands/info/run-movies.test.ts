import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Film } from '#movies/film.ts';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { MOVIE_FORMATS, type MovieFormat } from '#protocol/movie.ts';
import { folderSize } from '#recording/run-folders.ts';
import type { Facts } from '#tracker/commands/info/probe.ts';
import { infoOf } from '#tracker/commands/info.ts';
import { exampleFrame, exampleLayout, exampleOrder } from '../../movies/example-film.ts';
import { runCommand } from '../../support/cli.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let runs = 0;

const newRun = () => recordRun(root, `run${runs++}`, { frames: 10, beads: 2 });

/** Films four frames of 24 x 10 px, of which one is left out between them. */
async function film(folder: string, name: string, format: MovieFormat): Promise<Film> {
  const film = new Film(exampleOrder(join(folder, name), format, { subject: 'frames' }));
  const layout = exampleLayout();
  for (const id of [3, 4, 6, 7]) await film.append(exampleFrame(id, layout));
  return film;
}

async function moviesOf(folder: string): Promise<Record<string, Facts>> {
  return (await infoOf(folder)).movies as Record<string, Facts>;
}

describe.each(MOVIE_FORMATS)('of a run with a movie as %s', (format) => {
  const name = `movie${MOVIE_ENDINGS[format]}`;

  test('its shape, frames, bytes and format are told, and that it is whole', async () => {
    const folder = await newRun();
    await (await film(folder, 'movie', format)).close(0);
    const path = join(folder, name);
    const bytes = format === 'zarr' ? (await folderSize(path)).bytes : statSync(path).size;
    expect(bytes).toBeGreaterThanOrEqual(4 * 24 * 10 * 2);
    expect(await moviesOf(folder)).toEqual({
      [name]: {
        ...{ format, of: 'frames', frames: 4, width: 24, height: 10, pixelFormat: 'mono16', bytes },
        ...{ framesLeftOut: 1, state: 'whole' },
      },
    });
  });

  test('one that has no end is told with the frames that are there', async () => {
    const folder = await newRun();
    const open = await film(folder, 'movie', format);
    const { [name]: found } = await moviesOf(folder);
    expect(found!.state).toMatch(/^no end: filmed still, or cut off/);
    // Pages of a Zarr are told of a tenth of a second late at most.
    if (format !== 'zarr') expect(found!.frames).toBe(4);
    await open.close(0);
  });

  test('one whose pixels are gone is told, and the others are', async () => {
    const folder = await newRun();
    await (await film(folder, 'movie', format)).close(0);
    await (await film(folder, 'last_2026', format)).close(0);
    rmSync(join(folder, name), { recursive: true });
    const { [name]: gone, [`last_2026${MOVIE_ENDINGS[format]}`]: kept } = await moviesOf(folder);
    expect(gone).toEqual({ format, of: 'frames', state: expect.stringMatching(/^cut short: .* not beside/) });
    expect(kept).toMatchObject({ frames: 4, state: 'whole' });
  });
});

test.each(['tiff', 'raw'] as const)(
  'a movie as %s that ends early is told to be cut short',
  async (format) => {
    const folder = await newRun();
    await (await film(folder, 'movie', format)).close(0);
    const name = `movie${MOVIE_ENDINGS[format]}`;
    truncateSync(join(folder, name), statSync(join(folder, name)).size - 24 * 10 * 2 - 100);
    const { [name]: found } = await moviesOf(folder);
    expect(found!.state).toMatch(/^cut short: /);
    expect(found!.frames).toBeLessThan(4);
  },
);

test('a run without movies says nothing of them, one with two prints both', async () => {
  const folder = await newRun();
  expect(await infoOf(folder)).not.toHaveProperty('movies');
  await (await film(folder, 'movie', 'tiff')).close(0);
  await (await film(folder, 'last_2026', 'raw')).close(0);
  const { stdout } = await runCommand('info', folder);
  expect(stdout).toMatch(/^movies:\n {2}last_2026\.bin:\n {4}format: raw$/m);
  expect(stdout).toMatch(/^ {2}movie\.tif:\n {4}format: tiff$/m);
});
