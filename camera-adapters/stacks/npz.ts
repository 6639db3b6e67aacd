import { StackError } from '#protocol/errors.ts';
import { type NpyHeader, npyItemBytes, parseNpyHeader } from '#protocol/npy.ts';
import { describeCut, type FrameArray, frameAxes } from './frame-array.ts';
import type { StackFile } from './stack-file.ts';
import { type EntryContents, openEntry } from './zip-entry.ts';
import { readZipIndex, type ZipEntry } from './zip-index.ts';

/** Header bytes looked at; NumPy pads the header of a plain array to 64 or 128. */
const HEADER_BYTES = 4096;

/**
 * Opens an array of a NumPy .npz file, deflated or not, and reads its frames one by one: a deflated one is inflated as
 * far as it is asked for, so frames in their order are quick and going back is not.
 *
 * @param name of the array; without one, the first that has rows and columns
 * @throws {StackError} if there is no such array, or it is none of frames
 */
export async function openNpz(file: StackFile, name?: string): Promise<FrameArray> {
  const { entries, isCut } = await readZipIndex(file);
  const { entry, header, contents } = await openArray(file, entries, name);
  const path = `${file.path}#${arrayName(entry)}`;
  const { dtype, fortranOrder, dataOffset } = header;
  const axes = frameAxes(path, header.shape, dtype);
  if (fortranOrder) {
    const remedy = 'save it with numpy.ascontiguousarray(stack)';
    throw new StackError({ where: path, expected: 'an array in C order', received: 'Fortran order', remedy });
  }
  const frameBytes = axes.width * axes.height * npyItemBytes(dtype);
  const bytes = axes.frames * frameBytes;
  const there = entry.bytes === undefined ? await contents.countFrom(dataOffset) : entry.bytes - dataOffset;
  if (there !== bytes && !(isCut && there < bytes)) {
    throw new StackError({ where: path, expected: `${bytes} bytes of values`, received: `${there}` });
  }
  const frames = Math.floor(there / frameBytes);
  if (frames === 0) {
    const remedy = 'the file is cut off: copy it again';
    throw new StackError({
      where: `${path} frame 0`,
      expected: `${frameBytes} bytes`,
      received: `${there}`,
      remedy,
    });
  }
  return {
    ...axes,
    path,
    dtype,
    frames,
    blockFrames: 1,
    ...(isCut && { cut: describeCut(axes.frames, frames) }),
    async readFrames(first, _, into) {
      const read = await contents.read(into, dataOffset + first * frameBytes);
      if (read === into.length) return;
      const where = `${path} frame ${first + Math.floor(read / frameBytes)}`;
      throw new StackError({ where, expected: `${frameBytes} bytes`, received: `${read % frameBytes}` });
    },
    async close() {
      contents.close();
      await file.handle.close();
    },
  };
}

interface OpenedArray {
  entry: ZipEntry;
  header: NpyHeader;
  contents: EntryContents;
}

/** The array of this name, or the first of at least two axes. */
async function openArray(file: StackFile, entries: ZipEntry[], name?: string): Promise<OpenedArray> {
  const wanted = entries.filter((entry) => name === undefined || arrayName(entry) === name);
  for (const entry of wanted) {
    const contents = await openEntry(file, entry);
    const head = new Uint8Array(Math.min(HEADER_BYTES, entry.bytes ?? HEADER_BYTES));
    try {
      const bytes = head.subarray(0, await contents.read(head, 0));
      const header = parseNpyHeader(bytes, `${file.path}#${arrayName(entry)}`);
      if (header.shape.length >= 2 || name !== undefined) return { entry, header, contents };
    } catch (error) {
      contents.close();
      if (name !== undefined || wanted.length === 1) throw error;
    }
    contents.close();
  }
  throw new StackError({
    where: name === undefined ? file.path : `${file.path}#${name}`,
    expected: name === undefined ? 'an array [frame, row, column]' : 'an array of this name',
    received: entries.map(arrayName).join(', '),
  });
}

const arrayName = ({ name }: ZipEntry) => name.replace(/\.npy$/, '');
