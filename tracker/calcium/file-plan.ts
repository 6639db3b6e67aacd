import { CalciumError, requireInteger, requirePositive } from './calcium-error.ts';

const BYTES_PER_GB = 1e9;
const SIZE_CAP_GB = 3.9;

/** Bytes of a pixel by NumPy's name of its type. */
const PIXEL_BYTES: Readonly<Record<string, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/**
 * Frames that fit into a file.
 *
 * @param height px
 * @param width px
 * @param dtype NumPy's name of the pixels' type
 * @param sizeCapGb GB of 1e9 bytes
 * @returns whole frames; 0 when not even one fits
 * @throws {CalciumError} if the type is not known or a size is not above 0
 */
export function calculateFramesPerFile(
  height: number,
  width: number,
  dtype = 'uint16',
  sizeCapGb = SIZE_CAP_GB,
): number {
  const where = 'calculateFramesPerFile';
  requireInteger(`${where} height`, height, 1);
  requireInteger(`${where} width`, width, 1);
  requirePositive(`${where} sizeCapGb`, sizeCapGb);
  const bytes = PIXEL_BYTES[dtype];
  if (bytes === undefined) {
    throw new CalciumError({
      where: `${where} dtype`,
      expected: Object.keys(PIXEL_BYTES).join(', '),
      received: dtype,
    });
  }
  // Rounded first: 0.1 GB times 1e9 must not be one byte short of it.
  return Math.floor(Math.round(sizeCapGb * BYTES_PER_GB) / (height * width * bytes));
}

/**
 * A file name with its number in so many digits, e.g. images_06.tif.
 *
 * @throws {CalciumError} if the number has more digits, or is not an integer from 0 on
 */
export function generatePaddedFilename(index: number, base: string, digits = 2, ext = '.tif'): string {
  requireInteger('generatePaddedFilename index', index, 0);
  requireInteger('generatePaddedFilename digits', digits, 1);
  const text = String(index);
  if (text.length > digits) {
    throw new CalciumError({
      where: 'generatePaddedFilename index',
      expected: `at most ${digits} digits`,
      received: text,
      remedy: 'allow more digits',
    });
  }
  return `${base}_${text.padStart(digits, '0')}${ext}`;
}

/** Files that a stack is saved to. */
export interface FilePlan {
  readonly framesPerFile: number;
  /** In the order of the frames. */
  readonly names: readonly string[];
}

/**
 * One images.tif for a stack within the cap, else images_00.tif and so on.
 *
 * @param shape [frame, row, column]
 * @throws {CalciumError} if one frame is above the cap, or as `calculateFramesPerFile`
 */
export function planImageFiles(
  [frames, height, width]: readonly [number, number, number],
  dtype: string,
  sizeCapGb = SIZE_CAP_GB,
): FilePlan {
  const framesPerFile = calculateFramesPerFile(height, width, dtype, sizeCapGb);
  if (framesPerFile === 0) {
    throw new CalciumError({
      where: 'planImageFiles sizeCapGb',
      expected: `at least the ${(height * width * PIXEL_BYTES[dtype]!) / BYTES_PER_GB} GB of a frame`,
      received: String(sizeCapGb),
    });
  }
  if (frames <= framesPerFile) return { framesPerFile, names: ['images.tif'] };
  const files = Math.ceil(frames / framesPerFile);
  const digits = Math.max(2, String(files - 1).length);
  const names = Array.from({ length: files }, (_, file) => generatePaddedFilename(file, 'images', digits));
  return { framesPerFile, names };
}
