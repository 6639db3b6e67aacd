import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { OutputExistsError, ZLutError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readZLut, readZLuts, writeZLut, writeZLuts } from '#protocol/z-lut-file.ts';
import { writeNewFile } from '#protocol/z-lut-new-file.ts';
import { encodeTextZLut } from '#protocol/z-lut-text.ts';
import { realFolder } from '../real/real-recording.ts';
import { knownZLut } from '../support/known-z-lut.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const magscope = realFolder('mt_force_table_magscope');
const dekker = realFolder('mt_single_beads_luts_dekker');
const MAGTRACK = fileURLToPath(
  new URL('../../../shared/data/golden/magtrack/in/lz_s64_none_n5__zlut.npy', import.meta.url),
);
const steps = { planeZ: { startNm: -1000, stepNm: 25 } };

function plainZLut(name: string): ZLut {
  const { method: _method, model: _model, origin: _origin, ...plain } = knownZLut(name);
  return plain;
}

/** A number in the place of the first count of a Z-LUT, as text. */
function savedAs(value: number): string {
  const zLut = plainZLut('one');
  zLut.profiles[0] = value;
  return new TextDecoder().decode(encodeTextZLut(zLut)).split('\n')[1]!.split(' ')[0]!;
}

describe('a Z-LUT comes back', () => {
  test.each(['a.txt', 'a.csv', 'a.npy'])('with every digit from %s', async (name) => {
    await writeZLut(at(name), plainZLut(name));
    expect(await readZLut(at(name))).toEqual(plainZLut(name));
  });

  test('whole from .zlut, and with method and model from .npy', async () => {
    await writeZLut(at('b.zlut'), knownZLut('b.zlut'));
    expect(await readZLut(at('b.zlut'))).toEqual(knownZLut('b.zlut'));
    await writeZLut(at('b.npy'), knownZLut('b.npy'));
    const { origin: _origin, ...rest } = knownZLut('b.npy');
    expect(await readZLut(at('b.npy'))).toEqual(rest);
  });

  test('by what the file holds, whatever its name says', async () => {
    await writeZLut(at('c.zlut'), knownZLut('c.zlut'));
    writeFileSync(at('c.txt'), readFileSync(at('c.zlut')));
    expect(await readZLut(at('c.txt'))).toEqual({ ...knownZLut('c.txt') });
    await writeZLut(at('d.csv'), plainZLut('d.csv'));
    writeFileSync(at('d.txt'), `\ufeff${readFileSync(at('d.csv'), 'utf8').replaceAll('\n', '\r\n')}`);
    expect(await readZLut(at('d.txt'))).toEqual(plainZLut('d.txt'));
  });

  test('from qtrk to float32, of all beads, with the z that is given', async () => {
    const zLuts = ['e', 'f'].map((name, bead) => {
      const zLut = plainZLut(name);
      return { ...zLut, profiles: zLut.profiles.map((counts) => Math.fround(counts + bead)) };
    });
    await writeZLuts(at('e.radialzlut'), zLuts);
    const read = await readZLuts(at('e.radialzlut'), steps);
    expect(read.map(({ name }) => name)).toEqual(['e.radialzlut bead 0', 'e.radialzlut bead 1']);
    expect(read.map(({ profiles }) => profiles)).toEqual(zLuts.map(({ profiles }) => profiles));
    expect([...read[1]!.planeZNm.slice(0, 3)]).toEqual([-1000, -975, -950]);
    expect(read[0]!.method?.stage).toBe('qtrk');
  });
});

describe('byte for byte', () => {
  test('numbers are those of Python', () => {
    // '%.18e' % value, of Python 3.
    expect([-5000, 1 / 3, -4898.989898989899, 1e100, 5e-324].map(savedAs)).toEqual([
      '-5.000000000000000000e+03',
      '3.333333333333333148e-01',
      '-4.898989898989899302e+03',
      '1.000000000000000016e+100',
      '4.940656458412465442e-324',
    ]);
    expect([0, -0, Number.NaN].map(savedAs)).toEqual([
      '0.000000000000000000e+00',
      '-0.000000000000000000e+00',
      'nan',
    ]);
    // Halfway between two numbers of 18 decimals: the even one.
    expect([1 + 2 ** -19, 1 + 3 * 2 ** -19].map(savedAs)).toEqual([
      '1.000001907348632812e+00',
      '1.000005722045898438e+00',
    ]);
  });

  test.skipIf(magscope.absent)(`MagScope's text comes back${magscope.skipped}`, async () => {
    const source = magscope.path('simulation_zlut.txt');
    await writeZLut(at('magscope.txt'), await readZLut(source));
    expect(readFileSync(at('magscope.txt')).equals(readFileSync(source))).toBe(true);
    await writeZLut(at('magscope.zlut'), await readZLut(source));
    await writeZLut(at('magscope-2.txt'), await readZLut(at('magscope.zlut')));
    expect(readFileSync(at('magscope-2.txt')).equals(readFileSync(source))).toBe(true);
  });

  test.skipIf(!existsSync(MAGTRACK))(
    `MagTrack's matrix comes back${existsSync(MAGTRACK) ? '' : ' (skipped: it does not lie beside the project)'}`,
    async () => {
      await writeZLut(at('magtrack.zlut'), await readZLut(MAGTRACK));
      await writeZLut(at('magtrack.npy'), await readZLut(at('magtrack.zlut')));
      expect(readFileSync(at('magtrack.npy')).equals(readFileSync(MAGTRACK))).toBe(true);
    },
  );

  test.skipIf(dekker.absent).each(['1x.radialzlut', 'long.radialzlut'])(
    `%s of qtrk comes back${dekker.skipped}`,
    async (name) => {
      const expected = dekker
        .expected<{ radial_zluts: { file: string; header_int32: [number, number, number] }[] }>()
        .radial_zluts.find(({ file }) => file === name)!;
      const zLuts = await readZLuts(dekker.path(name), steps);
      const [beads, planes, radii] = expected.header_int32;
      expect([zLuts.length, zLuts[0]!.planes, zLuts[0]!.radii]).toEqual([beads, planes, radii]);
      // Each profile has a mean of 0 and a variance of 1, to float32: so the axes are these.
      const second = zLuts[1]!.profiles.subarray(7 * radii, 8 * radii);
      expect(second.reduce((sum, value) => sum + value, 0) / radii).toBeCloseTo(0, 5);
      expect(second.reduce((sum, value) => sum + value * value, 0) / radii).toBeCloseTo(1, 5);
      await writeZLuts(at(name), zLuts);
      expect(readFileSync(at(name)).equals(readFileSync(dekker.path(name)))).toBe(true);
    },
  );
});

describe('a file is refused by name', () => {
  const refused = async (name: string, bytes: Uint8Array | string, message: RegExp) => {
    writeFileSync(at(name), bytes);
    await expect(readZLuts(at(name), steps)).rejects.toThrow(ZLutError);
    await expect(readZLuts(at(name), steps)).rejects.toThrow(message);
  };

  test('when a text ends within a number or a row', async () => {
    const text = new TextDecoder().decode(encodeTextZLut(plainZLut('cut.txt')));
    for (const lost of [2, 3, 10, 21]) {
      await refused('cut.txt', text.slice(0, -lost), /cut\.txt last line: expected a number.*cut off/);
    }
    await refused(
      'cut.txt',
      text.slice(0, text.lastIndexOf(' ')),
      /cut\.txt line 9: expected 11 numbers.*received 10/,
    );
  });

  test('when a CSV ends within a number, has another number of columns, or a word', async () => {
    await writeZLut(at('whole.csv'), plainZLut('whole.csv'));
    const text = readFileSync(at('whole.csv'), 'utf8');
    await refused('cut.csv', text.slice(0, -3), /cut\.csv line 12: expected an end of line.*cut off/);
    await refused('short.csv', text.replace(/,[^,]*\n$/, '\n'), /short\.csv line 12: expected 9 numbers/);
    await refused('word.csv', text.replace('nan', 'bead'), /word\.csv line 3: expected numbers.*'bead'/);
    await refused('hole.csv', text.replace('nan', ''), /hole\.csv line 3: expected numbers.*''/);
    await refused(
      'few.csv',
      text.split('\n').slice(0, 6).join('\n').concat('\n'),
      /few\.csv: .*at least 5 x 8/,
    );
  });

  test('when a .radialzlut is cut off anywhere, foreign or of absurd sizes', async () => {
    await writeZLuts(at('whole.radialzlut'), [plainZLut('g')]);
    const bytes = readFileSync(at('whole.radialzlut'));
    for (const length of [0, 3, 11]) {
      await refused('h.radialzlut', bytes.subarray(0, length), /h\.radialzlut: expected a \.radialzlut file/);
    }
    for (const length of [12, 13, bytes.length - 1]) {
      await refused('h.radialzlut', bytes.subarray(0, length), /expected 364 bytes.*cut off/);
    }
    const absurd = Uint8Array.from(bytes);
    new Int32Array(absurd.buffer, 0, 3).set([2 ** 30, 2 ** 30, 2 ** 30]);
    await refused('h.radialzlut', absurd, /received 1073741824 beads/);
    await refused('h.radialzlut', '\x89PNG and the rest of a picture', /expected a \.radialzlut file/);
  });

  test('when a .radialzlut comes without z, or with several beads where one is wanted', async () => {
    await writeZLuts(at('many.radialzlut'), [plainZLut('i'), plainZLut('j')]);
    await expect(readZLut(at('many.radialzlut'))).rejects.toThrow(
      /expected z of its planes.*received 2 beads, 11 planes, 8 radii.*--z-start/,
    );
    await expect(readZLuts(at('many.radialzlut'), { planeZ: { startNm: 0, stepNm: 0 } })).rejects.toThrow(
      /strictly increasing or decreasing/,
    );
  });

  test('when it is of another kind', async () => {
    await refused('k.zlut', 'just words', /k\.zlut: expected a \.zlut file, received .*'just wor'/);
    await refused('k.txt', Buffer.from('II*\0\x08\0\0\0'), /expected a Z-LUT: .*a TIFF stack; .*zlut build/);
    await refused(
      'k.bin',
      Uint8Array.of(200, 190, 180),
      /expected a Z-LUT: .*received 3 bytes that begin with c8beb4/,
    );
    await refused('k.npy', '\x89PNG', /k\.npy: expected a NumPy \.npy file/);
    await refused('k.npy', encodeNpy(new Float64Array(40), [40]).subarray(0, 20), /k\.npy header: .*cut off/);
    await expect(readZLut(folder)).rejects.toThrow(/expected a readable Z-LUT file, received a folder/);
    await expect(readZLut(at('none.zlut'))).rejects.toThrow(/none\.zlut: expected .*, received no such file/);
  });
});

describe('writing', () => {
  test.each(['l.zlut', 'l.txt', 'l.csv', 'l.radialzlut'])(
    '%s keeps an old file unless forced',
    async (name) => {
      writeFileSync(at(name), 'precious');
      await expect(writeZLut(at(name), plainZLut(name))).rejects.toThrow(OutputExistsError);
      expect(readFileSync(at(name), 'utf8')).toBe('precious');
      await writeZLut(at(name), plainZLut(name), true);
      expect((await readZLuts(at(name), steps))[0]!.planes).toBe(11);
    },
  );

  test('a text never inherits what is said beside an older one', async () => {
    const beside = '{"stage":"radial-profile","params":{},"roiSize":16}';
    writeFileSync(at('o.txt.json'), beside);
    await expect(writeZLut(at('o.txt'), plainZLut('o.txt'))).rejects.toThrow(
      /o\.txt\.json: expected a new file/,
    );
    expect(existsSync(at('o.txt'))).toBe(false);
    await writeZLut(at('o.txt'), plainZLut('o.txt'), true);
    expect(await readZLut(at('o.txt'))).toEqual(plainZLut('o.txt'));
  });

  test('of two at once one wins whole, and nothing else is left', async () => {
    const contents = ['a', 'b'].map((letter) => new TextEncoder().encode(letter.repeat(100_000)));
    const done = await Promise.allSettled(contents.map((bytes) => writeNewFile(at('race'), bytes, false)));
    const winner = done.findIndex(({ status }) => status === 'fulfilled');
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(done.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: expect.any(OutputExistsError),
    });
    expect(readFileSync(at('race')).equals(contents[winner]!)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('to a folder that is not there says so and leaves nothing', async () => {
    await expect(writeZLut(at('none/m.zlut'), plainZLut('m'))).rejects.toThrow(ZLutError);
    expect(existsSync(at('none'))).toBe(false);
  });

  test('several beads, or beads of two sizes, only where they fit', async () => {
    const [one, two] = [plainZLut('one'), plainZLut('two')];
    await expect(writeZLuts(at('n.zlut'), [one, two])).rejects.toThrow(/only a \.radialzlut holds several/);
    const short = { ...two, planes: 10, planeZNm: two.planeZNm.slice(1), profiles: two.profiles.slice(8) };
    await expect(writeZLuts(at('n.radialzlut'), [one, short])).rejects.toThrow(
      /two: expected 11 planes and 8 radii, as one, received 10 planes/,
    );
  });
});
