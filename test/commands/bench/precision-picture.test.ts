import { describe, expect, test } from 'vitest';
import { precisionPicture } from '#tracker/commands/bench/precision-picture.ts';
import { precisionPoint as point } from '../../support/precision-point.ts';

describe('the picture', () => {
  const points = [500, 1500].flatMap((radiusNm) =>
    [0, 2000, 4000].flatMap((zNm) =>
      (['fast', 'quadrant'] as const).map((preset) => point({ radiusNm, zNm, preset, photons: 1000 })),
    ),
  );

  test('has a panel for every radius and axis, and a line for every preset in it', () => {
    const svg = precisionPicture(points);
    expect(svg.match(/radius \d+ nm/g)).toHaveLength(4);
    expect(svg.match(/<path class="fast"/g)).toHaveLength(4);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/<g[ >]/g)).toHaveLength(svg.match(/<\/g>/g)!.length);
  });

  test('draws a preset at the bound on the dashed line', () => {
    const atBound = points.map((one) => (one.preset === 'fast' ? { ...one, xyOverBound: 1 } : one));
    const svg = precisionPicture(atBound);
    const dashed = /M0 ([\d.]+)H\d+" stroke="#333" stroke-dasharray/.exec(svg)![1]!;
    const line = /class="fast" d="M([\d.]+) ([\d.]+)L/.exec(svg)!;
    expect(line[2]).toBe(dashed);
  });

  test('keeps every line within its panel of 230 x 130', () => {
    const far = points.map((one, index) => ({ ...one, zOverBound: index === 0 ? 400 : 0.7 }));
    const lines = [...precisionPicture(far).matchAll(/class="\w+" d="([^"]+)"/g)].map(([, path]) => path!);
    expect(lines).toHaveLength(8);
    for (const [, x, y] of lines.join('').matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThanOrEqual(230);
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(130);
    }
  });

  test('breaks a line where no bead was found', () => {
    const broken = points.map((one) => (one.zNm === 2000 ? { ...one, zOverBound: Number.NaN } : one));
    const svg = precisionPicture(broken);
    expect(svg.match(/class="fast" d="M[\d. ]+M[\d. ]+"/g)).toHaveLength(2);
    expect(svg).not.toContain('NaN');
  });
});
