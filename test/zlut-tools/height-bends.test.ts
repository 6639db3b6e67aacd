import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { heightBends } from '#zlut-tools/height-bends.ts';
import { createPlaneEquations, solvePlanes } from '#zlut-tools/model-equations.ts';

const Z_KNOTS = 60;
const KNOTS = 20;
const NOISE = 3;

/** Rings that change with height fast at low knots of z, slowly at high ones. */
const fastThenSlow = (z: number, knot: number) =>
  100 + 40 * Math.cos(z < Z_KNOTS / 2 ? z + knot : 0.05 * z + knot);

/** Coefficients that were each measured once, smoothed so often; root mean square errors of the two halves. */
function errorsAfter(
  smoothings: number,
  truth = fastThenSlow,
  noise = NOISE,
): [lower: number, upper: number] {
  const random = createRandom(3);
  const measured = Array.from({ length: Z_KNOTS }, (_, z) => {
    const equations = createPlaneEquations(KNOTS, z, Float64Array.of(1));
    for (let knot = 0; knot < KNOTS; knot++) {
      equations.band[4 * knot] = 1 / noise ** 2;
      equations.right[knot] = (truth(z, knot) + noise * random.normal()) / noise ** 2;
    }
    return equations;
  });
  const coefficients = new Float64Array(Z_KNOTS * KNOTS);
  solvePlanes(measured, KNOTS, coefficients);
  for (let smoothing = 0; smoothing < smoothings; smoothing++) {
    const bends = heightBends(coefficients, Z_KNOTS, KNOTS);
    solvePlanes([...measured, ...bends], KNOTS, coefficients);
  }
  const rmsOf = (from: number, to: number) => {
    let sum = 0;
    for (let z = from; z < to; z++) {
      for (let knot = 0; knot < KNOTS; knot++) sum += (coefficients[z * KNOTS + knot]! - truth(z, knot)) ** 2;
    }
    return Math.sqrt(sum / ((to - from) * KNOTS));
  };
  return [rmsOf(2, Z_KNOTS / 2 - 6), rmsOf(Z_KNOTS / 2 + 6, Z_KNOTS)];
}

describe('held by their bends', () => {
  test('coefficients lose noise where they change slowly, and nothing where they change fast', () => {
    const [fastBefore, slowBefore] = errorsAfter(0);
    const [fast, slow] = errorsAfter(3);
    // counts: 560 and 480 numbers know their root mean square to 4 %.
    expect(Math.abs(fastBefore / NOISE - 1)).toBeLessThan(0.12);
    expect(Math.abs(slowBefore / NOISE - 1)).toBeLessThan(0.12);
    expect(slow).toBeLessThan(0.7 * NOISE);
    expect(fast).toBeLessThan(1.02 * fastBefore);
  });

  test('those of a bright bead lose noise, too, though sixth differences of its rings are far above it', () => {
    const noise = 0.03;
    const rings = (z: number, knot: number) => 100 + 40 * Math.cos(0.8 * z + knot);
    const [before] = errorsAfter(0, rings, noise);
    const [after] = errorsAfter(3, rings, noise);
    // Share: held by sixth differences alone they keep 0.98 of it.
    expect(after).toBeLessThan(0.9 * before);
  });

  test('fewer knots than a bend spans, and coefficients without any, are held by nothing', () => {
    expect(heightBends(new Float64Array(6 * KNOTS), 6, KNOTS)).toEqual([]);
    for (const { band } of heightBends(new Float64Array(9 * KNOTS), 9, KNOTS)) {
      expect(band.every((weight) => weight === 0)).toBe(true);
    }
  });
});
