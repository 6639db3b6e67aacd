import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  parseSimulatedCameraOptions,
  type SimulatedCameraOptions,
  simulatedScene,
} from '#camera-adapters/simulated.ts';
import { simulatedCalciumBeads, simulatedCells } from '#camera-adapters/simulated-calcium.ts';
import { parseSimulatedCalciumOptions } from '#camera-adapters/simulated-calcium-options.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { KnownCamera } from '../demo-camera.ts';
import { schemaArguments } from '../schema-options.ts';

const PROGRAM = fileURLToPath(new URL('../../bin.mjs', import.meta.url));
/** Linux counts the time of processes in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;
const FRAMES_OF_CYCLE = 32;
/** What a cycle may take of the memory, bytes. */
const CYCLE_BYTES = 100e6;
/** Twice as far as a bead may lie from the middle of its field, and two for rounding. */
const BORDER_PX = 8;
const ENDS_MS = 10_000;

/** A camera that films beads, seen from outside. */
export interface FilmOptions {
  beads: number;
  /** Below the beads; it films with the calcium camera when there are any. */
  cells?: number;
  roiSize: number;
  pixelType: PixelFormat;
  width: number;
  height: number;
  /** 0: as fast as they are taken. */
  fps: number;
}

/** A camera in its own process. */
export interface CameraProcess {
  /** Seconds of CPU it has taken; null where the system does not tell. */
  cpuSeconds(): number | null;
  /** Has it say bye, and waits until it is gone. */
  stop(): Promise<void>;
  /** Rejects when the camera ends before it is stopped. */
  failed: Promise<never>;
}

/** Settings of a simulated camera that shows frames it exposed beforehand, and so leaves the CPU to the tracker. */
function filmSettings(film: FilmOptions): SimulatedCameraOptions {
  return parseSimulatedCameraOptions({
    ...frameSettings(film),
    roiSpacing: widestSpacing(film, film.roiSize),
  });
}

/** The camera of a film. */
export function filmCamera(film: FilmOptions): KnownCamera {
  const { cells, roiSize } = film;
  if (cells === undefined) {
    const settings = filmSettings(film);
    const scene = simulatedScene(settings);
    return { command: 'simulated', settings: { ...settings }, options: settings, scene, cells: null };
  }
  const asked = { ...frameSettings(film), cells, roiSpacing: cellFilmSpacing(roiSize) };
  const options = parseSimulatedCalciumOptions(asked);
  const { map } = simulatedCells(asked);
  const scene = simulatedCalciumBeads(options);
  return { command: 'simulated-calcium', settings: asked, options, scene, cells: map };
}

/** Side of the field of a bead beside cells: it must not carry its ROI over the border. */
export function cellFilmSpacing(roiSize: number): number {
  return roiSize + BORDER_PX;
}

function frameSettings({ beads, pixelType, width, height, fps }: FilmOptions) {
  const cycle = Math.max(2, Math.min(FRAMES_OF_CYCLE, Math.floor(CYCLE_BYTES / (width * height))));
  return {
    ...{ beads, width, height, cycle },
    pixelFormat: pixelType as SimulatedCameraOptions['pixelFormat'],
    ...(fps === 0 ? { pace: 'fast' as const } : { fps }),
  };
}

/** The widest grid of fields that has room for all beads, a quarter wider than an ROI at most. */
function widestSpacing({ beads, width, height }: FilmOptions, roiSize: number): number {
  const fits = (spacing: number) => Math.floor(width / spacing) * Math.floor(height / spacing) >= beads;
  let spacing = Math.ceil(1.25 * roiSize);
  while (spacing > roiSize && !fits(spacing)) spacing--;
  return spacing;
}

/** Starts `camera` as a user does. */
export function startCamera(
  url: string,
  { command, settings }: Pick<KnownCamera, 'command' | 'settings'>,
): CameraProcess {
  const args = [PROGRAM, 'camera', command, '--to', url, ...schemaArguments(settings)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = `${said}${text}`.slice(-1000);
  });
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => {
    throw new DeviceError({
      where: 'camera',
      expected: 'frames until it is stopped',
      received: `its end with ${code}: ${said.trim()}`,
    });
  });
  // Nobody may be listening when it is stopped.
  failed.catch(() => {});
  return {
    failed,
    cpuSeconds: () => cpuSecondsOf(child.pid),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function cpuSecondsOf(pid: number | undefined): number | null {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
