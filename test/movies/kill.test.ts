import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { MOVIE_ENDINGS } from '#movies/page-writer.ts';
import { MOVIE_FORMATS } from '#protocol/movie.ts';
import { readStack } from '../support/read-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { exampleFrame, exampleLayout } from './example-film.ts';

const folder = temporaryFolder();
/** Long enough for a Zarr to be described again. */
const FRAMES = 400;

test.each(MOVIE_FORMATS)(
  'a process killed while filming %s leaves a movie that can be read',
  async (format) => {
    const base = join(folder, format);
    const script = new URL('../support/film-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, base, format], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let reported = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      reported = Number(line);
      if (reported === FRAMES) child.kill('SIGKILL');
    }
    expect((await exited)[1]).toBe('SIGKILL');
    expect(reported).toBeGreaterThanOrEqual(FRAMES);

    const { frames, pages } = await readStack(base + MOVIE_ENDINGS[format]);
    const layout = exampleLayout();
    for (const [id, page] of pages.entries()) {
      const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
      expect(Buffer.compare(bytes, exampleFrame(id, layout).pixels)).toBe(0);
    }
    // A Zarr is described, and rows of text are written, ten times a second.
    if (format === 'zarr') expect(frames).toBeGreaterThan(0);
    else expect(frames).toBeGreaterThanOrEqual(reported);
    const rows = readFileSync(`${base}.csv`, 'utf8').split('\n').slice(1, -1);
    expect(rows.every((row, page) => row.startsWith(`${page},${page},`))).toBe(true);
    expect(JSON.parse(readFileSync(`${base}.json`, 'utf8'))).toMatchObject({ endedAt: null });
  },
);
