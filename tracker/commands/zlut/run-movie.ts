import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { ConfigError, RecordingError } from '#protocol/errors.ts';
import { MOVIE_DESCRIPTION } from '#protocol/movie.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { openRun, type Run, readFates } from '#recording/read-recording.ts';
import { selectFrames } from '../options.ts';
import type { SelectedStack } from '../stack-input.ts';
import { MovingRois, movesOfPages, movesOfRun, roisInFrame } from './moving-rois.ts';

/** The movie that was recorded with a run, its parts as one stack. */
export interface RunMovie {
  selected: SelectedStack;
  /** Beads in its pages: where they are in the first that is selected, or where they lie in pages of ROIs alone. */
  rois: readonly Roi[];
  /** Whether pages are of ROIs alone. */
  isStrip: boolean;
  /** Where some of these were in the frame of every page, to be asked in the order of the pages. */
  placesOf(rois: readonly Roi[]): PagePlaces;
  /** [page] nm, where the focus was; NaN where nobody knows. */
  focusZNm: Float64Array;
  /** NaN where nobody knows. */
  pixelSizeNm: number;
}

/** Where ROIs were in the frame of a page. */
interface PagePlaces {
  at(page: number): Promise<readonly Roi[]>;
  close(): Promise<void>;
}

const MOVIE = /^movie(_\d+)?\.json$/;

/** Of the list of places beside a movie of ROIs. */
const ROIS_ENDING = '-rois.csv';

const place = z.object({ bead: z.number(), left: z.number(), top: z.number(), size: z.number() });
const sidecar = z.object({
  format: z.literal(MOVIE_DESCRIPTION),
  movie: z.string(),
  firstFrame: z.number().optional(),
  strip: z.array(place).optional(),
});

/** A file of a movie, with the frames of its pages. */
interface Part {
  path: string;
  strip: Roi[] | undefined;
  pages: { frame: number; timeNs: bigint }[];
}

/**
 * Opens the movie of a recorded run.
 * @throws {ConfigError} when there is none, or its parts are not alike
 */
export async function openRunMovie(folder: string, slice: string | undefined): Promise<RunMovie> {
  const parts = await partsOf(folder);
  const [first] = parts;
  if (!first) {
    throw new ConfigError({
      where: folder,
      expected: 'a run with a movie of its frames',
      received: 'a recorded run, which holds tracks and no frames',
      remedy:
        'film frames or ROIs while the sweep is recorded, give the stack, or make a sweep with zlut sweep',
    });
  }
  const run = await openRun(folder);
  const { record, framesPath } = run;
  const stacks: Stack[] = [];
  try {
    for (const { path } of parts) stacks.push(await openStack(path));
    const stack = joined(parts, stacks);
    const pages = parts.flatMap((part, index) => part.pages.slice(0, pagesOf(part.pages, stacks[index]!)));
    const focusOf = new Map<number, number>();
    for await (const { frame, fate, focusZNm } of readFates(framesPath)) {
      if (fate === 'tracked' && typeof focusZNm === 'number') focusOf.set(frame, focusZNm);
    }
    const ids = selectFrames(slice, stack.frames);
    const placesOf = first.strip ? placesInStrips(parts, stacks) : placesInFrames(run, pages);
    return {
      selected: {
        stack,
        ids,
        timeNs: (page) => pages[page]!.timeNs,
        readFrame: (page, into) => stack.readFrame(page, into),
      },
      rois: first.strip ?? (await roisInFrame(run, pages[ids[0]!]!.frame)),
      isStrip: first.strip !== undefined,
      placesOf,
      focusZNm: Float64Array.from(pages, ({ frame }) => focusOf.get(frame) ?? Number.NaN),
      pixelSizeNm: record.camera.pixelSizeNm,
    };
  } catch (error) {
    for (const stack of stacks) await stack.close();
    throw error;
  }
}

type PlacesOf = RunMovie['placesOf'];

function placesInFrames(run: Run, pages: Part['pages']): PlacesOf {
  return (rois) => {
    const moving = new MovingRois(rois, movesOfRun(run), run.folder);
    return { at: (page) => moving.at(pages[page]!.frame), close: () => moving.close() };
  };
}

function placesInStrips(parts: readonly Part[], stacks: readonly Stack[]): PlacesOf {
  let firstPage = 0;
  const lists = parts.map(({ path, pages }, index) => {
    const list = { path: path.slice(0, -extname(path).length) + ROIS_ENDING, firstPage };
    firstPage += pagesOf(pages, stacks[index]!);
    return list;
  });
  return (rois) => new MovingRois(rois, movesOfPages(lists), lists[0]!.path);
}

/** Pages that have both a picture and a line in the list. */
function pagesOf(pages: Part['pages'], stack: Stack): number {
  return Math.min(stack.frames, pages.length);
}

async function partsOf(folder: string): Promise<Part[]> {
  const parts: (Part & { firstFrame: number })[] = [];
  for (const name of (await readdir(folder)).filter((one) => MOVIE.test(one))) {
    const path = join(folder, name);
    const read = sidecar.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (!read.success) continue;
    const { movie, firstFrame = Number.POSITIVE_INFINITY, strip } = read.data;
    const pages = await readPages(path.replace(/json$/, 'csv'));
    if (pages.length > 0 && existsSync(join(folder, movie))) {
      parts.push({ path: join(folder, movie), strip, pages, firstFrame });
    }
  }
  return parts.sort((a, b) => a.firstFrame - b.firstFrame);
}

async function readPages(path: string): Promise<Part['pages']> {
  const [, ...lines] = (await readFile(path, 'utf8')).split('\n');
  // The last line may be cut off.
  return lines.slice(0, -1).map((line, index) => {
    const [, page, frame, timeNs] = /^(\d+),(\d+),(-?\d+),-?\d+$/.exec(line) ?? [];
    if (Number(page) === index) return { frame: Number(frame), timeNs: BigInt(timeNs!) };
    throw new RecordingError({
      where: `${path} line ${index + 2}`,
      expected: `${index},frame,timeNs,receivedNs`,
      received: `'${line.slice(0, 80)}'`,
    });
  });
}

/** Parts one after the other; each has as many frames as both its file and its list. */
function joined(parts: readonly Part[], stacks: readonly Stack[]): Stack {
  const [first] = stacks as readonly [Stack];
  const like = (index: number) =>
    `${describeShape(stacks[index]!)} of ${JSON.stringify(parts[index]!.strip ?? 'frames')}`;
  const other = parts.findIndex((_, index) => like(index) !== like(0));
  if (other >= 0) {
    throw new ConfigError({
      where: parts[other]!.path,
      expected: `frames like those of ${parts[0]!.path}: ${like(0)}`,
      received: like(other),
      remedy: 'give one of the files itself, with --z',
    });
  }
  const places = stacks.flatMap((stack, index) =>
    Array.from({ length: pagesOf(parts[index]!.pages, stack) }, (_, page) => ({
      stack,
      page,
    })),
  );
  const { path, width, height, pixelFormat } = first;
  return {
    ...{ path, width, height, pixelFormat, frames: places.length },
    readFrame: (index, into) => places[index]!.stack.readFrame(places[index]!.page, into),
    async close() {
      for (const stack of stacks) await stack.close();
    },
  };
}
