import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { OutputExistsError, ZLutError } from './errors.ts';
import { decodeNpy, encodeNpy, npyToFloat64 } from './npy.ts';
import { type ZLut, zLutFromMatrix, zLutToMatrix } from './z-lut.ts';
import { profileMethodSchema } from './z-lut-header.ts';
import { describeModel, modelPath, modelSchema, readModel, writeModel } from './z-lut-model-file.ts';
import { exists, existsAlready } from './z-lut-new-file.ts';

/** What the file beside a Z-LUT says of it. */
const besideSchema = profileMethodSchema.extend({ model: modelSchema.optional() });

/** Beside a Z-LUT, because its own layout has no place for how it was made. */
function methodPath(path: string): string {
  return `${path}.json`;
}

/**
 * Reads a NumPy matrix: row 0 plane z in nm, below it one row a radius.
 * @throws {ZLutError} if it is none, or no Z-LUT
 */
export function decodeNpyZLut(bytes: Uint8Array, name: string): ZLut {
  const array = decodeNpy(bytes, name, ZLutError);
  const [rows, planes] = array.shape;
  if (array.shape.length !== 2 || rows === undefined || planes === undefined) {
    throw new ZLutError({
      where: name,
      expected: 'a matrix of two axes, [1 + radius, plane]',
      received: `shape (${array.shape.join(', ')})`,
    });
  }
  return zLutFromMatrix(name, npyToFloat64(array), rows, planes);
}

/**
 * A Z-LUT with what the file beside it says, if there is one: how its profiles were made, and its model.
 * @throws {ZLutError} naming the file beside it
 */
export async function withBeside(path: string, zLut: ZLut): Promise<ZLut> {
  const beside = await readBeside(methodPath(path));
  if (!beside) return zLut;
  const { model, ...method } = beside;
  return model ? { ...zLut, method, model: await readModel(path, model) } : { ...zLut, method };
}

/**
 * Takes away what is said beside a file of another Z-LUT, which must not speak for the one to be written.
 * @throws {OutputExistsError} if there is something and `force` is not set
 */
export async function clearBeside(path: string, force: boolean): Promise<void> {
  for (const beside of [methodPath(path), modelPath(path)]) {
    if (force) await rm(beside, { force });
    else if (await exists(beside)) throw existsAlready(beside);
  }
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

/**
 * Writes a Z-LUT as a NumPy matrix of float64, which MagTrack and MagScope's readers understand, and beside it, as
 * NAME.json, how its profiles were made; a model goes into NAME.model.npy.
 * @throws {OutputExistsError} if any of the files exists and `force` is not set
 * @throws {ZLutError} if the file cannot be written
 */
export async function writeNpyZLut(path: string, zLut: ZLut, force: boolean): Promise<void> {
  const file = encodeNpy(zLutToMatrix(zLut), [1 + zLut.radii, zLut.planes]);
  const flag = force ? 'w' : 'wx';
  try {
    await clearBeside(path, force);
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
