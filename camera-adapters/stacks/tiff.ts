import { StackError } from '#protocol/errors.ts';
import {
  describeShape,
  type FrameShape,
  frameBytes,
  PIXEL_FORMATS,
  type PixelFormat,
} from '#protocol/pixel-format.ts';
import { swapByteOrder } from './byte-order.ts';
import type { Stack } from './stack.ts';
import { checkInsideFile, checkRead, readFrameBytes, type StackFile } from './stack-file.ts';
import { framesOfOnePage, timesOfFrames } from './tiff-description.ts';
import { checkEncodedPage, readEncodedPage } from './tiff-encoded.ts';
import { readTiffIndex, type TiffIndex, type TiffPage } from './tiff-index.ts';
import { planeZOfFrames } from './tiff-plane-z.ts';

/** Bytes of a frame that lie together in the file. */
interface Run {
  position: number;
  bytes: number;
}

/**
 * Opens a multi-page TIFF: classic or BigTIFF, either byte order, gray, 8- or 16-bit unsigned or float32.
 *
 * Pages are frames in file order, whatever axes ImageJ or OME metadata give them; counts are taken as stored,
 * also where white is zero. Uncompressed strips are read straight from the file; compressed pages cost decoding.
 * @throws {StackError} naming the first frame that has another shape, is not gray, or lies past the end of the file
 */
export function openTiff(file: StackFile): Stack {
  const index = readTiffIndex(file);
  const first = index.pages[0]!;
  const shape = pageShape(file, first, 0);
  for (let frame = 1; frame < index.pages.length; frame++) {
    const other = pageShape(file, index.pages[frame]!, frame);
    if (describeShape(other) === describeShape(shape)) continue;
    throw new StackError({
      where: `${file.path} frame ${frame}`,
      expected: `${describeShape(shape)}, as frame 0`,
      received: describeShape(other),
      remedy: 'save frames of one shape as one stack',
    });
  }

  return index.pages.every(isPlain) ? plainStack(file, index, shape) : encodedStack(file, index, shape);
}

/** Frames of uncompressed strips, read straight from the file. */
function plainStack(file: StackFile, index: TiffIndex, shape: FrameShape): Stack {
  const bytes = frameBytes(shape);
  const runs = index.pages.map((page, frame) => plainRuns(file, page, frame, bytes));
  if (runs.length === 1) repeatContiguous(file, runs, framesOfOnePage(index.description), bytes);
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  return {
    ...stackFacts(file, index, shape, runs.length),
    async readFrame(frame, into) {
      checkRead(file.path, runs.length, frame, bytes, into);
      let done = 0;
      for (const run of runs[frame]!) {
        await readFrameBytes(file, frame, into.subarray(done), run.bytes, run.position);
        done += run.bytes;
      }
      if (!index.littleEndian) swapByteOrder(into.subarray(0, bytes), bytesPerPixel);
    },
    close: () => file.handle.close(),
  };
}

/** Frames of compressed or tiled pages. */
function encodedStack(file: StackFile, index: TiffIndex, shape: FrameShape): Stack {
  const { pages, littleEndian } = index;
  const bytes = frameBytes(shape);
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  for (const [frame, page] of pages.entries()) checkEncodedPage(file, page, frame);
  return {
    ...stackFacts(file, index, shape, pages.length),
    async readFrame(frame, into) {
      checkRead(file.path, pages.length, frame, bytes, into);
      await readEncodedPage(file, pages[frame]!, frame, bytesPerPixel, littleEndian, into);
    },
    close: () => file.handle.close(),
  };
}

function stackFacts(file: StackFile, index: TiffIndex, shape: FrameShape, frames: number) {
  const timeNs = timesOfFrames(index.description, frames);
  const planeZNm = planeZOfFrames(index.description, frames);
  return { ...shape, path: file.path, frames, ...(timeNs && { timeNs }), ...(planeZNm && { planeZNm }) };
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
  for (const run of runs) checkInsideFile(file, frame, run.bytes, run.position);
  return runs;
}

/** ImageJ writes stacks above 4 GB as one page, with all frames behind the first. */
function repeatContiguous(file: StackFile, runs: Run[][], frames: number, bytes: number): void {
  const [start] = runs[0]!;
  for (let frame = 1; frame < frames; frame++) {
    const position = start!.position + frame * bytes;
    checkInsideFile(file, frame, bytes, position);
    runs.push([{ position, bytes }]);
  }
}

function isPlain(page: TiffPage): boolean {
  return page.compression === 1 && page.predictor === 1 && !page.tiled;
}

/** @throws {StackError} naming what a page is, if not gray pixels of a type we track */
function pageShape(file: StackFile, page: TiffPage, frame: number): FrameShape {
  const { width, height } = page;
  const pixelFormat = pagePixelFormat(page);
  if (pixelFormat && width > 0 && height > 0 && page.partWidth > 0 && page.partHeight > 0)
    return { width, height, pixelFormat };
  throw new StackError({
    where: `${file.path} frame ${frame}`,
    expected: 'one gray image, 8- or 16-bit unsigned or 32-bit float',
    received: pixelFormat ? `${width} x ${height} px` : describePixels(page),
    remedy: 'convert the stack to 16-bit gray',
  });
}

function pagePixelFormat({ bits, sampleFormat, samples, photometric }: TiffPage): PixelFormat | undefined {
  if (samples !== 1 || photometric > 1) return undefined;
  if (sampleFormat === 3) return bits === 32 ? 'float32' : undefined;
  // Format 4, "undefined", is what some cameras write for unsigned counts.
  if (sampleFormat !== 1 && sampleFormat !== 4) return undefined;
  return bits === 8 ? 'mono8' : bits === 16 ? 'mono16' : undefined;
}

function describePixels({ bits, sampleFormat, samples, photometric }: TiffPage): string {
  if (photometric === 3) return 'palette colors';
  if (samples !== 1) return `${samples} samples a pixel${photometric === 2 ? ' (RGB)' : ''}`;
  if (photometric > 1) return `photometric interpretation ${photometric}`;
  const kinds: Record<number, string> = { 1: 'unsigned', 2: 'signed', 3: 'float', 4: 'undefined' };
  return `${bits}-bit ${kinds[sampleFormat] ?? `sample format ${sampleFormat}`}`;
}
