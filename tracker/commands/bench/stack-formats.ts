import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FFMPEG_GRAY } from '#camera-adapters/ffmpeg.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { type FrameShape, frameBytes, PIXEL_FORMATS } from '#protocol/pixel-format.ts';

/** Frames to write: the pixels of each, little-endian. */
export interface FramesToWrite extends FrameShape {
  frames: number;
  frameAt(frame: number): Uint8Array;
}

/** Writes frames into a folder, uncompressed but for the video; returns what `openStack` opens. */
type WriteStack = (folder: string, frames: FramesToWrite) => Promise<string>;

/** Every format that is measured, written as most programs write it. */
export const STACK_FORMATS: Readonly<Record<string, WriteStack>> = {
  tiff: (folder, frames) => writeTiff(join(folder, 'stack.tif'), frames, {}),
  'tiff-big-endian': (folder, frames) => writeTiff(join(folder, 'stack.tif'), frames, { bigEndian: true }),
  bigtiff: (folder, frames) => writeTiff(join(folder, 'stack.tif'), frames, { big: true }),
  raw: writeRaw,
  npy: writeNpy,
  hdf5: writeHdf5,
  zarr: writeZarr,
  video: writeVideo,
};

/** How a type of pixels is called by NumPy, and by HDF5. */
const TYPES = {
  1: { dtype: 'uint8', descr: '|u1', hdf5: '<B', Values: Uint8Array },
  2: { dtype: 'uint16', descr: '<u2', hdf5: '<H', Values: Uint16Array },
  4: { dtype: 'float32', descr: '<f4', hdf5: '<f', Values: Float32Array },
} as const;

const typeOf = ({ pixelFormat }: FrameShape) => TYPES[PIXEL_FORMATS[pixelFormat].bytesPerPixel];

async function writeFrames(file: FileHandle, { frames, frameAt }: FramesToWrite): Promise<void> {
  for (let frame = 0; frame < frames; frame++) await file.write(frameAt(frame));
}

/** Tags of a page: number, type (3 SHORT, 4 LONG, 16 LONG8) and value. */
function tagsOf(stack: FramesToWrite, offset: number, pointerType: 4 | 16): [number, number, number][] {
  const { width, height, pixelFormat } = stack;
  return [
    [256, 4, width],
    [257, 4, height],
    [258, 3, PIXEL_FORMATS[pixelFormat].bytesPerPixel * 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, pointerType, offset],
    [277, 3, 1],
    [278, 4, height],
    [279, 4, frameBytes(stack)],
    [339, 3, pixelFormat === 'float32' ? 3 : 1],
  ];
}

async function writeTiff(
  path: string,
  stack: FramesToWrite,
  { big = false, bigEndian = false },
): Promise<string> {
  const file = await open(path, 'wx');
  const head = big ? 16 : 8;
  const pointer = big ? 8 : 4;
  const tags = tagsOf(stack, 0, 4).length;
  const indexBytes = big ? 8 + 20 * tags + 8 : 2 + 12 * tags + 4;
  const pageBytes = indexBytes + frameBytes(stack);
  const { bytesPerPixel } = PIXEL_FORMATS[stack.pixelFormat];
  const put = (view: DataView, at: number, value: number, bytes: number) => {
    if (bytes === 2) view.setUint16(at, value, !bigEndian);
    else if (bytes === 4) view.setUint32(at, value, !bigEndian);
    else view.setBigUint64(at, BigInt(value), !bigEndian);
  };
  try {
    const header = new DataView(new ArrayBuffer(head));
    header.setUint16(0, bigEndian ? 0x4d4d : 0x4949);
    put(header, 2, big ? 43 : 42, 2);
    if (big) put(header, 4, 8, 2);
    put(header, big ? 8 : 4, head, pointer);
    await file.write(new Uint8Array(header.buffer));
    for (let frame = 0; frame < stack.frames; frame++) {
      const position = head + frame * pageBytes;
      const index = new DataView(new ArrayBuffer(indexBytes));
      put(index, 0, tags, big ? 8 : 2);
      for (const [at, [tag, type, value]] of tagsOf(stack, position + indexBytes, big ? 16 : 4).entries()) {
        const entry = (big ? 8 : 2) + at * (big ? 20 : 12);
        put(index, entry, tag, 2);
        put(index, entry + 2, type, 2);
        put(index, entry + 4, 1, pointer);
        put(index, entry + 4 + pointer, value, type === 3 ? 2 : type === 4 ? 4 : 8);
      }
      const isLast = frame === stack.frames - 1;
      put(index, indexBytes - pointer, isLast ? 0 : position + pageBytes, pointer);
      await file.write(new Uint8Array(index.buffer));
      await file.write(bigEndian ? swapped(stack.frameAt(frame), bytesPerPixel) : stack.frameAt(frame));
    }
  } finally {
    await file.close();
  }
  return path;
}

function swapped(pixels: Uint8Array, bytesPerPixel: 1 | 2 | 4): Uint8Array {
  const copy = Buffer.from(pixels);
  if (bytesPerPixel === 2) copy.swap16();
  if (bytesPerPixel === 4) copy.swap32();
  return copy;
}

async function writeRaw(folder: string, stack: FramesToWrite): Promise<string> {
  const path = join(folder, 'stack.bin');
  const { frames, height: y, width: x } = stack;
  await writeFile(join(folder, 'stack.json'), JSON.stringify({ frames, y, x, dtype: typeOf(stack).dtype }));
  await writeInto(path, new Uint8Array(0), stack);
  return path;
}

async function writeNpy(folder: string, stack: FramesToWrite): Promise<string> {
  const path = join(folder, 'stack.npy');
  const { frames, height, width } = stack;
  const { descr } = typeOf(stack);
  const empty = encodeNpy(new Uint8Array(0), [0], descr);
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${frames}, ${height}, ${width}), }`;
  const head = Buffer.concat([empty.subarray(0, 10), Buffer.from(`${text.padEnd(117)}\n`)]);
  head.writeUInt16LE(118, 8);
  await writeInto(path, head, stack);
  return path;
}

async function writeInto(path: string, head: Uint8Array, stack: FramesToWrite): Promise<void> {
  const file = await open(path, 'wx');
  try {
    if (head.length > 0) await file.write(head);
    await writeFrames(file, stack);
  } finally {
    await file.close();
  }
}

/** A chunk a frame, as programs write that do not know how many there will be. */
async function writeHdf5(folder: string, stack: FramesToWrite): Promise<string> {
  const path = join(folder, 'stack.h5');
  const { width, height, frames, frameAt } = stack;
  const { hdf5, Values } = typeOf(stack);
  const { default: h5wasm } = await import('h5wasm/node');
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'x');
  const dataset = file.create_dataset({
    name: 'frames',
    data: [],
    shape: [0, height, width],
    maxshape: [null, height, width],
    chunks: [1, height, width],
    dtype: hdf5,
  });
  for (let frame = 0; frame < frames; frame++) {
    const { buffer, byteOffset } = frameAt(frame);
    dataset.resize([frame + 1, height, width]);
    const where = [
      [frame, frame + 1],
      [0, height],
      [0, width],
    ] as [number, number][];
    dataset.write_slice(where, new Values(buffer as ArrayBuffer, byteOffset, width * height));
  }
  file.close();
  return path;
}

/** Zarr v3, a chunk a frame. */
async function writeZarr(folder: string, stack: FramesToWrite): Promise<string> {
  const path = join(folder, 'stack.zarr');
  const { width, height, frames, frameAt } = stack;
  for (let frame = 0; frame < frames; frame++) {
    await mkdir(join(path, 'c', `${frame}`, '0'), { recursive: true });
    await writeFile(join(path, 'c', `${frame}`, '0', '0'), frameAt(frame));
  }
  const description = {
    zarr_format: 3,
    node_type: 'array',
    shape: [frames, height, width],
    data_type: typeOf(stack).dtype,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [1, height, width] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
  };
  await writeFile(join(path, 'zarr.json'), JSON.stringify(description));
  return path;
}

/** FFV1, which keeps every bit. */
async function writeVideo(folder: string, stack: FramesToWrite): Promise<string> {
  const path = join(folder, 'stack.mkv');
  const { width, height, pixelFormat, frames, frameAt } = stack;
  const from = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    FFMPEG_GRAY[pixelFormat],
    '-s',
    `${width}x${height}`,
    '-i',
    '-',
  ];
  const args = ['-hide_banner', '-v', 'error', ...from, '-c:v', 'ffv1', '-level', '3', path];
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(ffmpeg, 'close');
  for (let frame = 0; frame < frames; frame++) {
    // Where there is no ffmpeg nobody drains what is written.
    if (!ffmpeg.stdin.write(frameAt(frame))) await Promise.race([once(ffmpeg.stdin, 'drain'), ended]);
  }
  ffmpeg.stdin.end();
  await ended;
  return path;
}
