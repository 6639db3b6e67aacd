import { join } from 'node:path';
import { StackError } from '#protocol/errors.ts';
import { describeShape, frameBytes } from '#protocol/pixel-format.ts';
import { parseBrukerName } from './bruker-name.ts';
import { type BrukerSeries, findBrukerSeries } from './bruker-series.ts';
import { parseFrameChoice } from './frame-choice.ts';
import type { Stack } from './stack.ts';
import { checkRead } from './stack-file.ts';

/** Whether these names are those of a folder of PrairieView. */
export function isBrukerFolder(names: readonly string[]): boolean {
  return names.some((name) => parseBrukerName(name) !== null);
}

/**
 * Opens one channel and plane of a PrairieView folder, in the order and with the times that its document says; without
 * one, in that of the names.
 *
 * @param images `ch=2&plane=1`: the number of the detector, and of the plane from 1; needed where there are several
 * @param openFile opens one image of the folder
 * @throws {StackError} naming the channels and planes there are, or the file that is missing or of another shape
 */
export async function openBrukerStack(
  folder: string,
  images: string | undefined,
  openFile: (path: string) => Promise<Stack>,
): Promise<Stack> {
  const series = await findBrukerSeries(folder, openFile);
  const choice = parseFrameChoice(folder, images);
  const channel = chosen(series, 'ch', series.channels, choice.channel);
  const planes = Array.from({ length: series.planes }, (_, plane) => plane + 1);
  const plane = chosen(series, 'plane', planes, choice.plane);
  const { width, height, pixelFormat, frames } = series;
  const bytes = frameBytes(series);
  const [cut] = series.notes;
  const timeNs = timesOf(series, plane);
  return {
    ...{ path: folder, width, height, pixelFormat, frames },
    ...(cut !== undefined && { cut }),
    ...(timeNs && { timeNs }),
    async readFrame(frame, into) {
      checkRead(folder, frames, frame, bytes, into);
      const { name, page } = series.place(channel, plane, frame);
      const image = await openFile(join(folder, name));
      try {
        requireSame(image, series, page);
        await image.readFrame(page, into);
      } finally {
        await image.close();
      }
    },
    async close() {},
  };
}

/** @returns place of the chosen one among all; the only one where there is no other */
function chosen(
  { folder, channels, planes }: BrukerSeries,
  key: 'ch' | 'plane',
  all: readonly number[],
  number: number | 'all' | undefined,
): number {
  const index = number === undefined && all.length === 1 ? 0 : all.indexOf(Number(number));
  if (index >= 0) return index;
  const example = [
    ...(channels.length > 1 ? [`ch=${channels[0]}`] : []),
    ...(planes > 1 ? ['plane=1'] : []),
  ].join('&');
  throw new StackError({
    where: folder,
    expected: `one ${key === 'ch' ? 'channel' : 'plane'} of ${all.join(', ')}`,
    received: number === undefined ? 'none named' : `${key}=${number}`,
    ...(example && { remedy: `name it: ${folder}#${example}` }),
  });
}

function requireSame(image: Stack, series: BrukerSeries, page: number): void {
  const [received, expected] = [describeShape(image), describeShape(series)];
  if (received !== expected) {
    throw new StackError({ where: image.path, expected: `${expected}, as the first image`, received });
  }
  if (page < image.frames) return;
  throw new StackError({
    where: image.path,
    expected: `a page ${page + 1}`,
    received: `${image.frames} pages`,
  });
}

/** [frame] ns since the first, of the frames of a plane. */
function timesOf({ scan, planes, frames }: BrukerSeries, plane: number): BigInt64Array | undefined {
  const all = scan?.sequences.flatMap((sequence) => sequence.frames) ?? [];
  if (all.length < frames * planes) return;
  const timeS = (frame: number) => all[frame * planes + plane]!.absoluteTimeS;
  const ns = (frame: number) => BigInt(Math.round((timeS(frame) - timeS(0)) * 1e9));
  return BigInt64Array.from({ length: frames }, (_, frame) => ns(frame));
}
