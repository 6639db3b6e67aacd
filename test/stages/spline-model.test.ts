import { describe, expect, test } from 'vitest';
import { countsAt, createRadialCurve, curveAt, modelRange } from '#stages/spline-model.ts';
import { ringModel, smoothRings } from './ring-model.ts';

const model = ringModel();
const curve = createRadialCurve(model.knots);

describe('a spline model', () => {
  test('gives the counts it was fitted to between its knots, to a thousandth of them', () => {
    for (const zNm of [0, 137, 500, 963, 1000]) {
      curveAt(model, zNm, curve);
      for (const r of [0, 0.2, 3.3, 17.9, 39.9]) {
        expect(Math.abs(countsAt(curve, r / model.knotPx) - smoothRings(r, zNm))).toBeLessThan(0.4);
      }
    }
  });

  test('tells how counts change with height', () => {
    const [below, above] = [createRadialCurve(model.knots), createRadialCurve(model.knots)];
    curveAt(model, 437, curve);
    curveAt(model, 436.99, below);
    curveAt(model, 437.01, above);
    for (let k = 0; k < model.knots; k++) {
      expect(curve.countsByZ[k]).toBeCloseTo((above.counts[k]! - below.counts[k]!) / 0.02, 6);
    }
  });

  test('is flat at the center, and keeps its ends beyond them', () => {
    curveAt(model, 300, curve);
    expect(countsAt(curve, 1e-5)).toBeCloseTo(countsAt(curve, 0), 6);
    expect(modelRange(model)).toEqual([0, 1000]);
    const end = createRadialCurve(model.knots);
    curveAt(model, 1000, curve);
    curveAt(model, 5000, end);
    expect(end).toEqual(curve);
  });
});
