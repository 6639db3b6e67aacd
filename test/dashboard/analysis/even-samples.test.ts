import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { evenSamples } from '../../../dashboard/analysis/even-samples.ts';

describe('even samples', () => {
  test('have the rate of the time stamps, though these tremble', () => {
    const random = createRandom(2);
    const timeS = Float64Array.from({ length: 1001 }, (_, at) => 50 + at / 250 + 2e-4 * random.normal());
    const { rateHz, values } = evenSamples(
      timeS,
      timeS.map((_, at) => at),
    );
    // 4 s, whose ends are 0.2 ms off: 5e-5 of it each, 4 sigma of both.
    expect(Math.abs(rateHz / 250 - 1)).toBeLessThan(3e-4);
    expect([...values]).toEqual(Array.from({ length: 1001 }, (_, at) => at));
  });

  test('have one NaN for frames that are missing, however many, and the rate of the others', () => {
    const timeS = Float64Array.of(0, 0.1, 0.2, 0.4, 0.5, 90, 90.1);
    const { rateHz, values } = evenSamples(timeS, Float64Array.of(1, 2, 3, 5, 6, 7, 8));
    expect([...values]).toEqual([1, 2, 3, Number.NaN, 5, 6, Number.NaN, 7, 8]);
    expect(rateHz).toBeCloseTo(10, 9);
  });

  test('keep a lost point as missing, and pass over a break of the trace', () => {
    const timeS = Float64Array.of(0, 0.1, 0.2, 0.3, 0.3, 1.3, 1.4);
    const values = Float64Array.of(1, Number.NaN, 3, 4, Number.NaN, 5, 6);
    expect([...evenSamples(timeS, values).values]).toEqual([1, Number.NaN, 3, 4, Number.NaN, 5, 6]);
  });

  test('of fewer than two points are none', () => {
    expect(evenSamples(Float64Array.of(3), Float64Array.of(1)).values).toHaveLength(0);
  });
});
