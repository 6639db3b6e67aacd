import { ZLutError } from './errors.ts';
import { type ZLut, zLutFromMatrix } from './z-lut.ts';

const FIRST_COLUMN = 'zNm';
/** Spreadsheets put one before the text, which the decoder takes away. */
const BYTE_ORDER_MARK_BYTES = 3;

/** Whether a text begins as the CSV of a Z-LUT. */
export function isCsvZLut(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, BYTE_ORDER_MARK_BYTES + FIRST_COLUMN.length + 1);
  return new TextDecoder().decode(start).startsWith(`${FIRST_COLUMN},`);
}

/**
 * Reads a Z-LUT as CSV: a header `zNm,radius0,radius1,...`, then one line a plane; `nan` is an empty bin.
 * @throws {ZLutError} naming the line
 */
export function decodeCsvZLut(bytes: Uint8Array, name: string): ZLut {
  const text = new TextDecoder().decode(bytes);
  const lines = text.trimEnd().split(/\r?\n/);
  if (!text.endsWith('\n')) {
    throw new ZLutError({
      where: `${name} line ${lines.length}`,
      expected: 'an end of line behind the last number',
      received: `'${lines.at(-1)!.slice(-20)}'`,
      remedy: 'the file is cut off: copy it again',
    });
  }
  const radii = lines[0]!.split(',').length - 1;
  const planes = lines.length - 1;
  const matrix = new Float64Array((1 + radii) * planes);
  for (let plane = 0; plane < planes; plane++) {
    const words = lines[plane + 1]!.split(',');
    const where = `${name} line ${plane + 2}`;
    if (words.length !== 1 + radii) {
      throw new ZLutError({
        where,
        expected: `${1 + radii} numbers, as the header has names`,
        received: `${words.length}`,
      });
    }
    for (const [row, word] of words.entries()) matrix[row * planes + plane] = numberOf(word.trim(), where);
  }
  return zLutFromMatrix(name, matrix, 1 + radii, planes);
}

function numberOf(word: string, where: string): number {
  const value = Number(word);
  if (word !== '' && !Number.isNaN(value)) return value;
  if (/^nan$/i.test(word)) return Number.NaN;
  throw new ZLutError({
    where,
    expected: 'numbers (plane z in nm, then one a radius)',
    received: `'${word.slice(0, 40)}'`,
  });
}

/** A Z-LUT as CSV, each number with as many digits as tell it from every other. */
export function encodeCsvZLut({ planes, radii, planeZNm, profiles }: ZLut): Uint8Array {
  const names = Array.from({ length: radii }, (_, radius) => `radius${radius}`);
  const lines = Array.from({ length: planes }, (_, plane) => {
    const profile = profiles.subarray(plane * radii, (plane + 1) * radii);
    return [planeZNm[plane]!, ...profile].map(shortest).join(',');
  });
  return new TextEncoder().encode(`${[FIRST_COLUMN, ...names].join(',')}\n${lines.join('\n')}\n`);
}

function shortest(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return Object.is(value, -0) ? '-0' : `${value}`;
}
