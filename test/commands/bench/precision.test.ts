import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import type { BenchLine } from '#tracker/commands/bench/case.ts';
import { registerBench } from '#tracker/commands/bench/command.ts';
import { run } from '#tracker/commands/bench/precision.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

test('gives a line for every point, then prints the tables and writes the picture', async () => {
  const printed = vi.spyOn(console, 'log').mockReturnValue();
  const svg = join(folder, 'precision.svg');
  const asked = { preset: ['fast' as const], radius: [500], roiSize: [24], photons: [500], z: [-1000, 2000] };
  const lines: BenchLine[] = [];
  for await (const line of run({ ...asked, frames: 3, seed: 5, svg })) lines.push(line);

  expect(lines.map(({ zNm }) => zNm)).toEqual([-1000, 2000]);
  for (const line of lines) {
    expect(line).toMatchObject({
      case: 'precision',
      preset: 'fast',
      radiusNm: 500,
      photons: 500,
      roi: 24,
      lost: expect.any(Number),
      false: expect.any(Number),
      sigmaSpread: null,
      seed: 5,
      frames: 3,
    });
    for (const field of ['xyOverBound', 'zOverBound', 'xyBiasNm', 'zBiasNm']) {
      expect(line[field]).toEqual(expect.any(Number));
    }
  }
  expect(printed).toHaveBeenCalledOnce();
  expect(printed.mock.lastCall![0]).toContain('| 500 | 24 | 500 | fast |');
  expect(readFileSync(svg, 'utf8')).toContain('ROI 24 px');
});

test('an exam ends with a line of what each preset lost and got wrong', async () => {
  const printed = vi.spyOn(console, 'log').mockReturnValue();
  const asked = { preset: ['fast' as const], radius: [500], roiSize: [24], photons: [500], z: [-1000, 2000] };
  const lines: BenchLine[] = [];
  for await (const line of run({ ...asked, exam: 5, sweepFrames: 2 })) lines.push(line);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({ case: 'precision', frames: 3 });
  expect(lines[2]).toMatchObject({
    ...{ case: 'precision-exam', preset: 'fast', frames: 6, framesPerPoint: 3, sigmaSpread: null },
    lost: Number(lines[0]!.lost) + Number(lines[1]!.lost),
  });
  expect(printed.mock.lastCall![0]).toContain('fast: of 6 frames');
});

test.each([
  ['--exam 0', 'expected a whole number from 1'],
  ['--radius 0', 'expected numbers above 0'],
  ['--photons 200,-1', 'expected numbers above 0'],
  ['--frames 0', 'expected a whole number from 1'],
  ['--vs true', 'precision takes no peer'],
])('refuses %s', async (option, message) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const bench = new Command('bench').exitOverride();
  registerBench(bench);
  const words = ['precision', '--roi-size', '24', '--frames', '1', ...option.split(' ')];
  await expect(bench.parseAsync(words, { from: 'user' })).rejects.toThrow(message);
});
