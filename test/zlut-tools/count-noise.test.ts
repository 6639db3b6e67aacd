import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { addResidual, countNoise, createNoiseSums } from '#zlut-tools/count-noise.ts';

function measured(gain: number, floor: number, black: number, pixels: number, darkest = 100, least = 10) {
  const random = createRandom(8);
  const sums = createNoiseSums();
  for (let pixel = 0; pixel < pixels; pixel++) {
    const photons = darkest + (1000 - darkest) * random.uniform();
    const residual = gain * (random.poisson(photons) - photons) + floor * random.normal();
    addResidual(sums, gain * photons + black, residual, least);
  }
  return sums;
}

describe('photon transfer', () => {
  test('finds gain and read noise of a camera to a percent and a tenth', () => {
    const { cameraGain, floorVariance } = countNoise(measured(2.5, 20, 0, 200_000), 0);
    expect(Math.abs(cameraGain / 2.5 - 1)).toBeLessThan(0.015);
    expect(Math.abs(floorVariance / 400 - 1)).toBeLessThan(0.15);
  });

  test('a black level lowers what is left without light', () => {
    const { cameraGain, floorVariance } = countNoise(measured(2.5, 0, 200, 400_000), 0);
    expect(Math.abs(cameraGain / 2.5 - 1)).toBeLessThan(0.015);
    expect(Math.abs(floorVariance / -500 - 1)).toBeLessThan(0.15);
  });

  test('pixels darker than the least that weighs more lie on the same line', () => {
    const { cameraGain, floorVariance } = countNoise(measured(2.5, 20, 0, 400_000, 1, 500), 0);
    // Shares: 400 000 squares know the slope to 0.4 %, and what is at its end to 4 %.
    expect(Math.abs(cameraGain / 2.5 - 1)).toBeLessThan(0.012);
    expect(Math.abs(floorVariance / 400 - 1)).toBeLessThan(0.12);
  });

  test('a read noise that does not show is none', () => {
    const { cameraGain, floorVariance } = countNoise(measured(2.5, 0, 0, 20_000), 0);
    expect(floorVariance).toBe(0);
    expect(Math.abs(cameraGain / 2.5 - 1)).toBeLessThan(0.03);
  });

  test('numbers that were fitted before are made up for', () => {
    const sums = measured(2.5, 0, 0, 20_000);
    expect(countNoise(sums, 10_000).cameraGain).toBeCloseTo(2 * countNoise(sums, 0).cameraGain, 9);
  });
});
