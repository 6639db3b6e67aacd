import { StackError } from '#protocol/errors.ts';
import { describeShape, type FrameShape, type PixelFormat } from '#protocol/pixel-format.ts';
import type { StackFile } from './stack-file.ts';
import type { TiffPage } from './tiff-index.ts';

/**
 * The shape of all pages.
 * @throws {StackError} naming the first page that has another, or is not gray pixels of a type we track
 */
export function shapeOfPages(file: StackFile, pages: readonly TiffPage[]): FrameShape {
  const shape = pageShape(file, pages[0]!, 0);
  for (let frame = 1; frame < pages.length; frame++) {
    const other = pageShape(file, pages[frame]!, frame);
    if (describeShape(other) === describeShape(shape)) continue;
    throw new StackError({
      where: `${file.path} frame ${frame}`,
      expected: `${describeShape(shape)}, as frame 0`,
      received: describeShape(other),
      remedy: 'save frames of one shape as one stack',
    });
  }
  return shape;
}

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
