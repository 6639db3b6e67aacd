import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { powerSpectrum } from '../../../dashboard/analysis/power-spectrum.ts';

const RATE_HZ = 1000;

function whiteNoise(count: number, deviation: number): Float64Array {
  const random = createRandom(11);
  return Float64Array.from({ length: count }, () => deviation * random.normal());
}

describe('the power spectrum', () => {
  test('of white noise is flat at twice its variance over the sampling rate', () => {
    const values = whiteNoise(1 << 16, 3);
    const { density, frequencyHz, segments } = powerSpectrum({ rateHz: RATE_HZ, values }, 256);
    expect(segments).toBe(511);
    expect([frequencyHz.length, frequencyHz[0], frequencyHz.at(-1)]).toEqual([
      128,
      RATE_HZ / 256,
      RATE_HZ / 2,
    ]);
    const expected = (2 * 3 ** 2) / RATE_HZ;
    // The mean is taken off each segment, which takes from the first bin; the last has no twin.
    const inner = density.subarray(1, -1);
    // 511 half-overlapping segments scatter by 1 / sqrt(511 * 0.53), 6 %: 5 sigma at each of 126 bins.
    for (const value of inner) expect(Math.abs(value / expected - 1)).toBeLessThan(0.3);
    const mean = inner.reduce((sum, value) => sum + value, 0) / inner.length;
    // 65536 samples: 0.6 %, 3 sigma.
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.02);
  });

  test('of a sine adds up to half the square of its amplitude, at its frequency', () => {
    const frequency = 125;
    const values = Float64Array.from(
      { length: 8192 },
      (_, at) => 40 + 6 * Math.sin((2 * Math.PI * frequency * at) / RATE_HZ),
    );
    const { density, frequencyHz } = powerSpectrum({ rateHz: RATE_HZ, values }, 1024);
    const binHz = frequencyHz[0]!;
    const power = density.reduce((sum, value) => sum + value * binHz, 0);
    expect(power).toBeCloseTo(18, 9);
    expect(frequencyHz[density.indexOf(Math.max(...density))]).toBe(frequency);
  });

  test('adds up to the power of a signal at half the rate, which has no twin', () => {
    const values = Float64Array.from({ length: 1024 }, (_, at) => (at % 2 === 0 ? 3 : -3));
    const { density, frequencyHz } = powerSpectrum({ rateHz: RATE_HZ, values }, 64);
    expect(density.reduce((sum, value) => sum + value * frequencyHz[0]!, 0)).toBeCloseTo(9, 9);
  });

  test('adds up to the variance of a random signal, whatever the rate', () => {
    const values = whiteNoise(1 << 15, 2);
    const { density, frequencyHz } = powerSpectrum({ rateHz: 7.5, values });
    const power = density.reduce((sum, value) => sum + value * frequencyHz[0]!, 0);
    // 32768 samples: 0.8 %, 3 sigma, and a part in 4096 that the means take.
    expect(Math.abs(power / 4 - 1)).toBeLessThan(0.03);
  });

  test('leaves out segments with a missing sample, and is empty where no segment is whole', () => {
    const values = whiteNoise(4096, 1);
    values[2000] = Number.NaN;
    // 31 half-overlapping segments of 256 before; 14 end before the gap and 15 begin behind it.
    expect(powerSpectrum({ rateHz: RATE_HZ, values }, 256).segments).toBe(14 + 15);
    expect(powerSpectrum({ rateHz: RATE_HZ, values: values.subarray(0, 10) }).density).toHaveLength(0);
  });
});
