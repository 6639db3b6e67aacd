import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { RUN_FILES } from '#recording/run-record.ts';
import { SWEEP_FILES } from '#tracker/calibration/sweep-folder.ts';
import type { SweepFrame } from '#zlut-tools/build.ts';
import { type ListedPlane, readPlaneZ } from '#zlut-tools/plane-z.ts';
import { number, wholeNumber } from '../options.ts';
import { ProgressLine } from '../progress-line.ts';
import { openSelected, type SelectedStack } from '../stack-input.ts';

/** Where the planes of a sweep lie. */
export interface PlaneOptions {
  z?: string;
  zStart?: number;
  zStep?: number;
  framesPerPlane?: number;
  bothWays?: boolean;
  frames?: string;
  fps?: number;
}

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
    .option('--frames <slice>', 'frames as start:stop:step, e.g. ::2 for the even ones')
    .option('--fps <rate>', 'frame rate, when the file does not say', number);
}

/** A recorded focal sweep: a stack, or the folder of a live sweep. */
export interface RecordedSweep {
  selected: SelectedStack;
  /** List of its ROIs, where it has one. */
  rois: string | undefined;
  /** The selected frames in order. */
  frames(): AsyncGenerator<SweepFrame>;
}

/**
 * Opens a sweep with its planes: from `--z`, from start and step, from the folder of a live sweep, or from the file.
 * @throws {ConfigError} if none says where the planes are; for a recorded run, which holds no frames
 */
export async function openSweep(path: string, options: PlaneOptions): Promise<RecordedSweep> {
  if (existsSync(join(path, RUN_FILES.record))) {
    throw new ConfigError({
      where: path,
      expected: 'a stack of frames, or the folder of a sweep',
      received: 'a recorded run, which holds tracks and no frames',
      remedy: 'give the stack that the camera recorded, or make a sweep with zlut sweep',
    });
  }
  const isFolder = existsSync(join(path, SWEEP_FILES.record));
  const inFolder = (name: string) => (isFolder ? join(path, name) : undefined);
  const selected = await openSelected(inFolder(SWEEP_FILES.stack) ?? path, options.frames, options.fps);
  try {
    const listed = options.zStep === undefined ? (options.z ?? inFolder(SWEEP_FILES.planes)) : options.z;
    const planeOf = await planesOf({ ...options, ...(listed !== undefined && { z: listed }) }, selected);
    const { stack } = selected;
    const timed = options.fps !== undefined || stack.timeNs !== undefined;
    return {
      selected,
      rois: inFolder(SWEEP_FILES.rois),
      async *frames() {
        const pixels = new Uint8Array(frameBytes(stack));
        const progress = new ProgressLine(selected.ids.length, 'frames');
        for (const frame of selected.ids) {
          const { zNm: planeZNm, pass, timeS } = planeOf(frame);
          await stack.readFrame(frame, pixels);
          const time = timeS ?? (timed ? Number(selected.timeNs(frame)) / 1e9 : undefined);
          yield { pixels, frame, planeZNm, pass, timeS: time };
          progress.add(1);
        }
        progress.end();
      },
    };
  } catch (error) {
    await selected.stack.close();
    throw error;
  }
}

/** Plane of a frame by its number. */
async function planesOf(
  options: PlaneOptions,
  { stack }: SelectedStack,
): Promise<(frame: number) => ListedPlane> {
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
