import { describe, expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { lostIn, notingSource, planOutputs } from '#zlut-tools/convert.ts';
import { knownZLut } from '../support/known-z-lut.ts';

const zLuts = ['a', 'b', 'c'].map(knownZLut);
const planned = (path: string, bead?: number) =>
  planOutputs(zLuts, path, bead).map(({ path: to, zLuts: chosen }) => [to, chosen.map(({ name }) => name)]);

describe('several beads', () => {
  test('go into one .radialzlut, or each into its own file', () => {
    expect(planned('all.radialzlut')).toEqual([['all.radialzlut', ['a', 'b', 'c']]]);
    expect(planned('lut-{bead}.zlut')).toEqual([
      ['lut-0.zlut', ['a']],
      ['lut-1.zlut', ['b']],
      ['lut-2.zlut', ['c']],
    ]);
    expect(planned('one.csv', 2)).toEqual([['one.csv', ['c']]]);
    expect(planned('lut-{bead}.txt', 1)).toEqual([['lut-1.txt', ['b']]]);
  });

  test('do not go where they do not fit', () => {
    expect(() => planned('one.zlut')).toThrow(/one Z-LUT for one file, received 3; .*\{bead\}/);
    expect(() => planned('one.zlut', 3)).toThrow(/--bead: expected 0 to 2.*received 3/);
    for (const path of ['one', 'one.tif', 'zlut', 'one.npz'])
      expect(() => planned(path, 0), path).toThrow(ConfigError);
  });
});

test('each layout says what it does not hold', () => {
  const zLut = knownZLut('bead.zlut');
  const { method: _method, model: _model, origin: _origin, ...plain } = zLut;
  expect(lostIn('zlut', zLut)).toEqual([]);
  expect(lostIn('npy', zLut).join()).toMatch(/^where it comes from \(madeAt, .*quality\)$/);
  for (const format of ['text', 'csv'] as const) {
    expect(lostIn(format, zLut).join('\n')).toMatch(
      /^how .*radial-profile \(bins split.*\nthe model.*\nwhere/,
    );
    expect(lostIn(format, plain)).toEqual([]);
  }
  expect(lostIn('radialzlut', plain)).toEqual(['z of the planes', 'digits of the counts beyond float32']);
  const short = { ...plain, profiles: plain.profiles.map(Math.fround) };
  expect(lostIn('radialzlut', short)).toEqual(['z of the planes']);
});

test('the file of another program is named where the new file can say so', () => {
  const { origin: _origin, ...zLut } = knownZLut('a.txt');
  expect(notingSource(zLut, 'x/a.txt', 'b.zlut').origin).toEqual({ edits: ['converted from a.txt'] });
  expect(notingSource(zLut, 'a.txt', 'b.csv')).toEqual(zLut);
  expect(notingSource(zLut, 'a.zlut', 'b.zlut')).toEqual(zLut);
});
