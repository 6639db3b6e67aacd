import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ZLutError } from './errors.ts';
import { decodeNpy, encodeNpy, npyToFloat64 } from './npy.ts';
import { modelFactsSchema } from './z-lut-header.ts';
import { createZLutModel, type ZLutModel } from './z-lut-model.ts';

/** What the file beside a Z-LUT says of its model. */
export const modelSchema = modelFactsSchema.extend({
  /** Name of the file of the coefficients, in the same folder. */
  file: z.string(),
});

/** File of the coefficients of the model of the Z-LUT at `zLutPath`. */
export function modelPath(zLutPath: string): string {
  return `${zLutPath}.model.npy`;
}

/** What is to be said of a model beside its Z-LUT. */
export function describeModel(zLutPath: string, model: ZLutModel): z.output<typeof modelSchema> {
  const { coefficients, zKnots, knots, ...facts } = model;
  return { file: basename(modelPath(zLutPath)), ...facts };
}

/** Writes the coefficients as a NumPy matrix of float64, [z knot, r knot]. */
export async function writeModel(
  zLutPath: string,
  { coefficients, zKnots, knots }: ZLutModel,
  flag: 'w' | 'wx',
): Promise<void> {
  await writeFile(modelPath(zLutPath), encodeNpy(coefficients, [zKnots, knots]), { flag });
}

/**
 * Reads the model that is described beside a Z-LUT.
 * @throws {ZLutError} naming the file, if it cannot be read or is no model
 */
export async function readModel(
  zLutPath: string,
  { file, ...facts }: z.output<typeof modelSchema>,
): Promise<ZLutModel> {
  const path = join(dirname(zLutPath), basename(file));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ZLutError(
      {
        where: path,
        expected: `the model that ${basename(zLutPath)}.json names`,
        received: String(cause),
        remedy: 'keep the files of a Z-LUT together, or build it again with zlut build --model',
      },
      cause,
    );
  }
  const array = decodeNpy(bytes, file, ZLutError);
  return createZLutModel(file, npyToFloat64(array), array.shape, facts);
}
