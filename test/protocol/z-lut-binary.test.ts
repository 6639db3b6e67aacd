import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ZLutError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { decodeBinaryZLut, encodeBinaryZLut } from '#protocol/z-lut-binary.ts';
import type { ZLutOrigin } from '#protocol/z-lut-origin.ts';
import { type KnownZLut, knownZLut } from '../support/known-z-lut.ts';

const NAME = 'bead.zlut';
const full: KnownZLut = knownZLut(NAME);
const { model: _model, method: _method, origin: _origin, ...plain } = full;
const file = encodeBinaryZLut(full);

const read = (bytes: Uint8Array) => decodeBinaryZLut(bytes, NAME);
const headerLength = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(12, true);

/** The file with its checksum made to fit, as one that was written so. */
function signed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const end = copy.length - 32;
  copy.set(createHash('sha256').update(copy.subarray(0, end)).digest(), end);
  return copy;
}

/** The file with another header of the same length, signed. */
function withHeader(change: (header: Record<string, unknown>) => void): Uint8Array {
  const length = headerLength(file);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(16, 16 + length)));
  change(header);
  // What a header says beside the tables makes room for longer numbers.
  const text = JSON.stringify(header).padEnd(length);
  expect(text).toHaveLength(length);
  const copy = file.slice();
  copy.set(new TextEncoder().encode(text), 16);
  return signed(copy);
}

/** The file with one float64 of its tables changed, signed. */
function withValue(index: number, value: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setFloat64(16 + headerLength(file) + 8 * index, value, true);
  return signed(copy);
}

describe('a .zlut file', () => {
  test('gives back all of a Z-LUT: NaN bins, falling z, method, model and origin', () => {
    expect(read(file)).toEqual(full);
    expect(read(encodeBinaryZLut(plain))).toEqual(plain);
    expect(encodeBinaryZLut(read(file))).toEqual(file);
  });

  test('holds its tables where it says, for readers in other languages', () => {
    const view = new DataView(file.buffer);
    const start = 16 + headerLength(file);
    expect(start % 8).toBe(0);
    const value = (index: number) => view.getFloat64(start + 8 * index, true);
    const { planes, radii } = full;
    expect([value(0), value(planes - 1)]).toEqual([full.planeZNm[0], full.planeZNm.at(-1)]);
    // Two rings a px.
    expect([value(planes), value(planes + 1), value(planes + 2)]).toEqual([0, 0.5, 1]);
    expect(value(planes + radii + 7)).toBe(full.profiles[7]);
    expect(value(planes + radii + planes * radii + 3)).toBe(full.model.coefficients[3]);
  });

  test('is refused by name wherever it is cut off', () => {
    for (let length = 0; length < file.length; length++) {
      const cut = file.slice(0, length);
      expect(() => read(cut), `${length} bytes`).toThrow(ZLutError);
      expect(() => read(cut), `${length} bytes`).toThrow(
        length === 0 ? /bead\.zlut: .*an empty file/ : /bead\.zlut.*: expected \d+ bytes, received.*cut off/,
      );
    }
  });

  test('is refused by name whichever byte of it is damaged', () => {
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 0x10;
      expect(() => read(damaged), `byte ${at}`).toThrow(ZLutError);
      expect(() => read(damaged), `byte ${at}`).toThrow(/^bead\.zlut/);
    }
    const added = new Uint8Array(file.length + 1);
    added.set(file);
    expect(() => read(added)).toThrow(/behind its end/);
  });

  test('tells of a checksum that is not that of its tables', () => {
    const damaged = file.slice();
    damaged[damaged.length - 40]! ^= 1;
    expect(() => read(damaged)).toThrow(/bead\.zlut: expected the checksum [0-9a-f]{12}.*damaged/);
  });

  test('of a later version, or with changed line ends, is refused as that', () => {
    const later = file.slice();
    new DataView(later.buffer).setUint32(8, 2, true);
    expect(() => read(signed(later))).toThrow(/version 1, received version 2; .*update/);
    const text = Uint8Array.from([...file.subarray(0, 5), ...file.subarray(6)]);
    expect(() => read(text)).toThrow(/line ends were changed/);
    expect(() => read(Buffer.from('\x89PNG\r\n\x1a\nIHDR....', 'latin1'))).toThrow(/received a PNG picture/);
    expect(() => read(Buffer.from('hello, beads of all sizes'))).toThrow(
      /25 bytes that begin with 'hello, b'/,
    );
  });

  test('that claims absurd sizes is refused before anything is made of them', () => {
    const { edits: _edits, ...origin } = full.origin;
    for (const [change, message] of [
      [{ planes: 4_000_000_000 }, /planes/],
      [{ planes: 65536, radii: 65536 }, /more than 67108864 values/],
      [{ planes: -1 }, /planes/],
      [{ radii: 2.5 }, /radii/],
      [{ planes: 60000 }, /60000 planes, 8 radii\): expected \d+ bytes, received/],
    ] as const) {
      const claims = withHeader((header) => Object.assign(header, { origin }, change));
      expect(() => read(claims)).toThrow(message);
      expect(() => read(claims)).toThrow(ZLutError);
    }
    const long = file.slice();
    new DataView(long.buffer).setUint32(12, 0xffffffff, true);
    expect(() => read(long)).toThrow(/header: expected at most 1048576 bytes, received 4294967295/);
  });

  test('with plane z, counts or coefficients that are none is refused with their place', () => {
    expect(() => read(withValue(2, Number.NaN))).toThrow(/bead\.zlut plane z, plane 2: .*received NaN/);
    expect(() => read(withValue(3, 1e6))).toThrow(/plane z, plane 3: .*strictly/);
    const profiles = full.planes + full.radii;
    const at = profiles + 5 * full.radii + 6;
    expect(() => read(withValue(at, Number.NEGATIVE_INFINITY))).toThrow(/plane 5, radius 6: .*-Infinity/);
    expect(read(withValue(at, Number.NaN)).profiles[5 * full.radii + 6]).toBeNaN();
    const coefficients = profiles + full.planes * full.radii;
    expect(() => read(withValue(coefficients, Number.NaN))).toThrow(/bead\.zlut model z knot 0, r knot 0/);
  });

  test('is not written of what it could not give back', () => {
    const wrong = (origin: ZLutOrigin): ZLut => ({ ...full, origin });
    expect(() => encodeBinaryZLut(wrong({ beadDiameterNm: Number.NaN }))).toThrow(/beadDiameterNm/);
    expect(() => encodeBinaryZLut({ ...full, planeZNm: full.planeZNm.map(() => Number.NaN) })).toThrow(
      /bead\.zlut plane z, plane 0: .*NaN/,
    );
    expect(() => encodeBinaryZLut(wrong({ madeAt: 'yesterday' }))).toThrow(ZLutError);
  });
});
