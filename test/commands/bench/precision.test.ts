import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { registerBench } from '#tracker/commands/bench/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('bench precision', () => {
  const folder = temporaryFolder();
  afterEach(() => vi.restoreAllMocks());

  test('prints a line for every point, then the tables, and writes the picture', async () => {
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
    const svg = join(folder, 'precision.svg');
    const program = new Command();
    registerBench(program);
    const options =
      '--preset fast --radius 500 --roi-size 24 --photons 500 --z -1000,2000 --frames 3 --seed 5';
    await program.parseAsync(['node', 'x', 'bench', 'precision', ...options.split(' '), '--svg', svg]);
    const lines = printed.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text));
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
        expect(line).toHaveProperty(field);
      }
    }
    expect(printed.at(-1)).toContain('| 500 | 24 | 500 | fast |');
    expect(readFileSync(svg, 'utf8')).toContain('ROI 24 px');
  });
});
