import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZLut } from '#protocol/z-lut-file.ts';
import { formatRoiCsv } from '#rois/roi-file.ts';
import { runCommand } from '../support/cli.ts';
import { simulateSweep } from '../support/simulated-sweep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const planeZNm = Array.from({ length: 24 }, (_, plane) => 1500 + plane * 50);
const build = (...args: string[]) => runCommand('zlut', 'build', ...args, '--preset', 'quadrant');

/** The sweep of two beads on disk, as the folder that a live sweep leaves. */
beforeAll(async () => {
  const field = simulateSweep({
    ...{ beads: 2, radiiNm: [500], planeZNm, framesPerPlane: 3, fps: 10, bothWays: true },
    ...{ driftNmPerS: 2, hysteresisNm: 40, photonsPerPixel: 1000, seed: 5 },
  });
  mkdirSync(at('sweep'));
  const frames: Uint8Array[] = [];
  let planes = 'frame,zNm,pass,timeS\n';
  for await (const { pixels, planeZNm: zNm, pass, timeS, frame } of field.sweep()) {
    frames.push(pixels.slice());
    planes += `${frame},${zNm},${pass},${timeS}\n`;
  }
  writeFileSync(at('sweep/stack.bin'), Buffer.concat(frames));
  const { width, height } = field.shape;
  const beside = { frames: frames.length, y: height, x: width, dtype: 'uint16' };
  writeFileSync(at('sweep/stack.json'), JSON.stringify(beside));
  writeFileSync(at('sweep/planes.csv'), planes);
  writeFileSync(at('sweep/rois.csv'), formatRoiCsv(field.rois));
  writeFileSync(at('sweep/sweep.json'), '{}');
});

const expectMotion = (stderr: string, unit: string) => {
  const [, hysteresis, drift] = new RegExp(
    `hysteresis ([\\d.]+) \\+- [\\d.]+ nm, drift ([\\d.]+) \\+- [\\d.]+ ${unit} `,
  ).exec(stderr)!;
  expect(Math.abs(Number(hysteresis) - 40)).toBeLessThan(4);
  return Number(drift);
};

describe('zlut build of a field', () => {
  test('the folder of a live sweep says everything: a Z-LUT and a report for each bead', async () => {
    const { code, stderr } = await build(at('sweep'), '--out', at('built'), '--report');
    expect(code).toBe(0);
    expect(Math.abs(expectMotion(stderr, 'nm/s') - 2)).toBeLessThan(0.2);
    expect(stderr).toContain('2 of 2 beads have a Z-LUT, 2 are good');
    const files = ['bead-0.zlut', 'bead-0.zlut.html', 'bead-1.zlut', 'bead-1.zlut.html'];
    expect(readdirSync(at('built')).sort()).toEqual(files);
    const { origin, planes } = await readZLut(at('built/bead-1.zlut'));
    expect(planes).toBe(24);
    expect(origin).toMatchObject({ bead: 1, stack: { name: 'stack.bin' }, quality: { verdict: 'good' } });
    expect(origin!.quality!.driftNmPerS!.value).toBeCloseTo(2, 0);
    expect(readFileSync(at('built/bead-1.zlut.html'), 'utf8')).toContain('hysteresis');
  });

  test('start, step, frames a plane and both ways say the same; drift is by frame where no time is known', async () => {
    const steps = ['--z-start', '1500', '--z-step', '50', '--frames-per-plane', '3', '--both-ways'];
    const args = [
      '--rois',
      at('sweep/rois.csv'),
      '--bead',
      '1',
      '--references',
      '0',
      '--out',
      at('one.zlut'),
    ];
    const { code, stderr } = await build(at('sweep/stack.bin'), ...steps, ...args);
    expect(code).toBe(0);
    // 2 nm/s at 10 frames a second
    expect(Math.abs(expectMotion(stderr, 'nm a frame') - 0.2)).toBeLessThan(0.02);
    const { profiles } = await readZLut(at('one.zlut'));
    const { profiles: listed } = await readZLut(at('built/bead-1.zlut'));
    // counts of 1600: drift is of bead 0 here, and of both there
    const off = profiles.map((counts, index) => Math.abs(counts - listed[index]!) || 0);
    expect(Math.max(...off)).toBeLessThan(10);
  });

  test('one for all beads is one file', async () => {
    const { code, stderr } = await build(at('sweep'), '--shared', '--out', at('shared.zlut'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/bead 1: -?\d\.\d nm from the first, scatter \d\.\d nm, agreement (1|0\.99)/);
    expect(stderr).toContain('24 planes of 2 beads');
    expect((await readZLut(at('shared.zlut'))).origin!.frames!.used).toBeGreaterThan(280);
  });

  test('several beads in one file, a run without frames and half a way back are refused', async () => {
    const several = await build(at('sweep'), '--out', at('several.zlut'));
    expect(several).toMatchObject({ code: 1 });
    expect(several.stderr).toMatch(/--out: expected a folder, or a name with \{bead\}, for the 2 beads 0, 1/);
    mkdirSync(at('run'));
    writeFileSync(at('run/run.json'), '{}');
    const run = await build(at('run'), '--out', at('x.zlut'));
    expect(run.stderr).toMatch(/E_CONFIG .*received a recorded run, which holds tracks and no frames/);
    const steps = ['--z-start', '0', '--z-step', '50', '--frames-per-plane', '5', '--both-ways'];
    const half = await build(at('sweep/stack.bin'), ...steps, '--out', at('x.zlut'));
    expect(half.stderr).toMatch(/--both-ways: expected a multiple of 10 frames, received 144/);
  });
});
