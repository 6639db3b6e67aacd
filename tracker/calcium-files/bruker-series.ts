import { join } from 'node:path';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { type BrukerSeries, findBrukerSeries } from '#camera-adapters/stacks/bruker-series.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { StackError } from '#protocol/errors.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import { type OnFrame, readFrames, roomForFrames } from './read-stack.ts';

/**
 * Opens a PrairieView folder: by its `PVScan` document where it is there, else by the names of the images.
 *
 * @throws {StackError} naming the file that is missing, broken or of another series
 */
export function openBrukerSeries(folder: string): Promise<BrukerSeries> {
  return findBrukerSeries(folder, openStack);
}

/** Which images of a series: channel and plane count from 0, as recorded. */
export interface BrukerChoice {
  readonly channel?: number;
  readonly plane?: number;
}

/**
 * Images of one channel and plane of a series.
 *
 * @returns [frame, row, column] counts
 * @throws {CalciumError} if there is no such channel or plane
 * @throws {StackError} naming the file that cannot be read or has another shape
 */
export async function loadBrukerTifs(
  series: BrukerSeries,
  { channel = 0, plane = 0 }: BrukerChoice = {},
  onFrame: OnFrame = () => {},
): Promise<NdArray> {
  requireOneOf('channel', channel, series.channels.length);
  requireOneOf('plane', plane, series.planes);
  const { frames, width, height } = series;
  const values = roomForFrames(series, frames);
  let read = 0;
  while (read < frames) {
    const { name } = series.place(channel, plane, read);
    const pages: number[] = [];
    for (let frame = read; frame < frames; frame++) {
      const place = series.place(channel, plane, frame);
      if (place.name !== name) break;
      pages.push(place.page);
    }
    const file = join(series.folder, name);
    const stack = await openStack(file);
    try {
      requireSame(file, stack, series);
      const into = values.subarray(read * width * height, (read + pages.length) * width * height);
      await readFrames(stack, pages, into, () => onFrame(++read, frames));
    } finally {
      await stack.close();
    }
  }
  return { shape: [frames, height, width], values };
}

function requireOneOf(what: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  const expected = `from 0 to ${length - 1}`;
  throw new CalciumError({ where: `loadBrukerTifs ${what}`, expected, received: String(index) });
}

function requireSame(where: string, stack: Stack, series: BrukerSeries): void {
  const [received, expected] = [describeShape(stack), describeShape(series)];
  if (received !== expected) {
    throw new StackError({ where, expected: `${expected}, as the first image`, received });
  }
}
