import { describe, expect, test } from 'vitest';
import { StackError, ZLutError } from '#protocol/errors.ts';
import { decodeNpy, encodeNpy, npyToFloat64, parseNpyHeader } from '#protocol/npy.ts';

/** A file as another program might write it. */
function npyFile(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length =
    version === 1
      ? [text.length & 255, text.length >> 8]
      : [text.length & 255, (text.length >> 8) & 255, 0, 0];
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0];
  return Uint8Array.from([...magic, ...length, ...text, ...data]);
}

describe('npy', () => {
  test.each([
    ['f8', new Float64Array([1.5, -2, Number.NaN, 4, 5, 6])],
    ['f4', new Float32Array([1.5, -2, Number.NaN, 4, 5, 6])],
    ['u1', new Uint8Array([1, 2, 3, 4, 5, 255])],
    ['u2', new Uint16Array([1, 2, 3, 4, 5, 65535])],
    ['i4', new Int32Array([1, -2, 3, 4, 5, -65536])],
    ['i8', new BigInt64Array([1n, -2n, 3n, 4n, 5n, 1n << 60n])],
  ])('%s values survive the file and back', (dtype, data) => {
    const file = encodeNpy(data, [2, 3]);
    expect(decodeNpy(file)).toEqual({ dtype, shape: [2, 3], data });
    expect(decodeNpy(Buffer.from(file)), 'as Node reads files').toEqual({ dtype, shape: [2, 3], data });
  });

  test('the values start at a multiple of 64 bytes, as NumPy aligns them', () => {
    const header = parseNpyHeader(encodeNpy(new Float64Array(7), [7]));
    expect(header).toEqual({ dtype: 'f8', shape: [7], fortranOrder: false, dataOffset: 128 });
  });

  test('a header is read without the values behind it', () => {
    const header = encodeNpy(new Uint16Array(24), [2, 3, 4]).subarray(0, 128);
    expect(parseNpyHeader(header)).toMatchObject({ dtype: 'u2', shape: [2, 3, 4] });
  });

  test.each([2, 3])('version %i headers are read', (version) => {
    const file = npyFile(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n",
      Uint8Array.of(7, 8),
      version,
    );
    expect(decodeNpy(file)).toEqual({ dtype: 'u1', shape: [2], data: Uint8Array.of(7, 8) });
  });

  test('an array stored with the first axis fastest comes back with the last axis fastest', () => {
    const stored = Uint8Array.of(
      0,
      12,
      4,
      16,
      8,
      20,
      1,
      13,
      5,
      17,
      9,
      21,
      2,
      14,
      6,
      18,
      10,
      22,
      3,
      15,
      7,
      19,
      11,
      23,
    );
    const file = npyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", stored);
    expect([...decodeNpy(file).data]).toEqual(Array.from({ length: 24 }, (_, index) => index));
  });

  test('booleans and integers become float64 on request', () => {
    const file = npyFile("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", Uint8Array.of(1, 0, 1));
    expect(npyToFloat64(decodeNpy(file))).toEqual(new Float64Array([1, 0, 1]));
    expect(npyToFloat64(decodeNpy(encodeNpy(new BigInt64Array([-5n]), [1])))).toEqual(new Float64Array([-5]));
  });

  test('big-endian values are refused with the type and the way out', () => {
    const file = npyFile("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8));
    expect(() => decodeNpy(file, 'sweep.npy')).toThrow(
      /sweep\.npy header: expected little-endian.*'>f8'.*astype/,
    );
  });

  test.each([
    ['structured', "{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }"],
    ['complex', "{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }"],
    ['negative axis', "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"],
  ])('a %s array is refused', (_, header) => {
    expect(() => decodeNpy(npyFile(header, new Uint8Array(8)))).toThrow(StackError);
  });

  test('another file, a cut header and cut values are told apart', () => {
    const file = encodeNpy(new Float64Array(6), [2, 3]);
    expect(() => decodeNpy(new TextEncoder().encode('II*\0 a TIFF'))).toThrow(/NumPy .npy file/);
    expect(() => decodeNpy(file.subarray(0, 9))).toThrow(/header: expected at least 10 bytes, received 9/);
    expect(() => decodeNpy(file.subarray(0, 50))).toThrow(/header: expected 128 bytes, received 50/);
    expect(() => decodeNpy(file.subarray(0, 160))).toThrow(
      /expected 48 bytes of values.*received 32 bytes; the file is cut off/,
    );
  });

  test('a Z-LUT fails as a Z-LUT', () => {
    expect(() => decodeNpy(new Uint8Array(3), 'beads.npy', ZLutError)).toThrow(ZLutError);
  });
});
