import { describe, expect, test } from 'vitest';
import { precisionTables } from '#tracker/commands/bench/precision-table.ts';
import { precisionPoint as point } from '../../support/precision-point.ts';

describe('tables', () => {
  const points = [
    point({ lost: 2 }),
    point({ zNm: 1000, xyOverBound: 2.5, false: 3, zBiasNm: 0.4 }),
    point({ zNm: 2000, xyOverBound: Number.NaN, zOverBound: 40 }),
  ];

  test('give median and worst of the heights, and sums of what was lost or false', () => {
    expect(precisionTables(points)).toContain(
      '| 500 | 64 | 200 | fast | 2.00 / 2.50 | 3.00 / 40 | 0.20 / 0.20 | 0.50 / 0.50 | 2 | 3 |  |',
    );
  });

  test('list the heights of one brightness together, however they were measured', () => {
    const mixed = [0, 1000].flatMap((zNm) => [200, 1000].map((photons) => point({ zNm, photons })));
    const rows = [...precisionTables(mixed).matchAll(/^\| 500 \| 64 \| (\d+) \| (\d+) \|/gm)];
    expect(rows.map(([, photons, zNm]) => [photons, zNm])).toEqual([
      ['200', '0'],
      ['200', '1000'],
      ['1000', '0'],
      ['1000', '1000'],
    ]);
  });

  test('give every height with its bound, presets side by side', () => {
    const text = precisionTables([...points, point({ preset: 'quadrant', sigmaSpread: 1.04 })]);
    expect(text).toContain(
      '| 500 | 64 | 200 | 0 | 0.500 / 2.000 | 1.50 / 3.00 (-1.00) | 1.50 / 3.00 (-1.00) |',
    );
    expect(text).toContain('| 500 | 64 | 200 | 2000 | 0.500 / 2.000 | - / 40 (-1.00) |  |');
    expect(text).toContain('| 1.04 to 1.04 |');
  });
});
