import { describe, expect, test } from 'vitest';
import { createTrackTable, trackTableBytes, trackTableOver } from '#protocol/track-table.ts';

const FIT = ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const;

describe('a table', () => {
  test('has the columns of a fit only when asked, behind all others', () => {
    const plain = createTrackTable(3, 5, 7);
    expect(FIT.map((name) => plain[name].length)).toEqual([0, 0, 0, 0]);
    const fitted = createTrackTable(3, 5, 7, true);
    expect(FIT.map((name) => fitted[name].length)).toEqual([15, 15, 15, 15]);
    expect(trackTableBytes(3, 5, 7, true) - trackTableBytes(3, 5, 7)).toBe(15 * 4 * 8);
    for (const name of ['xPx', 'yPx', 'zNm', 'score', 'profiles', 'status'] as const) {
      expect(fitted[name].byteOffset).toBe(plain[name].byteOffset);
    }
  });

  test('keeps every column apart, at any place in a buffer', () => {
    const buffer = new ArrayBuffer(24 + trackTableBytes(2, 3, 2, true));
    const table = trackTableOver(buffer, 2, 3, 2, 24, true);
    const columns = ['xPx', 'yPx', 'zNm', 'score', 'profiles', 'status', ...FIT] as const;
    for (const [index, name] of columns.entries()) table[name].fill(index + 1);
    for (const [index, name] of columns.entries()) {
      expect([...table[name]]).toEqual(Array(name === 'profiles' ? 12 : 6).fill(index + 1));
    }
    expect(table.chiSquared.byteOffset + table.chiSquared.byteLength).toBe(buffer.byteLength);
  });
});
