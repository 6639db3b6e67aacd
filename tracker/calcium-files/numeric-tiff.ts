import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { detectFormat, SIGNATURE_BYTES } from '#camera-adapters/stacks/format.ts';
import {
  checkInsideFile,
  openStackFile,
  readUpTo,
  type StackFile,
} from '#camera-adapters/stacks/stack-file.ts';
import { framesOfOnePage } from '#camera-adapters/stacks/tiff-description.ts';
import { checkEncodedPage, readEncodedPage } from '#camera-adapters/stacks/tiff-encoded.ts';
import { readTiffIndex, type TiffIndex, type TiffPage } from '#camera-adapters/stacks/tiff-index.ts';
import { StackError } from '#protocol/errors.ts';
import type { OnFrame } from './read-stack.ts';

/** Types of pixels that calcium imaging and its programs write and no camera of beads does. */
const TYPES = {
  i1: Int8Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f8: Float64Array,
} as const;

type TypeName = keyof typeof TYPES;

/**
 * Images of a TIFF of signed, 32-bit whole or 64-bit floating numbers.
 *
 * @returns [frame, row, column]; undefined for a file of any other kind, which `openStack` reads or refuses
 * @throws {StackError} naming the frame that is cut off, cannot be decoded, or is of another type or shape
 */
export async function loadNumericTiff(path: string, onFrame: OnFrame): Promise<NdArray | undefined> {
  const file = await openStackFile(path);
  try {
    const head = new Uint8Array(SIGNATURE_BYTES);
    await readUpTo(file, head, head.length, 0);
    if (detectFormat(head) !== 'tiff') return;
    const index = readTiffIndex(file);
    const [first] = index.pages as [TiffPage];
    const type = typeOf(first);
    if (type === undefined) return;
    return await readPages(file, index.littleEndian, framePages(index), type, onFrame);
  } finally {
    await file.handle.close();
  }
}

async function readPages(
  file: StackFile,
  littleEndian: boolean,
  pages: readonly TiffPage[],
  type: TypeName,
  onFrame: OnFrame,
): Promise<NdArray> {
  const { width, height } = pages[0]!;
  for (const [frame, page] of pages.entries()) {
    if (typeOf(page) === type && page.width === width && page.height === height) {
      checkEncodedPage(file, page, frame);
      for (const [part, at] of page.offsets.entries())
        checkInsideFile(file, frame, page.byteCounts[part]!, at);
      continue;
    }
    throw new StackError({
      where: `${file.path} frame ${frame}`,
      expected: `${width} x ${height} ${type}, as frame 0`,
      received: `${page.width} x ${page.height} ${typeOf(page) ?? 'of another type'}`,
    });
  }
  const values: NdValues = new TYPES[type](pages.length * width * height);
  const { BYTES_PER_ELEMENT: bytesPerPixel } = values;
  const frameBytes = width * height * bytesPerPixel;
  const bytes = new Uint8Array(values.buffer);
  for (const [frame, page] of pages.entries()) {
    const into = bytes.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    // The bits of a word are its bits, signed or not; so are differences of neighbors.
    await readEncodedPage(file, page, frame, bytesPerPixel as 1 | 2 | 4 | 8, littleEndian, into);
    onFrame(frame + 1, pages.length);
  }
  return { shape: [pages.length, height, width], values };
}

/** Pages of the index; where it has one for all frames, as ImageJ writes them, a page a frame. */
function framePages({ pages, description }: TiffIndex): readonly TiffPage[] {
  const [first] = pages as [TiffPage];
  const frames = pages.length === 1 && first.compression === 1 ? framesOfOnePage(description) : 1;
  if (frames === 1) return pages;
  const bytes = (first.width * first.height * first.bits) / 8;
  return Array.from({ length: frames }, (_, frame) => ({
    ...first,
    offsets: first.offsets.map((position) => position + frame * bytes),
  }));
}

/** The type of the pixels of a gray page, if it is one of those above. */
function typeOf(page: TiffPage): TypeName | undefined {
  const { bits, sampleFormat, samples, photometric, width, height, partWidth, partHeight } = page;
  const isGray = samples === 1 && photometric <= 1 && Math.min(width, height, partWidth, partHeight) > 0;
  const kind = { 1: 'u', 2: 'i', 3: 'f' }[sampleFormat];
  const name = `${kind}${bits / 8}`;
  return isGray && Object.hasOwn(TYPES, name) ? (name as TypeName) : undefined;
}
