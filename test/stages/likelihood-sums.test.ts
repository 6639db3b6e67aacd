import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { addLikelihood, createLikelihoodSums, UNKNOWNS } from '#stages/likelihood-sums.ts';
import { countsAt, createRadialCurve, curveAt } from '#stages/spline-model.ts';
import { ringModel } from './ring-model.ts';

const SIZE = 33;
const model = ringModel();
const curve = createRadialCurve(model.knots);
const state = Float64Array.of(16.2, 15.7, 412, 1.1, 30, 12, -7);
const noise = { cameraGain: 2, floorVariance: 50 };

/** Counts of the model at a state, [row, column]. */
function imageOf(at: Float64Array): Float64Array {
  curveAt(model, at[UNKNOWNS.z]!, curve);
  return Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    const [column, row] = [pixel % SIZE, Math.floor(pixel / SIZE)];
    const r = Math.hypot(column - at[0]!, row - at[1]!);
    const tilt = (at[5]! * (column - 16) + at[6]! * (row - 16)) / 16;
    return at[3]! * countsAt(curve, r / model.knotPx) + at[4]! + tilt;
  });
}

const random = createRandom(4);
const pixels = imageOf(state).map((counts) => counts + 20 * random.normal());

function sumsOf(changed: Partial<Parameters<typeof addLikelihood>[0]> = {}) {
  const sums = createLikelihoodSums();
  const image = {
    pixels,
    size: SIZE,
    noise,
    saturation: Number.POSITIVE_INFINITY,
    unknowns: 7,
    outlierSigmas: Number.POSITIVE_INFINITY,
    ...changed,
  };
  curveAt(model, state[UNKNOWNS.z]!, curve);
  addLikelihood(image, model, curve, state, sums);
  return sums;
}

describe('the sums of a step', () => {
  test('hold the slopes of the image over the variance, by numerical derivatives', () => {
    const { information, gradient, chiSquares } = sumsOf();
    const steps = [1e-3, 1e-3, 0.1, 1e-4, 1, 1, 1];
    const expected = imageOf(state);
    const slopes = steps.map((step, unknown) => {
      const [above, below] = [step, -step].map((by) => {
        const moved = state.slice();
        moved[unknown]! += by;
        return imageOf(moved);
      });
      return expected.map((_, pixel) => (above![pixel]! - below![pixel]!) / (2 * step));
    });
    const weights = expected.map((counts) => 1 / (2 * counts + 50));
    const sum = (of: (pixel: number) => number) => weights.reduce((total, _, pixel) => total + of(pixel), 0);
    expect(chiSquares).toBeCloseTo(
      sum((at) => weights[at]! * (pixels[at]! - expected[at]!) ** 2),
      8,
    );
    for (let a = 0; a < 7; a++) {
      const force = sum((at) => weights[at]! * slopes[a]![at]! * (pixels[at]! - expected[at]!));
      const scale = Math.sqrt(sum((at) => weights[at]! * slopes[a]![at]! ** 2));
      expect(gradient[a]! / scale).toBeCloseTo(force / scale, 4);
      for (let b = 0; b <= a; b++) {
        const shared = sum((at) => weights[at]! * slopes[a]![at]! * slopes[b]![at]!);
        const other = Math.sqrt(sum((at) => weights[at]! * slopes[b]![at]! ** 2));
        expect(information[7 * a + b]! / scale / other).toBeCloseTo(shared / scale / other, 4);
      }
    }
  });

  test('leave out saturated pixels, those that are expected to be, and those beyond the reach', () => {
    const bright = imageOf(state).reduce((count, counts) => count + Number(counts > 1400), 0);
    expect(bright).toBeGreaterThan(0);
    const margin = 3 * Math.sqrt(2 * 1400 + 50);
    const cut = pixels.map((counts) => Math.min(counts, 1400 + margin));
    expect(sumsOf({ pixels: cut, saturation: 1400 + margin }).pixels).toBeLessThanOrEqual(
      SIZE * SIZE - bright,
    );
    const glint = pixels.slice();
    glint[3] = 60_000;
    expect(sumsOf({ pixels: glint, saturation: 60_000 }).pixels).toBe(SIZE * SIZE - 1);
    const near = { ...model, reachPx: 10 };
    const sums = createLikelihoodSums();
    const image = { pixels, size: SIZE, noise, saturation: 1e9, unknowns: 5, outlierSigmas: 1e9 };
    addLikelihood(image, near, curve, state, sums);
    const within = pixels.filter(
      (_, at) => Math.hypot((at % SIZE) - 16.2, Math.floor(at / SIZE) - 15.7) <= 10,
    );
    expect(sums.pixels).toBeCloseTo(within.length, 6);
  });

  test('count a pixel beyond the limit of outliers for nothing, and the rest a little less', () => {
    const dirty = pixels.slice();
    dirty[5] = 1e5;
    const clean = sumsOf({ outlierSigmas: 6 });
    const without = sumsOf({ pixels: dirty, outlierSigmas: 6 });
    expect(clean.pixels - without.pixels).toBeLessThanOrEqual(1);
    expect(without.chiSquares).toBeLessThan(clean.chiSquares);
    expect(sumsOf({ pixels: dirty }).chiSquares).toBeGreaterThan(1e6);
  });
});
