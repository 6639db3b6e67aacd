import { type Complaint, StackError } from './errors.ts';

/** Element types read from .npy files, as NumPy names them without the byte order. */
const ELEMENTS = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

export type NpyDtype = keyof typeof ELEMENTS;
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** What a .npy file says of its values before the first of them; all values are little-endian. */
export interface NpyHeader {
  dtype: NpyDtype;
  /** Axes, slowest first when `fortranOrder` is false. */
  shape: number[];
  fortranOrder: boolean;
  /** Byte at which the values start. */
  dataOffset: number;
}

/** Values of a .npy file in C order, the last axis fastest. */
export interface NpyArray {
  dtype: NpyDtype;
  shape: number[];
  data: NpyData;
}

/** The error class a reader of .npy files throws, so that each file fails as what it is: a stack, a Z-LUT. */
export type NpyError = new (complaint: Complaint, cause?: unknown) => Error;

const MAGIC = '\x93NUMPY';

/** Values of an element type in `bytes` of little-endian ones, without a copy. */
export function npyValues(bytes: ArrayBuffer, dtype: NpyDtype): NpyData {
  return new ELEMENTS[dtype](bytes);
}

/** Bytes of one value. */
export function npyItemBytes(dtype: NpyDtype): number {
  return ELEMENTS[dtype].BYTES_PER_ELEMENT;
}

/**
 * Reads the header of a .npy file, versions 1 to 3 (NumPy format specification, NEP 1).
 * @param bytes the file from its first byte; needs to reach no farther than the header
 * @param name file name, for messages
 * @throws {NpyError} if it is no .npy file, its header is cut off, or its values are big-endian, complex,
 *   text or structured
 */
export function parseNpyHeader(bytes: Uint8Array, name = 'npy', Refused: NpyError = StackError): NpyHeader {
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  const version = bytes[6] ?? 0;
  if (magic !== MAGIC || version < 1 || version > 3) {
    throw new Refused({
      where: name,
      expected: 'a NumPy .npy file of version 1, 2 or 3',
      received: magic === MAGIC ? `version ${version}` : `${bytes.length} other bytes`,
    });
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length =
    bytes.length < start
      ? Number.POSITIVE_INFINITY
      : version === 1
        ? view.getUint16(8, true)
        : view.getUint32(8, true);
  if (bytes.length < start + length) {
    throw new Refused({
      where: `${name} header`,
      expected: Number.isFinite(length) ? `${start + length} bytes` : `at least ${start} bytes`,
      received: `${bytes.length} bytes`,
      remedy: 'the file is cut off',
    });
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(start, start + length),
  );
  return { ...parseHeaderText(text, name, Refused), dataOffset: start + length };
}

/** The Python dict literal NumPy writes: three keys, in any order. */
function parseHeaderText(text: string, name: string, Refused: NpyError): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const axes = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const shape = axes
    ?.split(',')
    .map((axis) => axis.trim().replace(/L$/, ''))
    .filter((axis) => axis !== '');
  if (descr === undefined || order === undefined || !shape?.every((axis) => /^\d+$/.test(axis))) {
    throw new Refused({
      where: `${name} header`,
      expected: 'descr (one type), fortran_order and shape',
      received: text.trim().slice(0, 200),
    });
  }
  const dtype = descr.replace(/^[<|=>]/, '');
  if (!isNpyDtype(dtype) || (descr.startsWith('>') && npyItemBytes(dtype) > 1)) {
    throw new Refused({
      where: `${name} header`,
      expected: `little-endian values of type ${Object.keys(ELEMENTS).join(', ')}`,
      received: `'${descr}'`,
      remedy: "save it again with array.astype('<f8'), or '<u2' for pixels",
    });
  }
  return { dtype, shape: shape.map(Number), fortranOrder: order === 'True' };
}

/** Whether a type of values is one we read. */
export function isNpyDtype(text: string): text is NpyDtype {
  return Object.hasOwn(ELEMENTS, text);
}

/**
 * Reads a whole .npy file into memory.
 * @returns values in C order whatever the order in the file; a copy, so `bytes` may be reused
 * @throws {NpyError} as `parseNpyHeader`, or if the file holds fewer or more bytes than its shape needs
 */
export function decodeNpy(bytes: Uint8Array, name = 'npy', Refused: NpyError = StackError): NpyArray {
  const { dtype, shape, fortranOrder, dataOffset } = parseNpyHeader(bytes, name, Refused);
  const values = shape.reduce((product, axis) => product * axis, 1);
  const expected = values * npyItemBytes(dtype);
  if (bytes.length - dataOffset !== expected) {
    throw new Refused({
      where: name,
      expected: `${expected} bytes of values (${shape.join(' x ') || 'one value'} ${dtype})`,
      received: `${bytes.length - dataOffset} bytes`,
      ...(bytes.length - dataOffset < expected && { remedy: 'the file is cut off: copy it again' }),
    });
  }
  // The constructor copies; `slice` of a Node Buffer would not.
  const data = new ELEMENTS[dtype](new Uint8Array(bytes.subarray(dataOffset)).buffer);
  return { dtype, shape, data: fortranOrder && shape.length > 1 ? toCOrder(data, shape) : data };
}

/** Reorders values stored with the first axis fastest. */
function toCOrder(source: NpyData, shape: readonly number[]): NpyData {
  const target = source.slice();
  const index = new Array<number>(shape.length).fill(0);
  for (let to = 0; to < source.length; to++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + index[axis]!;
    target[to] = source[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return target;
}

/** Values of an array as float64; integers above 2^53 lose their last digits. */
export function npyToFloat64({ data }: NpyArray): Float64Array {
  if (data instanceof Float64Array) return data;
  return Float64Array.from<number | bigint>(data, Number);
}

/**
 * A .npy file, version 1, of values in C order.
 * @param descr of records that the bytes of `data` are, as NumPy writes it; without one, the type of the values
 */
export function encodeNpy(data: NpyData, shape: readonly number[], descr = describeType(data)): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${axes}), }`;
  // NumPy aligns the values to 64 bytes, so that a reader may map the file.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set(Array.from(MAGIC, (letter) => letter.charCodeAt(0)));
  bytes.set([1, 0, length & 255, length >> 8], 6);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

function describeType(data: NpyData): string {
  const dtype = npyTypeOf(data);
  return `'${npyItemBytes(dtype) === 1 ? '|' : '<'}${dtype}'`;
}

/** NumPy's name of the type of values. */
export function npyTypeOf(data: NpyData): NpyDtype {
  // 'b1' shares Uint8Array with 'u1'; bytes are written as numbers.
  const found = Object.entries(ELEMENTS).findLast(([, Type]) => data instanceof Type)![0];
  return found as NpyDtype;
}
