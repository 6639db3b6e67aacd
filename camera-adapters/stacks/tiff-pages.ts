import { StackError } from '#protocol/errors.ts';
import { type FrameShape, frameBytes, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { swapByteOrder } from './byte-order.ts';
import { checkInsideFile, readFrameBytes, type StackFile } from './stack-file.ts';
import { compressionName } from './tiff-codecs.ts';
import { framesOfOnePage } from './tiff-description.ts';
import { checkEncodedPage, isEncodedPageInside, readEncodedPage } from './tiff-encoded.ts';
import type { TiffIndex, TiffPage } from './tiff-index.ts';

/** Bytes of a frame that lie together in the file. */
interface Run {
  position: number;
  bytes: number;
}

/** Pages of a TIFF that are whole, and how to read them. */
export interface TiffPages {
  readonly whole: number;
  /** Whole ones and those that are cut off; NaN where the index ends before it says. */
  readonly said: number;
  /** Reads a page into the start of a buffer, [row, column], little-endian. */
  read(page: number, into: Uint8Array): Promise<void>;
}

/**
 * Pages up to the first that is cut off.
 * @param isIndexCut whether the file ends within its index
 * @throws {StackError} if the first page is cut off, or one cannot be decoded
 */
export function wholePages(
  file: StackFile,
  index: TiffIndex,
  shape: FrameShape,
  isIndexCut: boolean,
): TiffPages {
  return index.pages.every(isPlain)
    ? plainPages(file, index, shape, isIndexCut)
    : encodedPages(file, index, shape, isIndexCut);
}

/** Uncompressed strips, read straight from the file. */
function plainPages(file: StackFile, index: TiffIndex, shape: FrameShape, isIndexCut: boolean): TiffPages {
  const bytes = frameBytes(shape);
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  const runs = index.pages.map((page, frame) => plainRuns(file, page, frame, bytes));
  const frames = index.planesMs?.length ?? framesOfOnePage(index.description);
  const isOnePage = (runs.length === 1 || isIndexCut) && frames > runs.length && follow(runs, bytes);
  if (isOnePage) repeatContiguous(file, runs, frames, bytes);
  for (const { position, bytes: length } of runs[0]!) checkInsideFile(file, 0, length, position);
  const cut = runs.findIndex((page) => page.some((run) => run.position + run.bytes > file.size));
  const whole = cut < 0 ? runs.length : cut;
  return {
    whole,
    said: isOnePage ? frames : isIndexCut ? Number.NaN : runs.length,
    async read(page, into) {
      let done = 0;
      for (const run of runs[page]!) {
        await readFrameBytes(file, page, into.subarray(done), run.bytes, run.position);
        done += run.bytes;
      }
      if (!index.littleEndian) swapByteOrder(into.subarray(0, bytes), bytesPerPixel);
    },
  };
}

/** Compressed or tiled pages. */
function encodedPages(file: StackFile, index: TiffIndex, shape: FrameShape, isIndexCut: boolean): TiffPages {
  const { pages, littleEndian } = index;
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  if ((index.planesMs?.length ?? 0) > pages.length) {
    throw new StackError({
      where: file.path,
      expected: 'planes of MetaMorph in strips without compression',
      received: compressionName(pages[0]!.compression),
      remedy: 'save the stack without compression',
    });
  }
  for (const [frame, page] of pages.entries()) checkEncodedPage(file, page, frame);
  const { offsets, byteCounts } = pages[0]!;
  for (const [part, position] of offsets.entries()) checkInsideFile(file, 0, byteCounts[part]!, position);
  const cut = pages.findIndex((page) => !isEncodedPageInside(file, page));
  return {
    whole: cut < 0 ? pages.length : cut,
    said: isIndexCut ? Number.NaN : pages.length,
    read: (page, into) => readEncodedPage(file, pages[page]!, page, bytesPerPixel, littleEndian, into),
  };
}

/** Where the pixels of an uncompressed page lie: one run when its strips follow each other. */
function plainRuns(file: StackFile, page: TiffPage, frame: number, frameBytes: number): Run[] {
  const rowBytes = frameBytes / page.height;
  const strips = Math.ceil(page.height / page.partHeight);
  if (page.offsets.length !== strips) {
    throw new StackError({
      where: `${file.path} frame ${frame}`,
      expected: `${strips} strips of ${page.partHeight} rows`,
      received: `${page.offsets.length}`,
    });
  }
  const runs: Run[] = [];
  let left = frameBytes;
  for (const position of page.offsets) {
    const bytes = Math.min(page.partHeight * rowBytes, left);
    left -= bytes;
    const last = runs.at(-1);
    if (last && last.position + last.bytes === position) last.bytes += bytes;
    else runs.push({ position, bytes });
  }
  return runs;
}

/** Whether each page lies behind the one before it, as those of ImageJ do. */
function follow(runs: readonly Run[][], bytes: number): boolean {
  const start = runs[0]![0]!.position;
  return runs.every((page, frame) => page.length === 1 && page[0]!.position === start + frame * bytes);
}

/** ImageJ writes stacks above 4 GB as one page, with all frames behind the first; others with their index at the end. */
function repeatContiguous(file: StackFile, runs: Run[][], frames: number, bytes: number): void {
  const { position } = runs[0]![0]!;
  // Those beyond the end are only counted.
  const there = Math.min(frames, Math.ceil((file.size - position) / bytes) + 1);
  for (let frame = runs.length; frame < there; frame++)
    runs.push([{ position: position + frame * bytes, bytes }]);
}

function isPlain(page: TiffPage): boolean {
  return page.compression === 1 && page.predictor === 1 && !page.tiled;
}
