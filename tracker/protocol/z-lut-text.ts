import { ZLutError } from './errors.ts';
import { type ZLut, zLutFromMatrix, zLutToMatrix } from './z-lut.ts';
import { foreignFile } from './z-lut-foreign.ts';

/** A number as `numpy.savetxt` writes it. */
const SAVED_NUMBER = /^[+-]?\d\.\d{18}e[+-]\d\d+$/;
const SPACES = /[\s,;]+/;

/**
 * Reads a text matrix: row 0 plane z in nm, below it one row a radius; spaces, commas or semicolons between numbers.
 * A file that ends within a number of `numpy.savetxt` is told; one that ends between two rows cannot be.
 * @throws {ZLutError} naming the line
 */
export function decodeTextZLut(bytes: Uint8Array, name: string): ZLut {
  const text = new TextDecoder().decode(bytes);
  if (bytes.includes(0) || text.replace(/#.*/g, '').includes('\ufffd')) {
    const expected = 'a Z-LUT: .zlut, .npy, .radialzlut, .csv or a text matrix of numbers';
    throw foreignFile(name, expected, bytes, 'of a stack of frames, zlut build makes one');
  }
  checkEnd(text, name);
  const values: number[] = [];
  let rows = 0;
  let planes = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, '').trim().split(SPACES);
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
    for (const word of words) values.push(numberOf(word, where));
  }
  return zLutFromMatrix(name, values, rows, planes);
}

function numberOf(word: string, where: string): number {
  const value = Number(word);
  if (!Number.isNaN(value) || /^[+-]?nan$/i.test(word)) return value;
  throw new ZLutError({
    where,
    expected: 'numbers (row 0 plane z in nm, then one row a radius)',
    received: `'${word.slice(0, 40)}'`,
    remedy: 'give a text matrix, a .zlut or a .npy file',
  });
}

/** A number that is cut off is another number. */
function checkEnd(text: string, name: string): void {
  if (text.endsWith('\n')) return;
  const words = text.trim().split(SPACES);
  const last = words.at(-1)!;
  const isSaved = words.some((word) => SAVED_NUMBER.test(word));
  if (!isSaved || SAVED_NUMBER.test(last) || /^[+-]?nan$/i.test(last)) return;
  throw new ZLutError({
    where: `${name} last line`,
    expected: `a number as the others, of 18 decimals`,
    received: `'${last}'`,
    remedy: 'the file is cut off: copy it again',
  });
}

/** A text matrix, byte for byte as `numpy.savetxt` writes it: MagScope's Z-LUT files. */
export function encodeTextZLut(zLut: ZLut): Uint8Array {
  const matrix = zLutToMatrix(zLut);
  const lines = Array.from({ length: 1 + zLut.radii }, (_, row) =>
    Array.from(matrix.subarray(row * zLut.planes, (row + 1) * zLut.planes), savedNumber).join(' '),
  );
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** As `'%.18e' % value` of Python: at least two digits of the exponent, ties to even, the sign of zero kept. */
function savedNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits, exponent] = roundedToEven(Math.abs(value)).split('e') as [string, string];
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function roundedToEven(value: number): string {
  const rounded = value.toExponential(18);
  const [digits, exponent] = value.toExponential(100).split('e') as [string, string];
  // JavaScript rounds a tie up: the digits before it are the even ones half of the time.
  const isTie = /^50+$/.test(digits.slice(20));
  const below = `${digits.slice(0, 20)}e${exponent}`;
  return isTie && Number(digits[19]) % 2 === 0 ? below : rounded;
}
