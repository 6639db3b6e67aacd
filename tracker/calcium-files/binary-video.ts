import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { stackShape } from '#calcium/blockwise.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { unreadable } from '#camera-adapters/stacks/stack-file.ts';
import { StackError } from '#protocol/errors.ts';
import { writeOutput } from './write-output.ts';

/** Types of values by NumPy's names; stored little-endian. */
const TYPES = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

type TypeName = keyof typeof TYPES;

const DEFAULT_NAME = 'binary_video';
const AXES = ['frames', 'y', 'x'] as const;

const length = z.number().int().positive().optional();
const description = z.object({
  frames: length,
  y: length,
  x: length,
  dtype: z.enum(Object.keys(TYPES) as [TypeName]),
});

/**
 * A video of bare values in `NAME.bin` with `NAME.json` beside it, which may leave out one of frames, y and x.
 *
 * @param path either of the two, their name without ending, or the folder of `binary_video`
 * @returns [frame, row, column]
 * @throws {StackError} if a file cannot be read, the description lacks more, or the file has other bytes than it says
 */
export async function loadBinary(path: string): Promise<NdArray> {
  const name = await nameOf(path);
  const read = (file: string) =>
    readFile(file).catch((cause: unknown) => {
      throw unreadable(file, cause);
    });
  const [text, bytes] = [await read(`${name}.json`), await read(`${name}.bin`)];
  const said = describedBy(`${name}.json`, text.toString('utf8'));
  const Type = TYPES[said.dtype];
  const missing = AXES.filter((axis) => said[axis] === undefined);
  const known = AXES.reduce((product, axis) => product * (said[axis] ?? 1), Type.BYTES_PER_ELEMENT);
  const inferred = bytes.length / known;
  const isWhole = missing.length === 0 ? inferred === 1 : Number.isInteger(inferred) && inferred > 0;
  if (!isWhole) {
    throw new StackError({
      where: `${name}.bin`,
      expected: `${missing.length === 0 ? '' : 'a multiple of '}${known} bytes, as ${name}.json says`,
      received: `${bytes.length}`,
      remedy: 'correct the .json, or copy the file again',
    });
  }
  const shape = AXES.map((axis) => said[axis] ?? inferred);
  // Copied, for a view must start at a multiple of its values' size.
  return { shape, values: new Type(new Uint8Array(bytes).buffer) };
}

function describedBy(file: string, text: string): z.output<typeof description> {
  const refuse = (received: string, cause?: unknown) =>
    new StackError(
      { where: file, expected: '{"frames": 1000, "y": 480, "x": 640, "dtype": "uint16"}', received },
      cause,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refuse(String(cause), cause);
  }
  const parsed = description.safeParse(json);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error), parsed.error);
  const missing = AXES.filter((axis) => parsed.data[axis] === undefined);
  if (missing.length > 1) throw refuse(`none of ${missing.join(', ')}; only one follows from the bytes`);
  return parsed.data;
}

/**
 * Writes a video as bare values in `NAME.bin`, and its shape and type in `NAME.json`.
 *
 * @param path name of either file, with or without its ending, or an existing folder, which gets `binary_video`
 * @param images [frame, row, column]
 * @returns the two files
 * @throws {CalciumError} if the images have other axes
 * @throws {OutputExistsError} if either file exists and `force` is not set
 */
export async function saveBinary(
  path: string,
  images: NdArray,
  { force = false }: { force?: boolean } = {},
): Promise<{ bin: string; json: string }> {
  const [frames, y, x] = stackShape('saveBinary images', images);
  const name = await nameOf(path);
  const { values } = images;
  const text = `{"frames": ${frames}, "y": ${y}, "x": ${x}, "dtype": "${typeName(values)}"}`;
  const files = { bin: `${name}.bin`, json: `${name}.json` };
  await writeOutput(
    [
      [files.bin, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)],
      [files.json, new TextEncoder().encode(text)],
    ],
    force,
  );
  return files;
}

/** NumPy's name of a type of values. */
export function typeName(values: NdValues): TypeName {
  return (Object.keys(TYPES) as TypeName[]).find((name) => values instanceof TYPES[name])!;
}

/** Path of the two files without their endings. */
async function nameOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, DEFAULT_NAME) : path.replace(/\.(bin|json)$/i, '');
}
