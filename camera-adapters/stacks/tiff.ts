import { StackError } from '#protocol/errors.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { parseFrameChoice } from './frame-choice.ts';
import type { Stack } from './stack.ts';
import { checkRead, type StackFile } from './stack-file.ts';
import { axesOfPages, type TiffAxes } from './tiff-axes.ts';
import { readTiffIndex } from './tiff-index.ts';
import { type TiffPages, wholePages } from './tiff-pages.ts';
import { planeZOfPages, zOfPrograms } from './tiff-plane-z.ts';
import { shapeOfPages } from './tiff-shape.ts';
import { timesOfFrames, timesOfPages, timesOfPrograms } from './tiff-times.ts';

/**
 * Opens a multi-page TIFF: classic or BigTIFF, either byte order, gray, 8- or 16-bit unsigned or float32.
 *
 * Pages are frames in file order; where ImageJ or OME metadata give them several channels, those of one. Counts are
 * taken as stored, also where white is zero. Uncompressed strips are read straight from the file; compressed pages cost
 * decoding. Of a file that is cut off, the pages before the cut are read.
 *
 * @param images `ch=2&plane=1`: channel and plane, counted from 1
 * @throws {StackError} naming the first frame that has another shape or is not gray, the channels where none is named, or
 *   the first frame where that is cut off
 */
export function openTiff(file: StackFile, images?: string): Stack {
  const choice = parseFrameChoice(file.path, images);
  let isIndexCut = false;
  const index = readTiffIndex(file, () => {
    isIndexCut = true;
  });
  const shape = shapeOfPages(file, index.pages);
  const bytes = frameBytes(shape);
  const pages = wholePages(file, index, shape, isIndexCut);
  const isCut = pages.whole !== pages.said;
  const axes = axesOfPages(index.description, pages.whole, isCut);
  const ids = chosenPages(file.path, axes, pages.whole, choice);
  const times = (axes && timesOfPages(index.description, axes)) ?? timesOfPrograms(index);
  const timeNs = times && timesOfFrames(times, ids);
  const planeZNm = (axes && planeZOfPages(index.description, axes)) ?? zOfPrograms(index);
  return {
    ...shape,
    path: file.path,
    frames: ids.length,
    ...(isCut && { cut: describeMissing(pages, axes) }),
    ...(timeNs && { timeNs }),
    ...(planeZNm && { planeZNm: Float64Array.from(ids, (page) => planeZNm[page]!) }),
    async readFrame(frame, into) {
      checkRead(file.path, ids.length, frame, bytes, into);
      await pages.read(ids[frame]!, into);
    },
    close: () => file.handle.close(),
  };
}

/** Pages that are frames, in the order of the file. */
function chosenPages(
  path: string,
  axes: TiffAxes | undefined,
  pages: number,
  { channel, plane }: ReturnType<typeof parseFrameChoice>,
): number[] {
  const { channels = 1, planes = 1, times = 1 } = axes ?? {};
  const refuse = (received: string, remedy: string) => {
    const expected = `one channel of ${channels}, one plane of ${planes}`;
    return new StackError({ where: path, expected, received, remedy });
  };
  // Writers that are not told what their frames are call them channels: then there is nothing else.
  if (channels > 1 && planes * times > 1 && channel === undefined) {
    throw refuse('no channel named', `name it: ${path}#ch=1; or take them in turn: ${path}#ch=all`);
  }
  if ((channel !== 'all' && (channel ?? 1) > channels) || (plane ?? 1) > planes) {
    throw refuse(`ch=${channel ?? 1}, plane=${plane ?? 1}`, 'both count from 1');
  }
  const isWanted = (page: number) =>
    (channel === undefined || channel === 'all' || (axes?.channel[page] ?? 0) + 1 === channel) &&
    (plane === undefined || (axes?.plane[page] ?? 0) + 1 === plane);
  const ids = Array.from({ length: pages }, (_, page) => page).filter(isWanted);
  if (ids.length > 0) return ids;
  throw refuse('none of it before the end of the file', 'the file is cut off: copy it again');
}

/** What a file that is cut off lacks. */
function describeMissing({ whole, said }: TiffPages, axes: TiffAxes | undefined): string {
  const all = Number.isNaN(said) ? axes?.channel.length : said;
  if (all === undefined || all <= whole) return `the file is cut off behind its first ${whole} images`;
  return whole === all - 1
    ? `the file is cut off: image ${whole} of ${all} is missing`
    : `the file is cut off: images ${whole} to ${all - 1} of ${all} are missing`;
}
