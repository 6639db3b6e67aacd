import type { Command } from 'commander';
import type { NdArray } from '#calcium/nd-array.ts';
import { pictureRange } from '#calcium-files/picture.ts';
import { TracePicture } from '#calcium-files/trace-picture.ts';
import { MOVIE_ENDINGS, writeMovie } from '#calcium-files/write-movie.ts';
import { requireNew } from '#calcium-files/write-output.ts';
import { ConfigError } from '#protocol/errors.ts';
import { number, selectFrames } from '../options.ts';
import { ProgressLine } from '../progress-line.ts';
import { loadWithProgress, STACK_FORMS } from './images-input.ts';
import { endingOf } from './output-name.ts';
import { readTraces, type TracesInput } from './traces-input.ts';

interface AnimateOptions {
  out: string;
  fps: number;
  frames?: string;
  size?: string;
  cell?: string;
  column?: string;
  tracesFps?: number;
  range?: string;
  force?: boolean;
}

/** Pictures one by one, and their size. */
interface Pictures {
  width: number;
  height: number;
  count: number;
  frames: Iterable<Uint8Array>;
}

/** Of a movie of traces, px; even, as most players want it. */
const TRACES_SIZE = { width: 800, height: 400 };
const MOST_SIDE = 8192;

/** `calcium animate`: a movie of a stack, or of traces that grow. */
export function registerAnimate(calcium: Command): void {
  calcium
    .command('animate')
    .description('make a movie of a stack, or of traces growing over time; needs ffmpeg')
    .argument('<input>', `${STACK_FORMS}; or traces: .csv of calcium traces, .npy [cell, frame] or [frame]`)
    .requiredOption('--out <file>', '.mp4 to show; .mkv without loss; .gif')
    .option('--fps <fps>', 'frames a second of the movie', number, 30)
    .option('--frames <slice>', 'frames to show, start:stop:step; ::10 is every tenth')
    .option('--size <WxH>', 'px of the movie; default that of the stack, 800x400 for traces')
    .option('--range <black:white>', 'counts that are black and white; default all but the outermost 0.5 %')
    .option('--cell <numbers>', 'cells to draw, from 1: 1 or 1,4,7; default all, at most 8')
    .option('--column <name>', 'column of the .csv to draw; default dff, else counts')
    .option('--traces-fps <fps>', 'frames a second of the traces, where the file has no times', number)
    .option('--force', 'write over an existing file')
    .action(animate);
}

async function animate(input: string, options: AnimateOptions): Promise<void> {
  const { out, fps, force = false } = options;
  endingOf(out, MOVIE_ENDINGS);
  if (!(fps > 0)) throw new ConfigError({ where: '--fps', expected: 'above 0', received: `${fps}` });
  const size = options.size === undefined ? undefined : parseSize(options.size);
  await requireNew([out], force);
  const traces = await readTraces(input, options.column);
  const pictures = traces ? picturesOfTraces(traces, size, options) : await picturesOfStack(input, options);
  const { width, height, count } = pictures;
  const progress = new ProgressLine(count, 'frames');
  const counted = function* () {
    for (const frame of pictures.frames) {
      yield frame;
      progress.add(1);
    }
  };
  const scaled = size && (size.width !== width || size.height !== height) ? { size } : {};
  await writeMovie(out, counted(), { width, height, fps, force, ...scaled });
  progress.end();
  const shown = size ?? { width, height };
  console.error(`${out}: ${count} frames at ${fps} a second, ${shown.width} x ${shown.height} px`);
}

async function picturesOfStack(path: string, options: AnimateOptions): Promise<Pictures> {
  const images = await loadWithProgress(path);
  const [frames, height, width] = images.shape as [number, number, number];
  const ids = selectFrames(options.frames, frames);
  const { black, white } = options.range === undefined ? rangeOfSome(images) : parseRange(options.range);
  const scale = 255 / (white - black || 1);
  const gray = function* () {
    for (const id of ids) {
      const start = id * width * height;
      const picture = new Uint8ClampedArray(width * height);
      for (let at = 0; at < picture.length; at++) picture[at] = (images.values[start + at]! - black) * scale;
      yield new Uint8Array(picture.buffer);
    }
  };
  return { width, height, count: ids.length, frames: gray() };
}

/** Sorting every pixel of a movie would take longer than the movie. */
const PIXELS_SORTED = 1e6;

function rangeOfSome({ values }: NdArray) {
  const every = Math.max(1, Math.floor(values.length / PIXELS_SORTED));
  // Never a divisor of the width, which would take the same column of every row.
  const step = every > 1 ? every + (every % 2 === 0 ? 1 : 0) : 1;
  const some = Float64Array.from({ length: Math.ceil(values.length / step) }, (_, at) => values[at * step]!);
  return pictureRange({ shape: [some.length], values: some });
}

function picturesOfTraces(
  { traces, fps }: TracesInput,
  size: { width: number; height: number } = TRACES_SIZE,
  options: AnimateOptions,
): Pictures {
  const chosen = chooseCells(traces, options.cell);
  const frames = traces.shape[1]!;
  const ids = selectFrames(options.frames, frames);
  const picture = new TracePicture(chosen, { ...size, fps: options.tracesFps ?? fps ?? options.fps });
  const grown = function* () {
    for (const id of ids) yield picture.growTo(id);
  };
  return { ...size, count: ids.length, frames: grown() };
}

const MOST_CELLS = 8;

function chooseCells(traces: NdArray<Float64Array>, wanted: string | undefined): NdArray<Float64Array> {
  const [cells, frames] = traces.shape as [number, number];
  const numbers =
    wanted === undefined
      ? Array.from({ length: Math.min(cells, MOST_CELLS) }, (_, cell) => cell + 1)
      : wanted.split(',').map(Number);
  const wrong = numbers.find((cell) => !Number.isInteger(cell) || cell < 1 || cell > cells);
  if (wrong !== undefined) {
    const expected = `cells from 1 to ${cells}`;
    throw new ConfigError({ where: '--cell', expected, received: `'${wanted}'` });
  }
  const values = new Float64Array(numbers.length * frames);
  for (const [at, cell] of numbers.entries()) {
    values.set(traces.values.subarray((cell - 1) * frames, cell * frames), at * frames);
  }
  return { shape: [numbers.length, frames], values };
}

function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (match && Math.min(width, height) >= 16 && Math.max(width, height) <= MOST_SIDE)
    return { width, height };
  const expected = `width x height from 16 to ${MOST_SIDE} px, such as 640x480`;
  throw new ConfigError({ where: '--size', expected, received: `'${text}'` });
}

function parseRange(text: string): { black: number; white: number } {
  const [black, white, ...others] = text.split(':').map(number);
  if (black !== undefined && white !== undefined && others.length === 0 && black < white)
    return { black, white };
  const expected = 'black and white, such as 100:4000';
  throw new ConfigError({ where: '--range', expected, received: `'${text}'` });
}
