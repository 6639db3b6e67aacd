import { expect, test } from 'vitest';
import type { BenchLine } from '#tracker/commands/bench/case.ts';
import { realTable } from '#tracker/commands/bench/real-table.ts';

test('lists the presets of a part of a recording together, blank where a figure is not measured', () => {
  const line = (preset: string, part: string, figures: object) =>
    ({
      recording: 'sweep',
      part,
      preset,
      frames: 4,
      found: 3,
      sigmaPx: null,
      ...figures,
    }) as unknown as BenchLine;
  const table = realTable([
    line('magtrack', 'near', { medianErrorNm: 50 }),
    line('magtrack', 'far', { noisePx: 0.5 }),
    line('quadrant', 'near', { medianErrorNm: 10 }),
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| sweep | near | magtrack | 4 | 3 | 50 |  |  |  |  |  |  |  |  |',
    '| sweep | near | quadrant | 4 | 3 | 10 |  |  |  |  |  |  |  |  |',
    '| sweep | far | magtrack | 4 | 3 |  |  |  |  | 0.5 |  |  |  |  |',
  ]);
});
