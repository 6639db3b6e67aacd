import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { csvColumns, rms, runCommand } from '../support/cli.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/beads/${name}`, import.meta.url));
const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const read = (path: string) => csvColumns(readFileSync(path, 'utf8'));

const noGpu = gpuSkipReason();
const engines = ['reference', 'wasm', ...(noGpu ? [] : ['gpu'])];

async function buildFixtureZLut(name = 'bead.zlut.npy', ...more: string[]): Promise<string> {
  const path = out(name);
  const args = [
    'zlut',
    'build',
    fixture('sweep.npy'),
    '--z',
    fixture('sweep.csv'),
    '--frames',
    '::2',
    '--out',
    path,
  ];
  const { code, stderr } = await runCommand(...args, ...more, '--force');
  expect(stderr).toMatch(/60 planes from 4000 to 6950 nm, \d+ radii, 60 frames used, 0 rejected/);
  expect(code).toBe(0);
  return path;
}

describe('track and zlut build', () => {
  test('the quadrant preset finds them nearer, with a Z-LUT of its own, and refuses that of another', async () => {
    const zLut = await buildFixtureZLut('quadrant.zlut.npy', '--preset', 'quadrant');
    const csv = out('quadrant.csv');
    const args = ['track', fixture('sweep.npy'), '--rois', 'whole', '--frames', '1::2', '--out', csv];
    const { code } = await runCommand(...args, '--preset', 'quadrant', '--zlut', zLut);
    expect(code).toBe(0);
    const tracks = read(csv);
    const truth = read(fixture('sweep-truth.csv'));
    const errors = (column: 'xPx' | 'yPx' | 'zNm') =>
      tracks[column]!.map((value, row) => value - truth[column]![tracks.frame![row]!]!);
    // Three times what these photons give; the Z-LUT has one frame a plane.
    expect(rms(errors('xPx'))).toBeLessThan(0.012);
    expect(rms(errors('yPx'))).toBeLessThan(0.012);
    expect(rms(errors('zNm'))).toBeLessThan(6);
    const refused = await runCommand(...args, '--zlut', zLut, '--force');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/E_ZLUT.*bins nearest.*received.*bins interpolate.*--preset/s);
  });

  test.each(engines)(
    'a Z-LUT of the even frames finds the odd ones of a simulated sweep (%s)',
    async (engine) => {
      const zLut = await buildFixtureZLut();
      const csv = out(`sweep-${engine}.csv`);
      const { code, stderr } = await runCommand(
        ...['track', fixture('sweep.npy'), '--rois', 'whole', '--zlut', zLut, '--frames', '1::2'],
        ...['--engine', engine, '--out', csv],
      );
      expect(stderr).toMatch(/60 of 60 frames, [\d.]+ a second/);
      expect(code).toBe(0);
      const tracks = read(csv);
      const truth = read(fixture('sweep-truth.csv'));
      const errors = (column: 'xPx' | 'yPx' | 'zNm') =>
        tracks[column]!.map((value, row) => value - truth[column]![tracks.frame![row]!]!);
      expect(tracks.frame).toEqual(Array.from({ length: 60 }, (_, row) => 2 * row + 1));
      // Three times the 1 nm at 100 nm/px and the 7 nm that these photons and the hard radial bins give.
      expect(rms(errors('xPx'))).toBeLessThan(0.03);
      expect(rms(errors('yPx'))).toBeLessThan(0.03);
      expect(rms(errors('zNm'))).toBeLessThan(30);
      // The lookup needs three planes on either side.
      expect(tracks.zNm!.filter(Number.isNaN).length).toBeLessThanOrEqual(6);
    },
  );

  test.skipIf(noGpu)(
    `engines agree within 0.001 px and 0.5 nm on the same stack${noGpu ? ` (${noGpu})` : ''}`,
    async () => {
      const zLut = await buildFixtureZLut();
      const [reference, gpu] = await Promise.all(
        ['reference', 'gpu'].map(async (engine) => {
          const csv = out(`agree-${engine}.csv`);
          const args = ['track', fixture('field.npy'), '--zlut', zLut, '--engine', engine, '--out', csv];
          expect((await runCommand(...args)).code).toBe(0);
          return read(csv);
        }),
      );
      expect(gpu!.bead).toEqual(reference!.bead);
      for (const [column, tolerance] of [
        ['xPx', 0.001],
        ['yPx', 0.001],
        ['zNm', 0.5],
      ] as const) {
        const worst = Math.max(
          ...gpu![column]!.map((value, row) => Math.abs(value - reference![column]![row]!)),
        );
        expect(worst).toBeLessThan(tolerance);
      }
    },
  );

  test('--rois auto finds all six beads of a simulated field, once each', async () => {
    const csv = out('auto.csv');
    const { stderr } = await runCommand(
      'track',
      fixture('field.npy'),
      '--rois',
      'auto',
      '--out',
      csv,
      '--engine',
      'reference',
    );
    expect(stderr).toContain('found 6 beads');
    const tracks = read(csv);
    const truth = read(fixture('field-truth.csv'));
    const nearest = tracks.xPx!.map((x, row) => {
      const distances = truth.xPx!.map((trueX, index) =>
        truth.frame![index] === tracks.frame![row]
          ? Math.hypot(x - trueX, tracks.yPx![row]! - truth.yPx![index]!)
          : Infinity,
      );
      return Math.min(...distances);
    });
    // 1.5 nm per axis of noise, four times over.
    expect(Math.max(...nearest)).toBeLessThan(0.06);
  });

  test('--rois isolated finds the six, too, of which none is near another, and says so', async () => {
    const args = [
      '--rois',
      'isolated',
      '--roi-size',
      '48',
      '--out',
      out('isolated.csv'),
      '--engine',
      'reference',
    ];
    const { stderr } = await runCommand('track', fixture('field.npy'), ...args);
    expect(stderr).toContain('found 6 isolated beads, ROIs of 48 px; 0 in pairs and clusters');
    expect(new Set(read(out('isolated.csv')).bead).size).toBe(6);
  });

  test('the header of a CSV is what other programs were told', async () => {
    const csv = out('header.csv');
    await runCommand('track', fixture('field.npy'), '--out', csv, '--engine', 'reference', '--frames', '0:1');
    expect(readFileSync(csv, 'utf8').split('\n')[0]).toBe('frame,timeNs,bead,xPx,yPx,zNm,score,status');
  });
});

describe('bad input', () => {
  test('an output that exists is not overwritten without --force', async () => {
    const csv = out('precious.csv');
    writeFileSync(csv, 'mine');
    const { code, stderr } = await runCommand(
      'track',
      fixture('field.npy'),
      '--out',
      csv,
      '--engine',
      'reference',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('E_OUTPUT_EXISTS');
    expect(readFileSync(csv, 'utf8')).toBe('mine');
  });

  test('a Z-LUT of another ROI size is refused with both sizes', async () => {
    const zLut = await buildFixtureZLut();
    const args = ['track', fixture('field.npy'), '--rois', 'auto', '--roi-size', '48', '--zlut', zLut];
    const { code, stderr } = await runCommand(...args, '--out', out('other.csv'), '--engine', 'reference');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /E_ZLUT bead 0 Z-LUT .*: expected 24 radii for its ROI of 48 px, received 32 radii \(an ROI of 64 px\)/,
    );
  });

  test('an ROI outside the frame is refused by bead and line', async () => {
    const rois = out('outside.csv');
    writeFileSync(rois, 'bead,left,top,size\n0,10,10,32\n1,230,10,64\n');
    const { code, stderr } = await runCommand(
      'track',
      fixture('field.npy'),
      '--rois',
      rois,
      '--out',
      out('roi.csv'),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/E_ROI .*left 230/);
  });

  test('a foreign file and a truncated stack say what they are', async () => {
    const foreign = out('notes.tif');
    writeFileSync(foreign, 'these are my notes');
    const cut = out('cut.npy');
    writeFileSync(cut, readFileSync(fixture('field.npy')).subarray(0, 100_000));
    for (const path of [foreign, cut, out('missing.tif')]) {
      const { code, stderr } = await runCommand('track', path, '--out', out('never.csv'));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^E_STACK /m);
      expect(stderr).toContain(path);
    }
  });

  test('an unknown key of the configuration is named with the known ones', async () => {
    const config = out('tweezertrack.toml');
    writeFileSync(config, '[server]\nprot = 8321\n');
    const { code, stderr } = await runCommand('serve', '--config', config);
    expect(code).toBe(1);
    expect(stderr).toContain('E_CONFIG');
    expect(stderr).toMatch(/server\.prot: expected one of host, port, .*, received unknown key 'prot'/);
  });

  test.each([
    ['[server]\nport = "high"\n', 'server.port'],
    ['[server\n', 'expected a readable TOML file'],
    ['[pipeline]\nstages = ["radial-profile"]\n', "'center' written by an earlier stage"],
    ['[pipeline.params.lookup-z]\nnLocal = 4\n', 'lookup-z'],
  ])('a bad configuration %j is refused by its key', async (text, words) => {
    const config = out('bad.toml');
    writeFileSync(config, text);
    const { code, stderr } = await runCommand('serve', '--config', config, '--no-record', '--port', '0');
    expect(code).toBe(1);
    expect(stderr).toContain(words);
  });

  test('zlut build without heights, and with too few, says what is missing', async () => {
    const args = ['zlut', 'build', fixture('sweep.npy'), '--out', out('none.npy')];
    expect((await runCommand(...args)).stderr).toContain('--z-start NM and --z-step NM');
    const few = await runCommand(...args, '--z-start', '0', '--z-step', '50', '--frames', '0:5');
    expect(few.code).toBe(1);
    expect(few.stderr).toMatch(/E_ZLUT .*expected frames at 8 or more heights, received 5/);
  });
});

describe('export', () => {
  test('the CSV of an .arrows file is the CSV that track writes', async () => {
    const track = ['track', fixture('field.npy'), '--engine', 'reference', '--out'];
    expect((await runCommand(...track, out('tracks.arrows'))).code).toBe(0);
    expect((await runCommand(...track, out('tracks.csv'))).code).toBe(0);
    const exported = await runCommand('export', out('tracks.arrows'), '--to', out('exported.csv'));
    expect(exported.stderr).toContain('36 points');
    expect(readFileSync(out('exported.csv'), 'utf8')).toBe(readFileSync(out('tracks.csv'), 'utf8'));
  });

  test('a file cut off in its last batch is exported without it', async () => {
    const bytes = readFileSync(out('tracks.arrows'));
    writeFileSync(out('cut.arrows'), bytes.subarray(0, bytes.length - 20));
    const { code, stderr } = await runCommand('export', out('cut.arrows'), '--to', out('cut.csv'));
    expect(stderr).toContain('0 points');
    expect(code).toBe(0);
  });
});
