import type * as zarr from 'zarrita';
import type { NpyData } from '#protocol/npy.ts';
import type { FrameRun } from './frame-runs.ts';

/** An array in a store that is read part by part. */
export type ZarrArray = zarr.Array<zarr.DataType, zarr.AsyncReadable>;

/**
 * Frames of an array, put together from its chunks, which zarrita would fill up with zeros where they are cut off.
 *
 * @param into [frame, row, column] room for the bytes of the run
 * @throws {RangeError} naming the chunk that has fewer values than it should; the errors of zarrita for one that
 *   cannot be decoded
 */
export async function readRun(array: ZarrArray, run: FrameRun, into: Uint8Array): Promise<void> {
  const { shape, chunks } = array;
  const [height, width] = shape.slice(-2) as [number, number];
  const [rows, columns] = chunks.slice(-2) as [number, number];
  const hasFrames = shape.length > 2;
  const depth = hasFrames ? chunks.at(-3)! : 1;
  const outer = run.outer.map((index, axis) => ({
    chunk: Math.floor(index / chunks[axis]!),
    inside: index % chunks[axis]!,
  }));
  for (let frame = run.first; frame < run.end; ) {
    const layer = Math.floor(frame / depth);
    const end = Math.min(run.end, (layer + 1) * depth);
    for (let top = 0; top < height; top += rows) {
      for (let left = 0; left < width; left += columns) {
        const place = [
          ...outer.map(({ chunk }) => chunk),
          ...(hasFrames ? [layer] : []),
          top / rows,
          left / columns,
        ];
        const { values, stride } = await readChunk(array, place);
        const start = outer.reduce((sum, { inside }, axis) => sum + inside * stride[axis]!, 0);
        const [frameStep, rowStep, columnStep] = [stride.at(-3) ?? 0, stride.at(-2)!, stride.at(-1)!];
        for (let each = frame; each < end; each++) {
          const from = start + (each - layer * depth) * frameStep;
          const to = ((each - run.first) * height + top) * width + left;
          const size = { rows: Math.min(rows, height - top), columns: Math.min(columns, width - left) };
          copyRows(values, { from, rowStep, columnStep }, size, into, to, width);
        }
      }
    }
    frame = end;
  }
}

async function readChunk(array: ZarrArray, place: number[]): Promise<{ values: NpyData; stride: number[] }> {
  const { data, shape, stride } = await array.getChunk(place);
  const values = data as unknown as NpyData;
  const expected = shape.reduce((product, axis) => product * axis, 1);
  if (values.length === expected) return { values, stride };
  throw new RangeError(`${values.length} of the ${expected} values of chunk ${place.join('/')}`);
}

/** Copies rows of values; places are counted in values, not in bytes. */
function copyRows(
  values: NpyData,
  { from, rowStep, columnStep }: { from: number; rowStep: number; columnStep: number },
  { rows, columns }: { rows: number; columns: number },
  into: Uint8Array,
  to: number,
  width: number,
): void {
  const { BYTES_PER_ELEMENT: bytes } = values;
  const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const copy = (place: number, length: number, target: number) =>
    into.set(source.subarray(place * bytes, (place + length) * bytes), target * bytes);
  if (columnStep === 1 && rowStep === width && columns === width) {
    copy(from, rows * columns, to);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const [place, target] = [from + row * rowStep, to + row * width];
    if (columnStep === 1) {
      copy(place, columns, target);
      continue;
    }
    // Of an array in Fortran order the columns lie apart.
    for (let column = 0; column < columns; column++) copy(place + column * columnStep, 1, target + column);
  }
}
