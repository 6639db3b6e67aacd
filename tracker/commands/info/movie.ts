import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  type MovieSidecar,
  readMovieSidecar,
  sidecarOfMovie,
} from '#camera-adapters/stacks/movie-sidecar.ts';
import { StackError } from '#protocol/errors.ts';
import { moviePixels } from './movie-pixels.ts';
import type { Facts, Probe } from './probe.ts';

const gap = z.object({ firstFrame: z.number(), lastFrame: z.number(), lost: z.number() });

/** What a description says that is not told word for word. */
const description = z.looseObject({
  /** Absent in a movie that nobody completed: its pages are counted. */
  frames: z.number().optional(),
  endedAt: z.string().nullable(),
  firstTimeNs: z.coerce.bigint().optional(),
  lastTimeNs: z.coerce.bigint().optional(),
  missing: z.object({ frames: z.number(), gaps: z.array(gap), unlisted: z.number() }),
  rois: z.array(z.unknown()).optional(),
});

/** Gaps that are told one by one. */
const MOST_GAPS = 20;

/** A movie of ours, by its description or its file: settings, and which frames are missing. */
export const movieProbe: Probe = {
  kind: 'movie',
  async read({ path, isFolder, ending }) {
    const isDescription = !isFolder && ending === '.json';
    const sidecar = await (isDescription ? readMovieSidecar(path) : sidecarOfMovie(path));
    if (!sidecar) return null;
    const facts = factsOf(path, sidecar);
    if (!isDescription) return facts;
    const pixels = await moviePixels(join(dirname(path), sidecar.movie));
    if (!pixels) return { cut: 'the movie is not beside it, or none of it can be read', ...facts };
    const { bytes: movieBytes, ...stack } = pixels;
    return { movieBytes, ...stack, ...facts };
  },
};

/** @throws {StackError} of a description that lacks what every one has */
function factsOf(path: string, sidecar: MovieSidecar): Facts {
  const read = description.safeParse(sidecar);
  if (!read.success) {
    const received = z.prettifyError(read.error);
    throw new StackError({ where: path, expected: 'the description of a movie', received });
  }
  const { kind, frames, endedAt, firstTimeNs, lastTimeNs, missing, rois, strip: _, ...others } = read.data;
  const seconds = firstTimeNs !== undefined && lastTimeNs !== undefined && Number(lastTimeNs - firstTimeNs);
  return {
    ...others,
    writtenAs: kind,
    ...(frames !== undefined && { frames }),
    ...(seconds !== false && { seconds: seconds / 1e9 }),
    endedAt,
    state: endedAt === null ? 'filmed still, or it was killed' : 'ended',
    missing: missingOf(missing),
    ...(rois && { beads: rois.length }),
  };
}

function missingOf({ frames, gaps, unlisted }: z.output<typeof description>['missing']): Facts | string {
  if (frames === 0) return 'none';
  const more = gaps.length + unlisted - MOST_GAPS;
  return {
    frames,
    ofThemLostToTheDisk: gaps.reduce((sum, { lost }) => sum + lost, 0),
    gaps: gaps
      .slice(0, MOST_GAPS)
      .map(({ firstFrame: first, lastFrame: last }) => (first === last ? `${first}` : `${first} to ${last}`)),
    ...(more > 0 && { moreGaps: more }),
  };
}
