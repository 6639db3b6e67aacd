import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, RoiError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { RUN_FILES } from '#recording/run-record.ts';
import { SWEEP_FILES } from '#tracker/calibration/sweep-folder.ts';
import type { SweepFrame } from '#zlut-tools/build.ts';
import { type ListedPlane, readPlaneZ } from '#zlut-tools/plane-z.ts';
import { planesOfFocus } from '#zlut-tools/planes-of-focus.ts';
import { number, wholeNumber } from '../options.ts';
import { ProgressLine } from '../progress-line.ts';
import { openSelected, roisFor, type SelectedStack } from '../stack-input.ts';
import { placesOfSweep } from './moving-rois.ts';
import { openRunMovie, type RunMovie } from './run-movie.ts';

/** Where the planes of a sweep lie. */
export interface PlaneOptions {
  z?: string;
  zStart?: number;
  zStep?: number;
  framesPerPlane?: number;
  bothWays?: boolean;
  frames?: string;
  fps?: number;
  samePlane?: number;
}

/** Stages rest within some nm, and step farther. */
const SAME_PLANE_NM = 10;

/** The options that say where the planes lie, the same for every verb that reads a sweep. */
export function withPlaneOptions(command: Command): Command {
  return command
    .option(
      '--z <file>',
      'CSV of plane z: `zNm` for every frame in order, or `frame,zNm`; also `pass`, `timeS`',
    )
    .option('--z-start <nm>', 'z of the first plane, with --z-step', number)
    .option('--z-step <nm>', 'z from each plane to the next', number)
    .option('--frames-per-plane <n>', 'frames in a row at each plane, with --z-step (default 1)', wholeNumber)
    .option('--both-ways', 'the second half of the frames goes back over the planes, with --z-step')
    .option(
      '--same-plane <nm>',
      `of a run: how far the focus may be from the mean of its plane (default ${SAME_PLANE_NM})`,
      number,
    )
    .option('--frames <slice>', 'frames as start:stop:step, e.g. ::2 for the even ones')
    .option('--fps <rate>', 'frame rate, when the file does not say', number);
}

/** A recorded focal sweep: a stack, the folder of a live sweep, or a run with a movie. */
export interface RecordedSweep {
  selected: SelectedStack;
  /** Its ROIs, or the list of them, where it has any. */
  rois: string | readonly Roi[] | undefined;
  /** nm; undefined where it does not say. */
  pixelSizeNm: number | undefined;
  /**
   * The selected frames in order.
   * @param followed ROIs of the sweep that are wherever they were recorded; null for some that stay
   */
  frames(followed: readonly Roi[] | null): AsyncGenerator<SweepFrame>;
}

/**
 * Opens a sweep with its planes: from `--z`, from start and step, from the folder of a live sweep, from where the focus
 * was in a recorded run, or from the file.
 * @throws {ConfigError} if none says where the planes are; for a recorded run without a movie
 */
export async function openSweep(path: string, options: PlaneOptions): Promise<RecordedSweep> {
  const movie = existsSync(join(path, RUN_FILES.record)) ? await openRunMovie(path, options.frames) : null;
  const isFolder = existsSync(join(path, SWEEP_FILES.record));
  const inFolder = (name: string) => (isFolder ? join(path, name) : undefined);
  const selected =
    movie?.selected ?? (await openSelected(inFolder(SWEEP_FILES.stack) ?? path, options.frames, options.fps));
  try {
    const isTold = options.z !== undefined || options.zStart !== undefined || options.zStep !== undefined;
    const listed = options.zStep === undefined ? (options.z ?? inFolder(SWEEP_FILES.planes)) : options.z;
    const planeOf =
      movie && !isTold
        ? planesOfRun(path, movie, options.samePlane ?? SAME_PLANE_NM)
        : await planesOf({ ...options, ...(listed !== undefined && { z: listed }) }, selected);
    const { stack } = selected;
    const timed = movie !== null || options.fps !== undefined || stack.timeNs !== undefined;
    return {
      selected,
      rois: movie?.rois ?? inFolder(SWEEP_FILES.rois),
      pixelSizeNm: movie && movie.pixelSizeNm > 0 ? movie.pixelSizeNm : undefined,
      async *frames(followed) {
        const pixels = new Uint8Array(frameBytes(stack));
        const progress = new ProgressLine(selected.ids.length, 'frames');
        const places =
          followed && (movie ? movie.placesOf(followed) : isFolder ? placesOfSweep(path, followed) : null);
        try {
          for (const frame of selected.ids) {
            progress.add(1);
            const there = await places?.at(frame);
            const plane = planeOf(frame);
            if (plane === null) continue;
            const { zNm: planeZNm, focusZNm, pass, timeS } = plane;
            await stack.readFrame(frame, pixels);
            const time = timeS ?? (timed ? Number(selected.timeNs(frame)) / 1e9 : undefined);
            const rois = (movie?.isStrip ?? isFolder) ? { cutFrom: there } : { rois: there };
            yield { pixels, frame, planeZNm, focusZNm, pass, timeS: time, ...rois };
          }
        } finally {
          await places?.close();
        }
        progress.end();
      },
    };
  } catch (error) {
    await selected.stack.close();
    throw error;
  }
}

/**
 * The ROIs that are asked for, or else those of the sweep, or else the whole frame.
 * @throws {RoiError} when there are none
 */
export async function roisOfSweep(
  { rois, selected }: RecordedSweep,
  choice: string | undefined,
  size: number | undefined,
): Promise<Roi[]> {
  const wanted = choice ?? rois ?? 'whole';
  if (typeof wanted !== 'string') {
    if (wanted.length > 0) return [...wanted];
    const remedy = 'find beads with --rois auto, or give a CSV file of ROIs';
    throw new RoiError({
      where: selected.stack.path,
      expected: 'a run with beads',
      received: 'none',
      remedy,
    });
  }
  return roisFor(wanted, selected, size, (text) => console.error(text));
}

/** Plane of a frame, and where the focus was in it where that is known; null for one between planes. */
type PlaneOf = (frame: number) => (ListedPlane & { focusZNm?: number }) | null;

/** Planes by the positions of the focus that were recorded with the frames. */
function planesOfRun(path: string, { focusZNm, selected }: RunMovie, sameNm: number): PlaneOf {
  const focus = selected.ids.map((page) => focusZNm[page]!);
  if (focus.every(Number.isNaN)) {
    throw new ConfigError({
      where: join(path, RUN_FILES.frames),
      expected: 'where the focus was in the frames of the movie',
      received: 'no position of any',
      remedy: 'say where the planes are: --z FILE.csv, or --z-start NM and --z-step NM',
    });
  }
  const planes = planesOfFocus(focus, sameNm);
  const indexOf = new Map(selected.ids.map((page, index) => [page, index]));
  return (page) => {
    const index = indexOf.get(page)!;
    return Number.isNaN(planes[index]) ? null : { zNm: planes[index]!, focusZNm: focus[index]! };
  };
}

/** Plane of a frame by its number. */
async function planesOf(options: PlaneOptions, { stack }: SelectedStack): Promise<PlaneOf> {
  const { z, zStart, zStep, framesPerPlane = 1, bothWays } = options;
  if (z !== undefined) {
    const table = await readPlaneZ(z);
    return (frame) => table.get(frame) ?? refuse(frame);
  }
  if (zStart !== undefined && zStep !== undefined && zStep !== 0 && framesPerPlane > 0) {
    if (!bothWays) return (frame) => ({ zNm: zStart + Math.floor(frame / framesPerPlane) * zStep });
    const planes = stack.frames / (2 * framesPerPlane);
    if (!Number.isInteger(planes)) {
      throw new ConfigError({
        where: '--both-ways',
        expected: `a multiple of ${2 * framesPerPlane} frames`,
        received: `${stack.frames}`,
        remedy: 'check --frames-per-plane, or list the planes with --z',
      });
    }
    return (frame) => {
      const visit = Math.floor(frame / framesPerPlane);
      const pass = visit < planes ? 0 : 1;
      return { zNm: zStart + (pass === 0 ? visit : 2 * planes - 1 - visit) * zStep, pass };
    };
  }
  const { planeZNm } = stack;
  if (planeZNm && zStart === undefined && zStep === undefined) return (frame) => ({ zNm: planeZNm[frame]! });
  throw new ConfigError({
    where: 'zlut build',
    expected: '--z FILE.csv, or --z-start NM and --z-step NM (not 0)',
    received: 'neither, and the file does not say',
    remedy: 'say at which z the frames were taken',
  });
}

function refuse(frame: number): never {
  throw new ConfigError({
    where: `--z, frame ${frame}`,
    expected: 'a plane z for every selected frame',
    received: 'none',
    remedy: 'add it, or leave the frame out with --frames',
  });
}
