import { StackError } from '#protocol/errors.ts';
import { swapByteOrder } from './byte-order.ts';
import { readFrameBytes, type StackFile } from './stack-file.ts';
import { CODEC_NAMES, compressionName, tiffCodec } from './tiff-codecs.ts';
import type { TiffPage } from './tiff-index.ts';
import { undoDifferences, undoFloatPredictor } from './tiff-predictor.ts';

/**
 * Refuses a compressed or tiled page that cannot be read, as far as the index tells.
 * @throws {StackError} naming the frame
 */
export function checkEncodedPage(file: StackFile, page: TiffPage, frame: number): void {
  const { width, height, partWidth, partHeight, offsets, byteCounts, compression, predictor } = page;
  const where = `${file.path} frame ${frame}`;
  if (!tiffCodec(compression)) {
    const remedy = 'save the stack without compression';
    throw new StackError({ where, expected: CODEC_NAMES, received: compressionName(compression), remedy });
  }
  const isKnown = predictor === 1 || (predictor === 2 ? page.bits <= 32 : predictor === 3 && page.bits >= 32);
  if (!isKnown) {
    const expected = 'predictor 1, 2 or, for floats, 3';
    throw new StackError({ where, expected, received: `${predictor} of ${page.bits} bits` });
  }
  const parts = Math.ceil(width / partWidth) * Math.ceil(height / partHeight);
  if (offsets.length !== parts || byteCounts.length !== parts) {
    const expected = `${parts} strips or tiles of ${partWidth} x ${partHeight} px`;
    throw new StackError({
      where,
      expected,
      received: `${offsets.length}, and ${byteCounts.length} byte counts`,
    });
  }
}

/** Whether the file has all strips or tiles of a page. */
export function isEncodedPageInside({ size }: StackFile, { offsets, byteCounts }: TiffPage): boolean {
  return offsets.every((position, part) => position + byteCounts[part]! <= size);
}

/** Bytes of a pixel, gray and of one sample. */
export type PixelBytes = 1 | 2 | 4 | 8;

/**
 * Reads the frame of a compressed or tiled page into `into`, [row, column], little-endian.
 * @throws {StackError} naming the frame whose pixels are cut off or cannot be decoded
 */
export async function readEncodedPage(
  file: StackFile,
  page: TiffPage,
  frame: number,
  bytesPerPixel: PixelBytes,
  littleEndian: boolean,
  into: Uint8Array,
): Promise<void> {
  const { width, height, partWidth, partHeight, tiled } = page;
  const across = Math.ceil(width / partWidth);
  const parts = page.offsets.map(async (_, part) => {
    const x = (part % across) * partWidth;
    const y = Math.floor(part / across) * partHeight;
    const rows = Math.min(partHeight, height - y);
    const pixels = await decodePart(
      file,
      page,
      frame,
      part,
      partWidth * (tiled ? partHeight : rows) * bytesPerPixel,
    );
    toLittleEndianCounts(pixels, page, bytesPerPixel, littleEndian);
    const rowBytes = Math.min(partWidth, width - x) * bytesPerPixel;
    for (let row = 0; row < rows; row++) {
      const from = row * partWidth * bytesPerPixel;
      into.set(pixels.subarray(from, from + rowBytes), ((y + row) * width + x) * bytesPerPixel);
    }
  });
  await Promise.all(parts);
}

/** The first `bytes` bytes of a strip or tile, decompressed, in a buffer of their own. */
async function decodePart(
  file: StackFile,
  page: TiffPage,
  frame: number,
  part: number,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = new Uint8Array(page.byteCounts[part]!);
  await readFrameBytes(file, frame, stored, stored.length, page.offsets[part]!);
  const where = `${file.path} frame ${frame}`;
  const name = compressionName(page.compression);
  let decoded: Uint8Array;
  try {
    decoded = await tiffCodec(page.compression)!(stored);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new StackError({ where, expected: `pixels compressed by ${name}`, received }, cause);
  }
  // Some writers fill up the last strip. Any other length means that the codec lost its way.
  const padded = page.partWidth * page.partHeight * (page.bits / 8);
  if (decoded.length !== bytes && decoded.length !== padded) {
    const expected = `${bytes} bytes in part ${part} (${name})`;
    throw new StackError({ where, expected, received: `${decoded.length}` });
  }
  return Uint8Array.from(decoded.subarray(0, bytes));
}

function toLittleEndianCounts(
  pixels: Uint8Array<ArrayBuffer>,
  page: TiffPage,
  bytesPerPixel: PixelBytes,
  littleEndian: boolean,
): void {
  if (page.predictor === 3) {
    undoFloatPredictor(pixels, page.partWidth, bytesPerPixel);
    return;
  }
  if (!littleEndian) swapByteOrder(pixels, bytesPerPixel);
  if (page.predictor !== 2) return;
  const { buffer } = pixels;
  const Words = bytesPerPixel === 1 ? Uint8Array : bytesPerPixel === 2 ? Uint16Array : Uint32Array;
  undoDifferences(new Words(buffer), page.partWidth);
}
