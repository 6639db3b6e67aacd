import { describe, expect, test } from 'vitest';
import { createRandom, xoshiro128StarStar } from '#simulation/random.ts';

function moments(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return { mean, variance: central(2), skewness: central(3) / central(2) ** 1.5, fourth: central(4) };
}

test('xoshiro128** gives the numbers worked out by hand from its definition', () => {
  const next = xoshiro128StarStar(Uint32Array.of(1, 2, 3, 4));
  expect([next(), next(), next(), next()]).toEqual([11520, 0, 5927040, 70819200]);
});

test('the same seed gives the same stream, another seed another', () => {
  const [a, b, c] = [7, 7, 8].map((seed) => Array.from({ length: 8 }, createRandom(seed).uniform));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

test('uniform numbers fill [0, 1) evenly', () => {
  const random = createRandom(1);
  const draws = 200_000;
  const bins = new Uint32Array(50);
  for (let draw = 0; draw < draws; draw++) bins[Math.floor(random.uniform() * 50)]!++;
  const chiSquare = bins.reduce((sum, count) => sum + (count - draws / 50) ** 2 / (draws / 50), 0);
  // 49 degrees of freedom: mean 49, sd 10.
  expect(chiSquare).toBeGreaterThan(19);
  expect(chiSquare).toBeLessThan(89);
});

test('normal numbers have the first four moments of a standard normal', () => {
  const random = createRandom(2);
  const draws = 400_000;
  const { mean, variance, skewness, fourth } = moments(Float64Array.from({ length: draws }, random.normal));
  const fourSigma = 4 / Math.sqrt(draws);
  expect(Math.abs(mean)).toBeLessThan(fourSigma);
  expect(Math.abs(variance - 1)).toBeLessThan(fourSigma * Math.SQRT2);
  expect(Math.abs(skewness)).toBeLessThan(fourSigma * Math.sqrt(6));
  expect(Math.abs(fourth - 3)).toBeLessThan(fourSigma * Math.sqrt(96));
});

describe('Poisson numbers', () => {
  // Both algorithms, on either side of the mean where they change over, and photon counts of a camera.
  test.each([0.3, 4, 9.9, 10.1, 37, 1000, 1e6])('have mean, variance and skewness of mean %d', (expected) => {
    const random = createRandom(3);
    const draws = 200_000;
    const counts = Float64Array.from({ length: draws }, () => random.poisson(expected));
    const { mean, variance, skewness } = moments(counts);
    const fourSigma = 4 / Math.sqrt(draws);
    expect(Math.abs(mean - expected)).toBeLessThan(fourSigma * Math.sqrt(expected));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(fourSigma * Math.sqrt(2 + 1 / expected));
    expect(Math.abs(skewness - 1 / Math.sqrt(expected))).toBeLessThan(
      fourSigma * Math.sqrt(6 + 60 / expected),
    );
  });

  test.each([4, 12])('of mean %d occur as often as their probabilities say', (mean) => {
    const random = createRandom(4);
    const draws = 200_000;
    const bins = new Uint32Array(40);
    for (let draw = 0; draw < draws; draw++) bins[Math.min(39, random.poisson(mean))]!++;
    let probability = Math.exp(-mean);
    let chiSquare = 0;
    let degrees = 0;
    for (let count = 0; count < 39; count++) {
      const expected = draws * probability;
      if (expected > 20) {
        chiSquare += (bins[count]! - expected) ** 2 / expected;
        degrees++;
      }
      probability *= mean / (count + 1);
    }
    expect(degrees).toBeGreaterThan(10);
    // 4 standard deviations of chi-square.
    expect(chiSquare).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees));
  });

  test('of mean 0 are 0', () => {
    expect(createRandom(5).poisson(0)).toBe(0);
  });
});
