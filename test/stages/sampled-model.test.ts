import { expect, test } from 'vitest';
import { sampledModel } from '#stages/sampled-model.ts';
import { countsAt, createRadialCurve, curveAt } from '#stages/spline-model.ts';
import { smoothRings } from './ring-model.ts';

test('a model of known rings has their counts at every radius and height', () => {
  const reach = { lowestZNm: -200, highestZNm: 400, stepZNm: 50, reachPx: 20, levelCounts: 1000 };
  const model = sampledModel(smoothRings, reach);
  const curve = createRadialCurve(model.knots);
  for (const zNm of [-200, -113, 20, 399]) {
    curveAt(model, zNm, curve);
    for (let radiusPx = 0; radiusPx <= 20; radiusPx += 0.17) {
      // counts of 400: the fourth power of 0.48 rad between knots, and what fourth order leaves of it
      const off = countsAt(curve, radiusPx / model.knotPx) - smoothRings(radiusPx, zNm);
      expect(Math.abs(off), `${radiusPx} px, ${zNm} nm`).toBeLessThan(1);
    }
  }
});
