import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { allanDeviation } from '../../../dashboard/analysis/allan-deviation.ts';

const RATE_HZ = 100;

describe('the Allan deviation', () => {
  test('of white noise falls with the root of the averaging time', () => {
    const random = createRandom(3);
    const values = Float64Array.from({ length: 1 << 16 }, () => 5 * random.normal());
    const { tauS, deviation } = allanDeviation({ rateHz: RATE_HZ, values });
    expect([...tauS.subarray(0, 4)]).toEqual([0.01, 0.02, 0.04, 0.08]);
    for (const [octave, tau] of tauS.entries()) {
      if (octave > 9) break;
      const expected = 5 / Math.sqrt(tau * RATE_HZ);
      // About 65536 / span independent differences, whose deviation scatters by 1 / sqrt(2 n): 4 sigma.
      const tolerance = 4 / Math.sqrt((2 * values.length) / 2 ** octave);
      expect(Math.abs(deviation[octave]! / expected - 1)).toBeLessThan(tolerance);
    }
  });

  test('of a random walk rises with it, and is known at every span', () => {
    const random = createRandom(4);
    let position = 1e6;
    const values = Float64Array.from({ length: 1 << 16 }, () => {
      position += 2 * random.normal();
      return position;
    });
    const { deviation } = allanDeviation({ rateHz: RATE_HZ, values });
    for (let octave = 0; octave <= 7; octave++) {
      const span = 2 ** octave;
      // Of the means of m steps of s: s^2 (2 m^2 + 1) / (6 m).
      const expected = 2 * Math.sqrt((2 * span ** 2 + 1) / (6 * span));
      const tolerance = 4 / Math.sqrt(values.length / span);
      expect(Math.abs(deviation[octave]! / expected - 1)).toBeLessThan(tolerance);
    }
  });

  test('of a drift of one unit a sample is its span over the root of two', () => {
    const values = Float64Array.from({ length: 300 }, (_, at) => at);
    const { deviation } = allanDeviation({ rateHz: RATE_HZ, values });
    expect(deviation).toHaveLength(7);
    for (const [octave, value] of deviation.entries()) expect(value).toBeCloseTo(2 ** octave / Math.SQRT2, 9);
  });

  test('takes only places without a missing sample', () => {
    const values = Float64Array.of(0, 1, 0, 1, Number.NaN, 900, 901, 900, 901);
    const { tauS, deviation } = allanDeviation({ rateHz: 1, values });
    // Steps of 1 within each half; none over the gap.
    expect(deviation[0]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(deviation[1]).toBe(0);
    expect([...tauS]).toEqual([1, 2]);
  });

  test('of nothing is nothing', () => {
    expect(allanDeviation({ rateHz: Number.NaN, values: new Float64Array(0) }).tauS).toHaveLength(0);
  });
});
