import { StackError } from '#protocol/errors.ts';
import { openFolder } from './folder.ts';
import { detectFormat, SIGNATURE_BYTES } from './format.ts';
import { stackOfArray } from './frame-array.ts';
import { openGmv } from './gmv.ts';
import { openImage } from './image.ts';
import { movieTimes } from './movie-sidecar.ts';
import { openNpy } from './npy.ts';
import { openFrameArray } from './open-array.ts';
import { openRaw } from './raw.ts';
import type { Stack } from './stack.ts';
import { openStackFile, readUpTo, type StackFile } from './stack-file.ts';
import { refuseImages, type StackPlace, stackPlace } from './stack-place.ts';
import { openTdmsStack } from './tdms-stack.ts';
import { openTiff } from './tiff.ts';
import { openVideo } from './video.ts';

const FORMATS =
  'a TIFF, .npy, .npz, HDF5, TDMS, .gmv, video, PNG or JPEG file, pixels in .bin with a .json beside it, a Zarr folder or one of images';

/**
 * Opens a recorded stack: TIFF (multi-page, BigTIFF, ImageJ), .npy, .npz, HDF5, Zarr, .gmv, a video, raw .bin with .json, one PNG or
 * JPEG, or a folder of images. The format is known from the first bytes of the file, whatever its name; only .bin and .gmv go
 * by name. An array of many is named after a `#`: `file.h5#/path`. A movie of ours has the camera times of the list beside it.
 * @throws {StackError} naming the formats for any other file, else as the reader of the format
 */
export async function openStack(path: string): Promise<Stack> {
  const place = await stackPlace(path);
  const stack = await openPlace(place);
  try {
    const timeNs = place.dataset === undefined ? await movieTimes(place.path, stack.frames) : undefined;
    return timeNs ? { ...stack, timeNs } : stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function openPlace(place: StackPlace): Promise<Stack> {
  const array = await openFrameArray(place);
  if (!array) return place.isFolder ? openFolder(place, openFile) : openFile(place.path, place.dataset);
  try {
    return stackOfArray(array);
  } catch (error) {
    await array.close();
    throw error;
  }
}

async function openFile(path: string, images?: string): Promise<Stack> {
  const file = await openStackFile(path);
  try {
    return await openFormat(file, images);
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

async function openFormat(file: StackFile, images: string | undefined): Promise<Stack> {
  // Raw pixels may begin with the signature of any other format.
  const byName = /\.(bin|gmv)$/i.test(file.path);
  const head = new Uint8Array(SIGNATURE_BYTES);
  const bytes = await readUpTo(file, head, head.length, 0);
  const format = byName ? undefined : detectFormat(head.subarray(0, bytes));
  if (format === 'tiff') return openTiff(file, images);
  if (format === 'tdms') return openTdmsStack(file, images);
  refuseImages(file.path, images);
  if (/\.bin$/i.test(file.path)) return openRaw(file);
  if (/\.gmv$/i.test(file.path)) return openGmv(file);
  switch (format) {
    case 'npy':
      return openNpy(file);
    case 'png':
    case 'jpeg':
      return openImage(file, format);
    case 'video': {
      const video = await openVideo(file.path);
      await file.handle.close();
      return video;
    }
    case 'npz':
    case 'hdf5':
    case undefined:
      throw new StackError({
        where: file.path,
        expected: FORMATS,
        received: describeHead(head.subarray(0, bytes)),
      });
    default:
      return format satisfies never;
  }
}

function describeHead(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const hex = Array.from(head, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file that starts with bytes ${hex}`;
}
