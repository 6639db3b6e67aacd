import type { NdArray } from '#calcium/nd-array.ts';
import { detectFormat, SIGNATURE_BYTES } from '#camera-adapters/stacks/format.ts';
import { openStackFile, readUpTo } from '#camera-adapters/stacks/stack-file.ts';
import { checkEncodedPage, readEncodedPage } from '#camera-adapters/stacks/tiff-encoded.ts';
import { readTiffIndex, type TiffPage } from '#camera-adapters/stacks/tiff-index.ts';
import type { OnFrame } from './read-stack.ts';

const SIGNED = 2;

/**
 * Images of a TIFF of signed 16-bit counts, as calcium imaging writes them and no camera of beads does.
 *
 * @returns [frame, row, column]; undefined for a file of any other kind, which `openStack` reads or refuses
 * @throws {StackError} naming the frame that is cut off or cannot be decoded
 */
export async function loadSignedTiff(
  path: string,
  onFrame: OnFrame,
): Promise<NdArray<Int16Array> | undefined> {
  const file = await openStackFile(path);
  try {
    const head = new Uint8Array(SIGNATURE_BYTES);
    await readUpTo(file, head, head.length, 0);
    if (detectFormat(head) !== 'tiff') return;
    const { pages, littleEndian } = readTiffIndex(file);
    const { width, height } = pages[0]!;
    if (!pages.every((page) => isSigned(page) && page.width === width && page.height === height)) return;
    for (const [frame, page] of pages.entries()) checkEncodedPage(file, page, frame);
    const values = new Int16Array(pages.length * width * height);
    const bytes = new Uint8Array(values.buffer);
    for (const [frame, page] of pages.entries()) {
      const into = bytes.subarray(2 * frame * width * height, 2 * (frame + 1) * width * height);
      // The bits of a word are its bits, signed or not; so are differences of neighbors.
      const shape = { width, height, pixelFormat: 'mono16' } as const;
      await readEncodedPage(file, page, frame, shape, littleEndian, into);
      onFrame(frame + 1, pages.length);
    }
    return { shape: [pages.length, height, width], values };
  } finally {
    await file.handle.close();
  }
}

function isSigned({
  bits,
  sampleFormat,
  samples,
  photometric,
  width,
  height,
  partWidth,
  partHeight,
}: TiffPage) {
  const isGray = samples === 1 && photometric <= 1;
  return (
    bits === 16 && sampleFormat === SIGNED && isGray && Math.min(width, height, partWidth, partHeight) > 0
  );
}
