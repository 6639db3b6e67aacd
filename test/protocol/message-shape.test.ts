import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { decodeAdapterMessage } from '#protocol/camera-link.ts';
import { parseControlRequest } from '#protocol/control-request.ts';
import { TweezertrackError } from '#protocol/errors.ts';
import { assertPlainMessage } from '#protocol/message-shape.ts';

const packr = new Packr({ useRecords: false });
const limits = { values: 1000, depth: 8 };
const text = (words: string) => [0xa0 + words.length, ...Buffer.from(words)];
const size32 = (token: number, ...after: number[]) => [token, 0x7f, 0xff, 0xff, 0xff, ...after];

/** Bytes that would cost a decoder more than they are, or that no peer has a reason to send. */
const HOSTILE: [string, Uint8Array][] = (
  [
    ['a list of 2^31 values', size32(0xdd)],
    ['a map of 2^31 values', size32(0xdf)],
    ['2^31 bytes', size32(0xc6)],
    ['a text of 2^31 bytes', size32(0xdb)],
    ['an extension of 2^31 bytes', size32(0xc9, 1)],
    ['lists of 65535 within one another', Array.from({ length: 300 }, () => [0xdc, 0xff, 0xff]).flat()],
    ['maps of 65535 within one another', Array.from({ length: 300 }, () => [0xde, 0xff, 0xff]).flat()],
    ['60000 lists within one another', [...Array<number>(60_000).fill(0x91), 1]],
    ['60000 maps within one another', [...Array.from({ length: 60_000 }, () => [0x81, 0xa0]).flat(), 1]],
    ['a million empty maps', [0xdd, 0, 0x0f, 0x42, 0x40, ...Array<number>(1_000_000).fill(0x80)]],
    ['a record, which is made into code', [0xd4, 0x72, 0x40, 0x91, ...text('a'), 1]],
    ['a record of two bytes', [0xd5, 0x72, 0x40, 0x00, 0x91, ...text('a'), 1]],
    ['bundled texts that point backwards', [0xd6, 0x62, 0xff, 0xff, 0xff, 0x00, 0xa0, 0xa0]],
    ['a reference', [0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]],
    ['a regular expression', [0xd4, 0x78, 0, 0x92, ...text('(a+)+$'), ...text('')]],
    ['an error', [0xd4, 0x65, 0, 0x93, ...text('Error'), ...text('x'), 0xc0]],
    ['a set', [0xd4, 0x73, 0, 0x91, 1]],
    ['a typed array', [0xc7, 9, 0x74, 8, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a big integer of 60 bytes', [0xc7, 60, 0x42, ...Array<number>(60).fill(1)]],
    ['a date', [0xd6, 0xff, 0, 0, 0, 0]],
    ['the token that is never used', [0xc1]],
    ['nothing', []],
    ['two values', [0x80, 0x80]],
    ['a map cut off at a key', [0x82, ...text('type')]],
    ['a text cut off', [0xa5, 0x61]],
    ['a number cut off', [0xcf, 0, 0]],
    ['a length cut off', [0xdd, 0]],
  ] as [string, number[]][]
).map(([name, bytes]) => [name, Uint8Array.from(bytes)]);

describe('assertPlainMessage', () => {
  test(`${HOSTILE.length} hostile messages are refused by name, and so at both doors, within 16 MiB`, () => {
    const before = process.memoryUsage();
    for (const [name, bytes] of HOSTILE) {
      for (const read of [
        (b: Uint8Array) => assertPlainMessage(b, limits),
        decodeAdapterMessage,
        parseControlRequest,
      ]) {
        let refused: unknown;
        try {
          read(bytes);
        } catch (error) {
          refused = error;
        }
        expect([name, refused instanceof TweezertrackError]).toEqual([name, true]);
        expect((refused as TweezertrackError).code).toMatch(/^E_(PROTOCOL|LIMIT)$/);
      }
    }
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      16 << 20,
    );
  });

  test('whatever plain value is packed passes, and is read as it was', () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.double({ noNaN: true }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fc.string({ maxLength: 300 }),
        fc.boolean(),
        fc.constant(null),
        fc.constant(undefined),
        fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 20 }),
      ),
    })).value;
    fc.assert(
      fc.property(plain, (value) => assertPlainMessage(packr.pack(value), { values: 1e6, depth: 8 })),
      { seed: 4, numRuns: 2000 },
    );
  });

  test('every beginning of a message is refused as cut off', () => {
    const bytes = packr.pack({
      type: 'frame',
      id: 70_000,
      tNs: 2n ** 60n,
      data: new Uint8Array(300),
      l: [1, 2.5, 'x'],
    });
    assertPlainMessage(bytes, limits);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => assertPlainMessage(bytes.subarray(0, end), limits)).toThrow('the beginning of one');
    }
  });

  test('limits hold to the value and to the level', () => {
    const list = packr.pack([1, [2, [3]]]);
    assertPlainMessage(list, { values: 6, depth: 3 });
    expect(() => assertPlainMessage(list, { values: 5, depth: 3 })).toThrow('at most 5 values');
    expect(() => assertPlainMessage(list, { values: 6, depth: 2 })).toThrow('at most 2 levels');
  });

  test('a key of the prototype stays a key', () => {
    const bytes = Uint8Array.from([
      0x82,
      ...text('type'),
      ...text('bye'),
      ...text('__proto__'),
      0x81,
      ...text('x'),
      1,
    ]);
    const { raw } = decodeAdapterMessage(bytes);
    expect(Object.getPrototypeOf(raw)).toBe(Object.prototype);
    expect((raw as { x?: unknown }).x).toBeUndefined();
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});
