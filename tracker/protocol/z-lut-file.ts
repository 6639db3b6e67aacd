import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { OutputExistsError, ZLutError } from './errors.ts';
import { decodeNpy, encodeNpy, npyToFloat64 } from './npy.ts';
import { type ZLut, zLutFromMatrix, zLutToMatrix } from './z-lut.ts';
import { describeModel, modelPath, modelSchema, readModel, writeModel } from './z-lut-model-file.ts';

/** What the file beside a Z-LUT says of it. */
const besideSchema = z.object({
  stage: z.string(),
  params: z.record(z.string(), z.unknown()),
  roiSize: z.number().int().positive(),
  model: modelSchema.optional(),
});

/** Beside a Z-LUT, because its own layout has no place for how it was made. */
function methodPath(path: string): string {
  return `${path}.json`;
}

/**
 * Reads a Z-LUT in the field's common layout: row 0 the plane z in nm, below it one row per radius.
 * A file whose name ends in .npy is a NumPy matrix, any other is text of numbers as `numpy.savetxt` writes it
 * (MagScope's Z-LUT files). How its profiles were made, and which file holds a model of the bead,
 * is read from NAME.json beside it, if there is one.
 * @throws {ZLutError} naming the file, and the line of a text file, if it cannot be read or is no Z-LUT
 */
export async function readZLut(path: string): Promise<ZLut> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ZLutError({ where: path, expected: 'a readable Z-LUT file', received: String(cause) }, cause);
  }
  const name = basename(path);
  const { values, rows, planes } = /\.npy$/i.test(path)
    ? matrixOfNpy(bytes, name)
    : matrixOfText(new TextDecoder().decode(bytes), name);
  const zLut = zLutFromMatrix(name, values, rows, planes);
  const beside = await readBeside(methodPath(path));
  if (!beside) return zLut;
  const { model, ...method } = beside;
  return model ? { ...zLut, method, model: await readModel(path, model) } : { ...zLut, method };
}

async function readBeside(path: string): Promise<z.output<typeof besideSchema> | undefined> {
  if (!(await exists(path))) return undefined;
  try {
    return besideSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ZLutError(
      {
        where: path,
        expected: 'how the profiles were made as JSON: stage, params, roiSize and perhaps the model',
        received: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
        remedy: 'build the Z-LUT again, or remove this file if the Z-LUT is of another program',
      },
      cause,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

interface Matrix {
  /** [1 + radius, plane] */
  values: ArrayLike<number>;
  rows: number;
  planes: number;
}

function matrixOfNpy(bytes: Uint8Array, name: string): Matrix {
  const array = decodeNpy(bytes, name, ZLutError);
  const [rows, planes] = array.shape;
  if (array.shape.length !== 2 || rows === undefined || planes === undefined) {
    throw new ZLutError({
      where: name,
      expected: 'a matrix of two axes, [1 + radius, plane]',
      received: `shape (${array.shape.join(', ')})`,
    });
  }
  return { values: npyToFloat64(array), rows, planes };
}

function matrixOfText(text: string, name: string): Matrix {
  const values: number[] = [];
  let rows = 0;
  let planes = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line
      .replace(/#.*/, '')
      .trim()
      .split(/[\s,;]+/);
    if (words[0] === '') continue;
    const where = `${name} line ${index + 1}`;
    if (rows > 0 && words.length !== planes) {
      throw new ZLutError({
        where,
        expected: `${planes} numbers, one a plane, as in row 0`,
        received: `${words.length}`,
      });
    }
    planes = words.length;
    rows++;
    for (const word of words) {
      const value = Number(word);
      if (Number.isNaN(value) && !/^[+-]?nan$/i.test(word)) {
        throw new ZLutError({
          where,
          expected: 'numbers (row 0 plane z in nm, then one row a radius)',
          received: `'${word.slice(0, 40)}'`,
          remedy: 'give a text matrix or a .npy file',
        });
      }
      values.push(value);
    }
  }
  return { values, rows, planes };
}

/**
 * Writes a Z-LUT as a NumPy matrix of float64, which `readZLut`, MagTrack and MagScope's readers understand, and
 * beside it, as NAME.json, how its profiles were made; a model goes into NAME.model.npy.
 * @throws {OutputExistsError} if any of the files exists and `force` is not set
 * @throws {ZLutError} if the file cannot be written
 */
export async function writeZLut(path: string, zLut: ZLut, force = false): Promise<void> {
  const file = encodeNpy(zLutToMatrix(zLut), [1 + zLut.radii, zLut.planes]);
  const flag = force ? 'w' : 'wx';
  try {
    // A note left from another Z-LUT must not speak for this one.
    for (const beside of [methodPath(path), modelPath(path)]) {
      if (force) await rm(beside, { force });
      else if (await exists(beside)) throw existsAlready(beside);
    }
    await writeFile(path, file, { flag });
    if (zLut.model) await writeModel(path, zLut.model, flag);
    if (zLut.method) {
      const model = zLut.model && describeModel(path, zLut.model);
      await writeFile(methodPath(path), `${JSON.stringify({ ...zLut.method, model })}\n`, { flag });
    }
  } catch (cause) {
    if (cause instanceof OutputExistsError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw existsAlready(path);
    throw new ZLutError(
      { where: path, expected: 'a file that can be written', received: String(cause) },
      cause,
    );
  }
}

function existsAlready(path: string): OutputExistsError {
  return new OutputExistsError({
    where: path,
    expected: 'a new file',
    received: 'one that exists',
    remedy: 'give another name or --force',
  });
}
