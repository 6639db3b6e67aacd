import { stackShape } from '#calcium/blockwise.ts';
import { generatePaddedFilename, planImageFiles } from '#calcium/file-plan.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { typeName } from './binary-video.ts';
import { encodeTiff } from './encode-tiff.ts';
import { requireNew, writeOutput } from './write-output.ts';

/** How images are saved. */
export interface SavingImages {
  /** GB of 1e9 bytes a file may have; default 3.9. */
  sizeCapGb?: number;
  force?: boolean;
}

/**
 * Saves images as a TIFF, or in several with numbers after the name where they are more than a file may hold.
 *
 * @param path name that ends in .tif
 * @param images [frame, row, column]
 * @returns the files, in the order of the frames
 * @throws {CalciumError} if the images have other axes, or one frame is above the cap
 * @throws {OutputExistsError} if a file exists and `force` is not set
 */
export async function saveImages(
  path: string,
  images: NdArray,
  { sizeCapGb, force = false }: SavingImages = {},
): Promise<string[]> {
  const [frames, rows, columns] = stackShape('saveImages images', images);
  const { framesPerFile, names } = planImageFiles(
    [frames, rows, columns],
    typeName(images.values),
    sizeCapGb,
  );
  const base = path.replace(/\.tiff?$/i, '');
  const digits = Math.max(2, String(names.length - 1).length);
  const paths =
    names.length === 1 ? [path] : names.map((_, file) => generatePaddedFilename(file, base, digits));
  await requireNew(paths, force);
  for (const [file, name] of paths.entries()) {
    const [first, end] = [file * framesPerFile, Math.min(frames, (file + 1) * framesPerFile)];
    const values = images.values.subarray(first * rows * columns, end * rows * columns) as NdValues;
    await writeOutput([[name, encodeTiff({ shape: [end - first, rows, columns], values })]], force);
  }
  return paths;
}
