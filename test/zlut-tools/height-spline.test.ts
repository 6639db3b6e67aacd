import { describe, expect, test } from 'vitest';
import { cubicWeights } from '#stages/cubic-spline.ts';
import { zPlace } from '#stages/spline-model.ts';
import { cubicOfQuintic, heightGrid, heightPlace, modelHeights } from '#zlut-tools/height-spline.ts';
import { ringModel } from '../stages/ring-model.ts';

const every = (stepNm: number, planes: number) =>
  Array.from({ length: planes }, (_, plane) => 500 + plane * stepNm);

describe('splines along z', () => {
  test('have no more coefficients than there are planes, and none closer than the light can change', () => {
    for (const [stepNm, planes] of [
      [50, 200],
      [10, 300],
      [130, 126],
      [400, 8],
      [50, 9],
    ] as const) {
      const { zKnots, stepZNm, intervals } = heightGrid(every(stepNm, planes));
      expect(zKnots).toBeLessThanOrEqual(planes);
      expect(stepZNm).toBeGreaterThanOrEqual(Math.min(110, 1.5 * stepNm));
      expect(stepZNm * intervals).toBeCloseTo((planes - 1) * stepNm, 9);
    }
    expect(heightGrid(every(50, 200)).stepZNm).toBeLessThan(130);
  });

  test('become cubic ones that follow them to a few ten-thousandths of what changes fastest', () => {
    const grid = heightGrid(every(50, 61));
    const wave = (z: number) => Math.sin((2 * Math.PI * z) / 520);
    // Coefficients of a wave make a wave, only higher: what matters is that both are the same one.
    const quintic = Float64Array.from({ length: grid.zKnots }, (_, k) => wave((k - 2) * grid.stepZNm));
    const cubic = cubicOfQuintic(grid, quintic, 1);
    const model = { ...ringModel(), startZNm: 500, ...modelHeights(grid), coefficients: cubic };
    expect(cubic).toHaveLength(model.zKnots);
    const weights = new Float64Array(4);
    for (let zNm = 500; zNm <= 3500; zNm += 7) {
      const place = heightPlace(grid, zNm);
      const { knot, t } = zPlace(model, zNm);
      cubicWeights(t, weights);
      const ofQuintic = place.zWeights.reduce(
        (sum, weight, j) => sum + weight * quintic[place.zKnot + j]!,
        0,
      );
      const ofCubic = weights.reduce((sum, weight, j) => sum + weight * cubic[knot + j]!, 0);
      expect(Math.abs(ofCubic - ofQuintic)).toBeLessThan(2e-4);
    }
  });
});
