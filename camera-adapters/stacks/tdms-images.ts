import { StackError } from '#protocol/errors.ts';
import { type FrameShape, frameBytes, PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import type { TdmsIndex } from './tdms-index.ts';
import type { TdmsObject } from './tdms-objects.ts';
import { channelName, countValues } from './tdms-values.ts';

/** Bytes that lie together in the file. */
interface Run {
  readonly position: number;
  readonly bytes: number;
  readonly littleEndian: boolean;
}

/** Images among the channels of a TDMS file: the pixels of all frames, one after the other. */
export interface TdmsImages extends FrameShape {
  readonly frames: number;
  /** Pieces of a frame, in order. */
  runsOf(frame: number): Run[];
}

const PIXEL_FORMAT: Readonly<Record<string, PixelFormat>> = { u1: 'mono8', u2: 'mono16', f4: 'float32' };
const WIDTH = /^(image ?)?width( \((px|pix|pixels)\))?$/i;
const HEIGHT = /^(image ?)?height( \((px|pix|pixels)\))?$/i;
/** Beyond, pixels lie scattered: an index of them would be larger than they are. */
const MOST_RUNS = 2 ** 20;

/**
 * Images: a channel with properties `width` and `height` holds frames one after the other; where its group has them,
 * each of its channels holds one frame.
 *
 * @param name `group` or `group/channel`, where there are several
 * @returns undefined where no channel has images
 * @throws {StackError} if there are several and none is named, their pixels are not whole frames, or of a type we do not track
 */
export function tdmsImages(path: string, index: TdmsIndex, name?: string): TdmsImages | undefined {
  const groups = imageGroups(index);
  const found = name === undefined ? groups : groups.filter((group) => group.name === name);
  const names = groups.map((group) => `'${group.name}'`).join(', ');
  if (found.length > 1) {
    const remedy = `name one: ${path}#${groups[0]!.name}`;
    throw new StackError({ where: path, expected: 'images of one channel', received: names, remedy });
  }
  const [images] = found;
  if (images) return framesOf(path, index, images);
  if (name === undefined) return;
  const expected = names ? `one of ${names}` : 'a channel with the properties width and height';
  throw new StackError({ where: `${path}#${name}`, expected, received: 'none of that name' });
}

interface ImageGroup {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Channels whose pixels follow one another. */
  readonly channels: readonly TdmsObject[];
}

function imageGroups(index: TdmsIndex): ImageGroup[] {
  const groups: ImageGroup[] = [];
  const channels = [...countValues(index).keys()];
  for (const object of index.objects.values()) {
    const size = sizeOf(object);
    if (!size) continue;
    const own =
      object.path.length === 2 ? [object] : channels.filter(({ path }) => path[0] === object.path[0]);
    // The size in a group is that of channels which do not say their own.
    const unsaid = object.path.length === 2 ? own : own.filter((channel) => !sizeOf(channel));
    if (unsaid.length > 0) groups.push({ name: channelName(object), ...size, channels: unsaid });
  }
  return groups;
}

function sizeOf({ path, properties }: TdmsObject): { width: number; height: number } | undefined {
  if (path.length === 0) return;
  const [width, height] = [WIDTH, HEIGHT].map((name) => {
    const value = Number([...properties].find(([key]) => name.test(key))?.[1]);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  });
  return width && height ? { width, height } : undefined;
}

function framesOf(path: string, index: TdmsIndex, { name, width, height, channels }: ImageGroup): TdmsImages {
  const where = `${path}#${name}`;
  const counts = countValues(index);
  const dtypes = [...new Set(channels.map(({ rawIndex }) => rawIndex!.type.dtype ?? rawIndex!.type.name))];
  const pixelFormat = PIXEL_FORMAT[dtypes[0]!];
  if (dtypes.length !== 1 || !pixelFormat) {
    throw new StackError({ where, expected: 'pixels of u1, u2 or f4', received: dtypes.join(' and ') });
  }
  const pixels = width * height;
  const whole = index.cut === undefined;
  let frames = 0;
  for (const channel of channels) {
    const values = counts.get(channel)!;
    const isFrames = channels.length === 1 ? values % pixels === 0 : values === pixels;
    if (whole && !isFrames) {
      const expected = `${channels.length === 1 ? 'whole frames' : 'one frame a channel'} of ${width} x ${height} px`;
      throw new StackError({
        where: `${path} ${channelName(channel)}`,
        expected,
        received: `${values} pixels`,
      });
    }
    frames += Math.floor(values / pixels);
  }
  const shape: FrameShape = { width, height, pixelFormat };
  return { ...shape, frames, runsOf: runsOfFrames(where, shape, runsOf(where, index, channels)) };
}

/** Where the pixels of channels lie, a channel after the other. */
function runsOf(where: string, { blocks }: TdmsIndex, channels: readonly TdmsObject[]): Run[] {
  const runs: Run[] = [];
  for (const channel of channels) {
    for (const { position, chunks, chunkBytes, littleEndian, parts } of blocks) {
      for (const { object, offset, bytes } of parts) {
        if (object !== channel) continue;
        const isAlone = bytes === chunkBytes;
        if (runs.length + (isAlone ? 1 : chunks) > MOST_RUNS) {
          const remedy = 'save images as channels that are not interleaved';
          throw new StackError({
            where,
            expected: 'pixels that lie together',
            received: 'scattered ones',
            remedy,
          });
        }
        if (isAlone) runs.push({ position, bytes: chunks * bytes, littleEndian });
        for (let chunk = 0; !isAlone && chunk < chunks; chunk++) {
          runs.push({ position: position + chunk * chunkBytes + offset, bytes, littleEndian });
        }
      }
    }
  }
  return runs;
}

/** Cuts runs into frames. */
function runsOfFrames(where: string, shape: FrameShape, runs: readonly Run[]): (frame: number) => Run[] {
  const ends = new Float64Array(runs.length);
  let total = 0;
  for (const [index, { bytes }] of runs.entries()) {
    total += bytes;
    ends[index] = total;
  }
  const bytesOfFrame = frameBytes(shape);
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  if (runs.some(({ bytes }) => bytes % bytesPerPixel !== 0)) {
    throw new StackError({ where, expected: 'whole pixels', received: 'a part of one' });
  }
  return (frame) => {
    let start = frame * bytesOfFrame;
    const end = start + bytesOfFrame;
    const pieces: Run[] = [];
    for (let at = firstAbove(ends, start); start < end; at++) {
      const { position, bytes, littleEndian } = runs[at]!;
      const offset = start - (ends[at]! - bytes);
      const length = Math.min(bytes - offset, end - start);
      pieces.push({ position: position + offset, bytes: length, littleEndian });
      start += length;
    }
    return pieces;
  };
}

/** The first of ascending ends that lies above a byte. */
function firstAbove(ends: Float64Array, byte: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > byte) high = middle;
    else low = middle + 1;
  }
  return low;
}
