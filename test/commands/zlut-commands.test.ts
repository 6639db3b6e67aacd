import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZLut, writeZLut, writeZLuts } from '#protocol/z-lut-file.ts';
import type { ZLutComparison } from '#zlut-tools/compare.ts';
import { runCommand } from '../support/cli.ts';
import { knownZLut } from '../support/known-z-lut.ts';
import { heightsNm, sampledZLut } from '../support/sampled-z-lut.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const zlut = (...args: string[]) => runCommand('zlut', ...args);

beforeAll(async () => {
  await writeZLut(at('bead.zlut'), knownZLut('bead.zlut'));
  await writeZLut(at('a.txt'), sampledZLut('a.txt', heightsNm(0, 2000, 20)));
  await writeZLut(
    at('b.csv'),
    sampledZLut('b.csv', heightsNm(100, 1900, 30), (zNm) => zNm - 37),
  );
  const beads = ['c', 'd'].map((name) => sampledZLut(name, heightsNm(0, 1000, 100)));
  await writeZLuts(at('two.radialzlut'), beads);
});

describe('zlut convert', () => {
  test('goes to another program and back, and says what that cannot hold', async () => {
    const there = await zlut('convert', at('bead.zlut'), at('bead.txt'));
    expect([there.code, there.stdout]).toEqual([0, '']);
    expect(there.stderr).toMatch(/bead\.txt: 11 planes, 8 radii\n/);
    expect(there.stderr).toMatch(/does not hold how its profiles were made: radial-profile \(bins split/);
    expect(there.stderr).toMatch(/does not hold the model of the bead\n/);
    const back = await zlut('convert', at('bead.txt'), at('back.zlut'));
    expect([back.code, back.stderr]).toEqual([0, `${at('back.zlut')}: 11 planes, 8 radii\n`]);
    const { planeZNm, profiles } = knownZLut('bead.zlut');
    expect(await readZLut(at('back.zlut'))).toMatchObject({ planeZNm, profiles });
  });

  test('splits a file of qtrk into beads and puts them together again, byte for byte', async () => {
    const z = ['--z-start', '-500', '--z-step', '100'];
    const split = await zlut('convert', at('two.radialzlut'), at('bead-{bead}.zlut'), ...z);
    expect(split.code).toBe(0);
    expect((await readZLut(at('bead-1.zlut'))).planeZNm[0]).toBe(-500);
    const whole = await zlut('convert', at('bead-0.zlut'), at('bead-1.zlut'), at('again.radialzlut'));
    expect(whole.stderr).toMatch(/2 beads, 11 planes, 24 radii\n.*does not hold z of the planes/);
    expect(readFileSync(at('again.radialzlut')).equals(readFileSync(at('two.radialzlut')))).toBe(true);
  });

  test('takes z in um as that', async () => {
    await writeZLut(
      at('um.csv'),
      sampledZLut('um.csv', heightsNm(0, 1000, 100), (zNm) => zNm / 1000),
    );
    const [shown, done] = await Promise.all([
      zlut('show', at('um.csv'), '--no-picture'),
      zlut('convert', at('um.csv'), at('nm.zlut'), '--z-unit', 'um'),
    ]);
    expect(shown.stdout).toMatch(/0\.1 nm apart \(perhaps um: --z-unit um\)/);
    expect(done.code).toBe(0);
    expect((await readZLut(at('nm.zlut'))).planeZNm.map(Math.round).at(-1)).toBe(1000);
    expect((await readZLut(at('nm.zlut'))).origin).toEqual({ edits: ['converted from um.csv'] });
  });

  test('asks for what is missing, and keeps what is there', async () => {
    const [noZ, oneZ, many, kept, alone] = await Promise.all([
      zlut('convert', at('two.radialzlut'), at('x.zlut')),
      zlut('convert', at('two.radialzlut'), at('x.zlut'), '--z-start', '0'),
      zlut('convert', at('two.radialzlut'), at('x.zlut'), '--z-start', '0', '--z-step', '50'),
      zlut('convert', at('a.txt'), at('bead.zlut')),
      zlut('convert', at('a.txt')),
    ]);
    expect(noZ.stderr).toMatch(/^E_ZLUT two\.radialzlut: expected z of its planes.*--z-start/);
    expect(oneZ.stderr).toMatch(/^E_CONFIG --z-step: expected both/);
    expect(many.stderr).toMatch(/^E_CONFIG .*one Z-LUT for one file, received 2; .*--bead/);
    expect(kept.stderr).toMatch(/^E_OUTPUT_EXISTS .*bead\.zlut/);
    expect(alone.stderr).toMatch(/^E_CONFIG zlut convert: expected a Z-LUT and the file to write/);
    for (const { code } of [noZ, oneZ, many, kept, alone]) expect(code).toBe(1);
    expect(existsSync(at('x.zlut'))).toBe(false);
    expect(await readZLut(at('bead.zlut'))).toEqual(knownZLut('bead.zlut'));
  });
});

describe('zlut show', () => {
  test('prints what the file says, a picture, and writes it as PNG', async () => {
    const { code, stdout } = await zlut('show', at('bead.zlut'), '--png', at('bead.png'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bead\.zlut\nz +11 planes, 400 to -100 nm/);
    expect(stdout).toMatch(/\nquality +91 of 100, good/);
    // Not a terminal: letters, and no colors.
    expect(
      stdout
        .split('\n')
        .slice(-12, -1)
        .every((line) => /^[ .:=+*#%@?-]{1,8}$/.test(line)),
    ).toBe(true);
    const { width, height } = decode(readFileSync(at('bead.png')));
    expect([width, height]).toEqual([8, 11]);
    const again = await zlut('show', at('bead.zlut'), '--no-picture', '--png', at('bead.png'));
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^E_OUTPUT_EXISTS/);
  });

  test('shows one bead of a file without z, and says so', async () => {
    const { code, stdout } = await zlut('show', at('two.radialzlut'), '--bead', '1', '--no-picture');
    expect(code).toBe(0);
    expect(stdout).toMatch(/11 planes, 0 to 10 nm.*does not hold z: here it is the number of the plane\n$/s);
    const none = await zlut('show', at('two.radialzlut'));
    expect(none.stderr).toMatch(/^E_CONFIG --bead: expected 0 to 1/);
  });
});

describe('zlut compare', () => {
  test('tells offset, scale and residual, for a person and as JSON', async () => {
    const [text, json] = await Promise.all([
      zlut('compare', at('a.txt'), at('b.csv')),
      zlut('compare', at('a.txt'), at('b.csv'), '--json'),
    ]);
    expect([text.code, json.code]).toEqual([0, 0]);
    const { offsetNm, scale, found } = JSON.parse(json.stdout) as ZLutComparison;
    // nm: the parabola between planes 20 nm apart
    expect(Math.abs(offsetNm - 37)).toBeLessThan(0.5);
    expect(Math.abs(scale - 1)).toBeLessThan(5e-4);
    expect(text.stdout).toContain(`61, of which ${found} have a height`);
    expect(text.stdout).toContain(`offset    ${offsetNm.toFixed(2)} nm`);
    expect(text.stdout.match(/nm rms, \d+ planes/g)).toHaveLength(10);
  });

  test('refuses Z-LUTs of two methods with both named', async () => {
    const { code, stderr } = await zlut('compare', at('a.txt'), at('bead.zlut'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^E_ZLUT bead\.zlut: expected .*bins nearest.*as a\.txt, received .*bins split/);
  });
});

describe('zlut edit', () => {
  test('crops, scales, turns, moves and annotates in one go', async () => {
    const args = [
      '--from-nm',
      '-60',
      '--focal-shift',
      '0.88',
      '--flip',
      '--shift',
      '-4',
      '--bead-nm',
      '1050',
    ];
    const { code, stderr } = await zlut('edit', at('bead.zlut'), at('edited.zlut'), ...args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/edited\.zlut: 10 of 11 planes kept, 400 to -50 nm\n/);
    expect(stderr).toMatch(/its quality is dropped/);
    const { planeZNm, origin, model } = await readZLut(at('edited.zlut'));
    expect([planeZNm[0], planeZNm[9]]).toEqual([0.88 * -400 - 4, 0.88 * 50 - 4]);
    expect(model!.stepZNm).toBe(88);
    expect(origin).toMatchObject({ beadDiameterNm: 1050, focalShift: { factor: 0.88, applied: true } });
    expect(origin!.edits).toHaveLength(6);
    const twice = await zlut('edit', at('edited.zlut'), at('twice.zlut'), '--focal-shift', '0.88');
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/^E_ZLUT edited\.zlut focal shift: .*already/);
    expect(existsSync(at('twice.zlut'))).toBe(false);
  });

  test('refuses a file that is damaged, by name', async () => {
    writeFileSync(at('cut.zlut'), readFileSync(at('bead.zlut')).subarray(0, 900));
    const { code, stderr } = await zlut('edit', at('cut.zlut'), at('y.zlut'), '--flip');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^E_ZLUT cut\.zlut.*: expected \d+ bytes, received 900 bytes; .*cut off/);
  });
});

describe('zlut check', () => {
  test('refuses a pipeline that makes other profiles, naming both, and doubts z in um', async () => {
    await writeZLut(
      at('near.csv'),
      sampledZLut('near.csv', heightsNm(0, 2000, 20), (zNm) => zNm / 1000),
    );
    const [other, own, near] = await Promise.all([
      zlut('check', at('bead.zlut'), '--preset', 'quadrant'),
      zlut('check', at('a.txt'), '--preset', 'magtrack'),
      zlut('check', at('near.csv')),
    ]);
    expect([other.code, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toMatch(
      /^E_ZLUT bead 3 Z-LUT bead\.zlut: expected profiles of radial-profile \(angularDensity .*, received radial-profile \(bins split/,
    );
    expect(own.stdout).toMatch(/ of 100\)/);
    expect(own.stderr).toBe('');
    expect(near.stderr).toMatch(/near\.csv: z is perhaps um, .*--z-unit um/);
  });
});

test('zlut sweep says which of its options are missing', async () => {
  const { code, stderr } = await zlut('sweep', '--from', '0');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^E_CONFIG zlut sweep: expected --from, .*, received no --to, --step; .*--suggest/);
});
