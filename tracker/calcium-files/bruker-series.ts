import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { unreadable } from '#camera-adapters/stacks/stack-file.ts';
import { StackError } from '#protocol/errors.ts';
import { describeShape, type FrameShape } from '#protocol/pixel-format.ts';
import { type BrukerLayout, layoutOfNames, layoutOfScan, severalSeries } from './bruker-layout.ts';
import { type BrukerScan, isBrukerScan, parseBrukerScan } from './bruker-scan.ts';
import { type OnFrame, readFrames, roomForFrames } from './read-stack.ts';

/** Characters of a document in which its outermost tag is looked for. */
const HEAD = 4096;

/** A folder of images that PrairieView wrote. */
export interface BrukerSeries extends BrukerLayout, FrameShape {
  readonly folder: string;
  /** What its document says; absent where there is none. */
  readonly scan?: BrukerScan;
}

/**
 * Opens a PrairieView folder: by its `PVScan` document where it is there, else by the names of the images.
 *
 * @throws {StackError} naming the file that is missing, broken or of another series
 */
export async function openBrukerSeries(folder: string): Promise<BrukerSeries> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const documents: { file: string; scan: BrukerScan }[] = [];
  for (const name of names.filter((each) => /\.xml$/i.test(each)).sort()) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw unreadable(file, cause);
    });
    if (isBrukerScan(text.slice(0, HEAD))) documents.push({ file, scan: parseBrukerScan(text, file) });
  }
  const [document, other] = documents;
  if (other) throw severalSeries(folder, basename(document!.file), basename(other.file));
  const layout = document
    ? layoutOfScan(document.scan, document.file)
    : await layoutOfNames(names, folder, async (name) => (await peek(join(folder, name))).frames);
  requireFiles(layout, folder, new Set(names));
  const { width, height, pixelFormat } = await peek(join(folder, layout.place(0, 0, 0).name));
  return { ...layout, folder, width, height, pixelFormat, ...(document && { scan: document.scan }) };
}

/** @throws {StackError} naming the first image that is not in the folder, or is there for two */
function requireFiles({ channels, planes, frames, place }: BrukerLayout, folder: string, names: Set<string>) {
  const taken = new Set<string>();
  for (let frame = 0; frame < frames; frame++) {
    for (let plane = 0; plane < planes; plane++) {
      for (const channel of channels.keys()) {
        const { name, page } = place(channel, plane, frame);
        const where = join(folder, basename(name));
        const key = `${page} ${name}`;
        if (!names.has(name)) {
          const remedy = 'copy the folder again: its .xml names this image';
          throw new StackError({ where, expected: 'an image of the series', received: 'none', remedy });
        }
        if (taken.has(key)) {
          const expected = `page ${page + 1} for one image`;
          throw new StackError({
            where,
            expected,
            received: `a second one, frame ${frame} of plane ${plane}`,
          });
        }
        taken.add(key);
      }
    }
  }
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

/** What an image says of itself, with its file closed again. */
async function peek(path: string): Promise<Stack> {
  const stack = await openStack(path);
  await stack.close();
  return stack;
}
