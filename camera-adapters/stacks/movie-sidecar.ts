import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { StackError } from '#protocol/errors.ts';
import { MOVIE_DESCRIPTION } from '#protocol/movie.ts';

const sidecar = z.looseObject({ format: z.literal(MOVIE_DESCRIPTION), movie: z.string() });

/** What the `.json` beside a movie of ours says; more than is named here. */
export type MovieSidecar = z.output<typeof sidecar>;

/** What the name of a movie ends with. */
const MOVIE_ENDING = /\.(tif|bin|zarr)$/i;

/** @returns undefined where there is no such file, or it describes something else */
export async function readMovieSidecar(jsonPath: string): Promise<MovieSidecar | undefined> {
  const text = await readFile(jsonPath, 'utf8').catch(() => undefined);
  if (text === undefined || !text.includes(MOVIE_DESCRIPTION)) return undefined;
  try {
    return sidecar.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** @returns undefined of a file or folder that is no movie of ours, or lies apart from its description */
export async function sidecarOfMovie(moviePath: string): Promise<MovieSidecar | undefined> {
  const path = resolve(moviePath);
  if (!MOVIE_ENDING.test(path)) return undefined;
  const found = await readMovieSidecar(path.replace(MOVIE_ENDING, '.json'));
  return found?.movie === basename(path) ? found : undefined;
}

/**
 * Camera times of a movie of ours, from the `.csv` beside it.
 *
 * @param frames pages of the movie
 * @returns [page] ns since the first page; undefined of anything else, or where the list is not there or ends before
 *   the movie does, as after a power cut
 * @throws {StackError} naming the row that is none
 */
export async function movieTimes(moviePath: string, frames: number): Promise<BigInt64Array | undefined> {
  if (!(await sidecarOfMovie(moviePath))) return undefined;
  const path = resolve(moviePath).replace(MOVIE_ENDING, '.csv');
  const timeNs = new BigInt64Array(frames);
  const input = createReadStream(path);
  let page = -1;
  let wrong: StackError | null = null;
  try {
    for await (const line of createInterface({ input })) {
      // The last row may be cut off.
      if (wrong) throw wrong;
      if (page >= 0) {
        const [, number, time] = /^(\d+),\d+,(-?\d+),-?\d+$/.exec(line) ?? [];
        if (time !== undefined && Number(number) === page) timeNs[page] = BigInt(time);
        else wrong = wrongRow(path, page, line);
      }
      if (!wrong && ++page === frames) {
        const firstNs = timeNs[0]!;
        return timeNs.map((ns) => ns - firstNs);
      }
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  } finally {
    input.destroy();
  }
  return undefined;
}

function wrongRow(path: string, page: number, line: string): StackError {
  return new StackError({
    where: `${path} line ${page + 2}`,
    expected: `${page},frame,timeNs,receivedNs`,
    received: `'${line.slice(0, 80)}'`,
    remedy: 'copy it again, or take it away: then frames are evenly spaced',
  });
}
