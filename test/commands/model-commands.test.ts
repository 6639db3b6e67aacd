import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { csvColumns, rms, runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/beads/${name}`, import.meta.url));
const folder = temporaryFolder();
const config = join(folder, 'precise.toml');
const zLut = join(folder, 'bead.zlut.npy');
const stack = fixture('sweep.npy');
const read = (path: string) => csvColumns(readFileSync(path, 'utf8'));

const build = (...more: string[]) =>
  runCommand(
    ...['zlut', 'build', stack, '--z', fixture('sweep.csv'), '--frames', '::2'],
    ...['--config', config, '--force', '--out', zLut, ...more],
  );

const track = (csv: string, ...more: string[]) =>
  runCommand(
    ...['track', stack, '--rois', 'whole', '--frames', '1::2', '--config', config],
    ...['--zlut', zLut, '--force', '--out', csv, ...more],
  );

describe('a model, from the sweep to the tracks', () => {
  beforeAll(() => {
    writeFileSync(
      config,
      `[pipeline]
preset = "quadrant"
stages = ["center-of-mass", "quadrant-interpolation", "radial-profile", "lookup-z", "maximum-likelihood"]
`,
    );
  });

  test('the even frames of a sweep say what the odd ones are, and how far off that may be', async () => {
    const built = await build('--model');
    expect(built.stderr).toMatch(/round 4 of 4/);
    expect(built.stderr).toMatch(/camera, by photon transfer from these frames: variance = \d\.\d+ x counts/);
    expect(built.code).toBe(0);
    const csv = join(folder, 'tracks.csv');
    const { code, stderr } = await track(csv);
    expect(stderr).toMatch(/engine: wasm /);
    expect(code).toBe(0);
    const tracks = read(csv);
    const truth = read(fixture('sweep-truth.csv'));
    const errors = (column: 'xPx' | 'yPx' | 'zNm') =>
      tracks[column]!.map((value, row) => value - truth[column]![tracks.frame![row]!]!);
    // As the preset quadrant at worst; the Z-LUT has one frame a plane.
    expect(rms(errors('xPx'))).toBeLessThan(0.008);
    expect(rms(errors('yPx'))).toBeLessThan(0.008);
    expect(rms(errors('zNm'))).toBeLessThan(5);
    for (const [column, sigma] of [
      ['xPx', 'sigmaXPx'],
      ['yPx', 'sigmaYPx'],
    ] as const) {
      const spread = rms(errors(column).map((error, row) => error / tracks[sigma]![row]!));
      expect(spread).toBeGreaterThan(0.7);
      expect(spread).toBeLessThan(1.6);
    }
    const fits = tracks.chiSquared!.filter((value) => !Number.isNaN(value));
    // All but the two at the ends of the Z-LUT; 0.02 is what 4096 pixels leave to chance.
    expect(fits).toHaveLength(58);
    expect(Math.min(...fits)).toBeGreaterThan(0.9);
    expect(Math.max(...fits)).toBeLessThan(1.15);
  });

  test('the noise of the camera may be taken from the recording itself', async () => {
    expect((await build('--model')).code).toBe(0);
    const csv = join(folder, 'noise.csv');
    const { code, stderr } = await track(csv, '--camera-noise');
    expect(code).toBe(0);
    const gain = Number(/from this recording: (\S+) counts a photon/.exec(stderr)?.[1]);
    const ofSweep = Number(/variance = (\S+) x counts/.exec((await build('--model')).stderr)?.[1]);
    // Odd frames of the sweep instead of the even ones.
    expect(Math.abs(gain / ofSweep - 1)).toBeLessThan(0.2);
    expect(read(csv).chiSquared!.filter((value) => value > 0.85 && value < 1.15)).toHaveLength(58);
    expect((await build()).code).toBe(0);
    expect((await track(csv, '--camera-noise')).stderr).toMatch(/E_ZLUT.*zlut build --model/s);
  });

  test('a Z-LUT without one is refused', async () => {
    const csv = join(folder, 'refused.csv');
    expect((await build('--model')).code).toBe(0);
    expect((await build()).code).toBe(0);
    const without = await track(csv);
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/E_ZLUT.*zlut build --model/s);
  });
});
