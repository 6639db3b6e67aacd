import { stackShape } from '#calcium/blockwise.ts';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';

/** Of a classic TIFF, whose positions have 32 bits. */
const MOST_BYTES = 2 ** 32;
const HEADER_BYTES = 8;
const SHORT = 3;
const LONG = 4;

/** Tag, type and value, ascending as the format wants. */
type Entry = readonly [tag: number, type: typeof SHORT | typeof LONG, value: number];

/**
 * A TIFF of gray pages: classic, little-endian, uncompressed, a strip a page.
 *
 * @param images [frame, row, column], a page a frame
 * @throws {CalciumError} if the images have other axes, none, or more bytes than such a file can hold
 */
export function encodeTiff(images: NdArray): Uint8Array {
  const [frames, rows, columns] = stackShape('encodeTiff images', images);
  const { values } = images;
  const pageBytes = rows * columns * values.BYTES_PER_ELEMENT;
  const entriesOf = (position: number): Entry[] => [
    [256, LONG, columns],
    [257, LONG, rows],
    [258, SHORT, 8 * values.BYTES_PER_ELEMENT],
    [259, SHORT, 1],
    [262, SHORT, 1],
    [273, LONG, position],
    [277, SHORT, 1],
    [278, LONG, rows],
    [279, LONG, pageBytes],
    [339, SHORT, sampleFormat(values)],
  ];
  const directoryBytes = 2 + 12 * entriesOf(0).length + 4;
  // Positions of pages are even, as the format asks.
  const pixelBytes = pageBytes + (pageBytes % 2);
  const size = HEADER_BYTES + frames * (pixelBytes + directoryBytes);
  if (frames === 0 || size > MOST_BYTES) {
    throw new CalciumError({
      where: 'encodeTiff images',
      expected: `from one frame to ${MOST_BYTES} bytes`,
      received: `${frames} frames, ${size} bytes`,
    });
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2a4949, true);
  view.setUint32(4, HEADER_BYTES + pixelBytes, true);
  const stored = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let frame = 0; frame < frames; frame++) {
    const position = HEADER_BYTES + frame * (pixelBytes + directoryBytes);
    bytes.set(stored.subarray(frame * pageBytes, (frame + 1) * pageBytes), position);
    let at = position + pixelBytes;
    const entries = entriesOf(position);
    view.setUint16(at, entries.length, true);
    at += 2;
    for (const [tag, type, value] of entries) {
      view.setUint16(at, tag, true);
      view.setUint16(at + 2, type, true);
      view.setUint32(at + 4, 1, true);
      view.setUint32(at + 8, value, true);
      at += 12;
    }
    const isLast = frame === frames - 1;
    view.setUint32(at, isLast ? 0 : position + directoryBytes + 2 * pixelBytes, true);
  }
  return bytes;
}

/** The format's number for unsigned, signed and floating values. */
function sampleFormat(values: NdValues): 1 | 2 | 3 {
  if (values instanceof Float32Array || values instanceof Float64Array) return 3;
  return values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array ? 2 : 1;
}
