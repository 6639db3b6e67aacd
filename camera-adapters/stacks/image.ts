import { convertIndexedToRgb, decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { StackError } from '#protocol/errors.ts';
import { describeShape, type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import { imageShape, readJpegHeader, readPngHeader } from './image-header.ts';
import type { Stack } from './stack.ts';
import { checkRead, readUpTo, type StackFile } from './stack-file.ts';

/** Enough for the header of a PNG, and of a JPEG without a preview inside it. */
const HEADER_BYTES = 4096;

/** Samples [row, column, channel] of a decoded image. */
interface Decoded {
  samples: Uint8Array | Uint16Array;
  /** 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha. */
  channels: number;
}

/**
 * Opens a PNG or JPEG as a stack of one frame: 8- or 16-bit; colors become gray, alpha is ignored.
 * The header is read now; pixels are decoded when first asked for, and kept.
 * @throws {StackError} if the header is cut off or the image has other than 8 or 16 bits; reading the frame throws
 *   when the pixels are cut off or broken
 */
export async function openImage(file: StackFile, format: 'png' | 'jpeg'): Promise<Stack> {
  const shape = await readShape(file, format);
  const bytes = frameBytes(shape);
  let pixels: Promise<Uint8Array> | undefined;
  return {
    ...shape,
    path: file.path,
    frames: 1,
    async readFrame(frame, into) {
      checkRead(file.path, 1, frame, bytes, into);
      pixels ??= decodePixels(file, format, shape);
      into.set(await pixels);
    },
    close: () => file.handle.close(),
  };
}

async function readShape(file: StackFile, format: 'png' | 'jpeg'): Promise<FrameShape> {
  const readHeader = format === 'png' ? readPngHeader : readJpegHeader;
  const header =
    readHeader(await readStart(file, HEADER_BYTES)) ?? readHeader(await readStart(file, file.size));
  const shape = header && imageShape(header);
  if (shape) return shape;
  throw new StackError({
    where: `${file.path} frame 0`,
    expected: 'an image of 8 or 16 bits',
    received: header
      ? `${header.width} x ${header.height} px of ${header.bits} bits`
      : 'a header that is cut off',
  });
}

async function readStart(file: StackFile, bytes: number): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(bytes, file.size));
  return start.subarray(0, await readUpTo(file, start, start.length, 0));
}

async function decodePixels(file: StackFile, format: 'png' | 'jpeg', shape: FrameShape): Promise<Uint8Array> {
  const where = `${file.path} frame 0`;
  const stored = await readStart(file, file.size);
  let decoded: Decoded;
  try {
    decoded = format === 'png' ? pngSamples(stored) : jpegSamples(stored);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new StackError({ where, expected: `a whole ${format.toUpperCase()}`, received }, cause);
  }
  const gray = toGray(decoded);
  if (gray.byteLength !== frameBytes(shape)) {
    throw new StackError({ where, expected: describeShape(shape), received: `${gray.byteLength} bytes` });
  }
  return new Uint8Array(gray.buffer, gray.byteOffset, gray.byteLength);
}

function pngSamples(stored: Uint8Array): Decoded {
  const png = decodePng(stored, { checkCrc: true });
  if (png.palette) return { samples: convertIndexedToRgb(png), channels: png.palette[0]?.length ?? 3 };
  const samples = png.data instanceof Uint8ClampedArray ? new Uint8Array(png.data.buffer) : png.data;
  return { samples, channels: png.channels };
}

function jpegSamples(stored: Uint8Array): Decoded {
  // Tolerant, the default, passes over blocks that are missing.
  const { data } = decodeJpeg(stored, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
  return { samples: data, channels: 3 };
}

/** [row, column] luma of Rec. 601, in whole numbers so that red = green = blue stays exactly that count. */
function toGray({ samples, channels }: Decoded): Uint8Array | Uint16Array {
  if (channels === 1) return samples;
  const pixels = samples.length / channels;
  const gray = samples instanceof Uint16Array ? new Uint16Array(pixels) : new Uint8Array(pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += channels) {
    gray[i] =
      channels === 2
        ? samples[at]!
        : Math.floor((299 * samples[at]! + 587 * samples[at + 1]! + 114 * samples[at + 2]! + 500) / 1000);
  }
  return gray;
}
