import { type NumberTable, numberTable } from '#calcium/number-table.ts';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy, isNpyDtype, type NpyDtype, npyItemBytes, npyTypeOf, npyValues } from '#protocol/npy.ts';

/** A field of the records: its place in each, and how it is stored. */
interface Field {
  readonly name: string;
  readonly dtype: NpyDtype;
  readonly isBigEndian: boolean;
  readonly offset: number;
}

const MAGIC = '\x93NUMPY';
/** `('x', '<f8')`, or with the axes of a field that is itself an array. */
const FIELD = /\(\s*'([^']*)'\s*,\s*'([^']*)'\s*(,\s*\([^)]*\)\s*)?\)/g;

/**
 * Reads a NumPy array of records, as localizations are saved: one number a field, either byte order.
 * @param bytes of the whole .npy file
 * @throws {StackError} if it is none, is cut off, has several axes, or has a field that is no number
 */
export function decodeTable(bytes: Uint8Array, name = 'npy'): NumberTable {
  const text = headerOf(bytes, name);
  const list = /'descr'\s*:\s*\[(.*?)\]\s*,\s*'fortran_order'/s.exec(text.header)?.[1];
  const rows = /'shape'\s*:\s*\(\s*(\d+)\s*,?\s*\)/.exec(text.header)?.[1];
  if (list === undefined || rows === undefined) {
    const received = text.header.trim().slice(0, 200);
    throw new StackError({
      where: `${name} header`,
      expected: 'one axis of records with named fields',
      received,
    });
  }
  const { fields, recordBytes } = parseFields(list, name);
  const expected = Number(rows) * recordBytes;
  if (bytes.length - text.end !== expected) {
    throw new StackError({
      where: name,
      expected: `${expected} bytes (${rows} rows of ${recordBytes})`,
      received: `${bytes.length - text.end}`,
      remedy: 'copy the file again',
    });
  }
  const records = bytes.subarray(text.end);
  const columns = fields.map((field) => [field.name, readField(records, field, Number(rows), recordBytes)]);
  return numberTable(Object.fromEntries(columns));
}

/** A NumPy array of records, packed and little-endian, a field a column. */
export function encodeTable({ rows, columns }: NumberTable): Uint8Array {
  const fields = Object.entries(columns).map(([name, values]) => ({
    name,
    values,
    dtype: npyTypeOf(values),
  }));
  const recordBytes = fields.reduce((sum, { dtype }) => sum + npyItemBytes(dtype), 0);
  const records = new Uint8Array(rows * recordBytes);
  let offset = 0;
  for (const { values, dtype } of fields) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const size = npyItemBytes(dtype);
    for (let row = 0; row < rows; row++) {
      records.set(bytes.subarray(row * size, (row + 1) * size), row * recordBytes + offset);
    }
    offset += size;
  }
  const descr = fields.map(
    ({ name, dtype }) => `('${name}', '${npyItemBytes(dtype) === 1 ? '|' : '<'}${dtype}')`,
  );
  return encodeNpy(records, [rows], `[${descr.join(', ')}]`);
}

function headerOf(bytes: Uint8Array, name: string): { header: string; end: number } {
  const isNpy = MAGIC === String.fromCharCode(...bytes.subarray(0, MAGIC.length)) && bytes.length >= 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes[6] === 1 ? 10 : 12;
  const end = !isNpy ? 0 : start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (!isNpy || end > bytes.length) {
    const received = `${bytes.length} ${isNpy ? '' : 'other '}bytes`;
    throw new StackError({
      where: name,
      expected: isNpy ? `${end} bytes of header` : 'a .npy file',
      received,
    });
  }
  return {
    header: new TextDecoder(bytes[6] === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, end)),
    end,
  };
}

function parseFields(list: string, name: string): { fields: Field[]; recordBytes: number } {
  const fields: Field[] = [];
  let offset = 0;
  for (const [, field, type, axes] of list.matchAll(FIELD)) {
    // Nameless bytes fill up records that are aligned.
    const padding = /^\|V(\d+)$/.exec(type!)?.[1];
    if (field === '' && padding !== undefined) {
      offset += Number(padding);
      continue;
    }
    const dtype = type!.replace(/^[<>|=]/, '');
    if (!isNpyDtype(dtype) || axes !== undefined) {
      const received = axes === undefined ? type! : 'an array';
      throw new StackError({ where: `${name} field ${field}`, expected: 'one number a row', received });
    }
    fields.push({ name: field!, dtype, isBigEndian: type!.startsWith('>'), offset });
    offset += npyItemBytes(dtype);
  }
  if (fields.length === 0) throw new StackError({ where: name, expected: 'named fields', received: list });
  return { fields, recordBytes: offset };
}

function readField(records: Uint8Array, field: Field, rows: number, recordBytes: number) {
  const { dtype, isBigEndian, offset } = field;
  const size = npyItemBytes(dtype);
  const bytes = new Uint8Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = row * recordBytes + offset;
    const value = bytes.subarray(row * size, (row + 1) * size);
    value.set(records.subarray(from, from + size));
    if (isBigEndian) value.reverse();
  }
  return npyValues(bytes.buffer, dtype);
}
