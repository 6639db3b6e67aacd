import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type MovieSidecar, readMovieSidecar } from '#camera-adapters/stacks/movie-sidecar.ts';
import { type MoviePixels, moviePixels } from './movie-pixels.ts';
import type { Facts } from './probe.ts';

/** The movies of a run folder by their file names: shape, frames, bytes, format, and whether each is whole. */
export async function moviesOfRun(folder: string): Promise<Record<string, Facts>> {
  const movies: Record<string, Facts> = {};
  for (const name of (await readdir(folder)).filter((one) => one.endsWith('.json')).sort()) {
    const sidecar = await readMovieSidecar(join(folder, name));
    if (sidecar) movies[sidecar.movie] = factsOf(sidecar, await moviePixels(join(folder, sidecar.movie)));
  }
  return movies;
}

function factsOf(
  { endedAt, frames, kind, missing, subject }: MovieSidecar,
  pixels: MoviePixels | null,
): Facts {
  const about = { format: kind, of: subject };
  if (!pixels) {
    return { ...about, state: 'cut short: it is not beside its description, or none of it can be read' };
  }
  const { bytes, cut, height, pixelFormat, width } = pixels;
  const gaps = (missing as { frames?: number } | undefined)?.frames ?? 0;
  return {
    ...about,
    ...{ frames: pixels.frames, width, height, pixelFormat, bytes },
    ...(gaps > 0 && { framesLeftOut: gaps }),
    state: stateOf(cut, pixels.frames, frames, endedAt),
  };
}

function stateOf(cut: string, readable: number, said: unknown, endedAt: unknown): string {
  const isCut = cut !== 'no';
  if (endedAt === null) return `no end: filmed still, or cut off${isCut ? `; ${cut}` : ''}`;
  if (isCut) return `cut short: ${cut}`;
  return readable === said ? 'whole' : `cut short: ${readable} frames of ${said}`;
}
