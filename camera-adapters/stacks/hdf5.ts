import type { Dataset } from 'h5wasm';
import { StackError } from '#protocol/errors.ts';
import { npyItemBytes } from '#protocol/npy.ts';
import { describeCut, type FrameArray, type FrameAxes, frameAxes } from './frame-array.ts';
import { frameRuns } from './frame-runs.ts';
import { chooseDataset, type NumberDataset, timesBeside } from './hdf5-dataset.ts';
import { type MountedHdf5, mountHdf5, refusedByHdf5 } from './hdf5-library.ts';
import { hdf5Size } from './hdf5-size.ts';
import type { StackFile } from './stack-file.ts';

/** An array in a file that is cut off. */
type CutArray = FrameAxes & Pick<NumberDataset, 'dtype' | 'chunks'>;

/**
 * Opens a dataset of an HDF5 file, chunked and packed or not, and reads its frames a chunk at a time.
 * Times are those of a dataset `frame_timestamps_ns` beside it.
 *
 * @param name path of the dataset; without one, the only one of three axes or more
 * @throws {StackError} if there is no such dataset, it holds no numbers, or the library cannot read it
 */
export async function openHdf5(file: StackFile, name?: string): Promise<FrameArray> {
  const ownSize = (await hdf5Size(file)) ?? file.size;
  const mounted = await mountHdf5(file, Math.max(ownSize, file.size));
  try {
    return framesOf(file, mounted, chooseDataset(file.path, mounted.root, name), ownSize > file.size);
  } catch (error) {
    mounted.close();
    if (error instanceof StackError) throw error;
    throw refusedByHdf5(file.path, 'an HDF5 file', error);
  }
}

function framesOf(
  file: StackFile,
  mounted: MountedHdf5,
  { dataset, path, dtype, shape, chunks }: NumberDataset,
  isCut: boolean,
): FrameArray {
  const where = `${file.path}#${path}`;
  const axes = frameAxes(where, shape, dtype);
  const leading = shape.slice(0, -2);
  const blockFrames = Math.max(1, chunks?.at(-3) ?? 1);
  const read = (first: number, count: number, into: Uint8Array) =>
    readFrames(dataset, where, leading, first, count, into);
  const frames = isCut
    ? countWhole(file, mounted, { ...axes, dtype, chunks }, leading.length === 1 ? blockFrames : 1, read)
    : axes.frames;
  if (frames === 0) {
    const remedy = 'the file is cut off: copy it again';
    throw new StackError({ where: `${where} frame 0`, expected: 'its pixels', received: 'none', remedy });
  }
  const timeNs = timesBeside(mounted.root, path, axes.frames);
  return {
    ...axes,
    path: where,
    dtype,
    frames,
    blockFrames,
    ...(isCut && { cut: describeCut(axes.frames, frames) }),
    ...(timeNs && { timeNs: timeNs.subarray(0, frames) }),
    readFrames: async (first, count, into) => read(first, count, into),
    async close() {
      mounted.close();
      await file.handle.close();
    },
  };
}

function readFrames(
  dataset: Dataset,
  where: string,
  leading: readonly number[],
  first: number,
  frames: number,
  into: Uint8Array,
): void {
  let at = 0;
  for (const run of frameRuns(leading, first, frames)) {
    const outer: [number, number][] = run.outer.map((index) => [index, index + 1]);
    const range: [number, number][] = leading.length > 0 ? [...outer, [run.first, run.end]] : [];
    let values: unknown;
    try {
      values = dataset.slice([...range, [], []]);
    } catch (cause) {
      throw refusedByHdf5(`${where} frame ${first}`, 'pixels', cause);
    }
    const bytes = ArrayBuffer.isView(values) ? values.byteLength : 0;
    if (!ArrayBuffer.isView(values) || at + bytes > into.length) {
      const received = ArrayBuffer.isView(values) ? `${bytes}` : typeof values;
      throw new StackError({ where: `${where} frame ${first}`, expected: `${into.length} bytes`, received });
    }
    into.set(new Uint8Array(values.buffer, values.byteOffset, bytes), at);
    at += bytes;
  }
}

/** Frames before the first one with a byte behind the end of the file: reads them, one of each chunk. */
function countWhole(
  file: StackFile,
  mounted: MountedHdf5,
  { frames, height, width, dtype, chunks }: CutArray,
  blockFrames: number,
  read: (first: number, frames: number, into: Uint8Array) => void,
): number {
  const frameBytes = height * width * npyItemBytes(dtype);
  const frame = new Uint8Array(frameBytes);
  mounted.takeReads();
  for (let first = 0; first < frames; first += blockFrames) {
    try {
      read(first, 1, frame);
    } catch {
      return first;
    }
    const reads = mounted.takeReads();
    // Values that lie together start where their first is read; the library reads ahead of the frame it is asked for.
    if (!chunks && first === 0 && reads.length === 1) {
      const bytes = file.size - reads[0]!.position;
      return Math.min(frames, Math.max(0, Math.floor(bytes / frameBytes)));
    }
    if (reads.some(({ isBehindEnd }) => isBehindEnd)) return first;
  }
  return frames;
}
