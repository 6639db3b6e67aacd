import { describe, expect, test } from 'vitest';
import {
  createFastSensor,
  createSensor,
  type Expose,
  type SensorParams,
  sensorFor,
} from '#simulation/camera-noise.ts';
import { createRandom } from '#simulation/random.ts';

const sensors: [string, (params: SensorParams, seed: number) => Expose][] = [
  ['exact', (params, seed) => createSensor(params, createRandom(seed))],
  ['fast', createFastSensor],
];
const width = 250;
const pixels = width * 160;

/** Mean and variance of the counts of an evenly lit frame. */
function statistics(expose: Expose, light: number) {
  const counts = new Uint16Array(pixels);
  expose(new Float32Array(pixels).fill(light), width, counts);
  const mean = counts.reduce((sum, count) => sum + count, 0) / pixels;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / pixels;
  return { counts, mean, variance };
}

describe.each(sensors)('%s noise', (_, createNoise) => {
  const params = { photonsPerPixel: 400, readNoise: 5, gain: 3, offset: 100, saturation: 65535 };

  test.each([0.05, 1, 2.5])(
    'at %d x the background has the mean and variance of photons and read noise',
    (light) => {
      const { mean, variance } = statistics(createNoise(params, 1), light);
      const photons = 400 * light;
      // Rounding to whole counts adds 1/12.
      const expected = 9 * (photons + 25) + 1 / 12;
      expect(Math.abs(mean - (100 + 3 * photons))).toBeLessThan(4 * Math.sqrt(expected / pixels) + 0.02);
      expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / pixels) + 0.003);
    },
  );

  test('clips at 0 and at the largest count', () => {
    const dark = { ...params, offset: -1e5 };
    expect(statistics(createNoise(dark, 1), 1).counts.every((count) => count === 0)).toBe(true);
    const bright = { ...params, saturation: 300 };
    expect(statistics(createNoise(bright, 1), 1).counts.every((count) => count === 300)).toBe(true);
  });

  test('without photons or read noise is the rounded light', () => {
    const quiet = { photonsPerPixel: 1e12, readNoise: 0, gain: 1e-10, offset: 7.6, saturation: 255 };
    const counts = new Uint8Array(6);
    // Exact in float32, so that no count lies on the edge between two.
    createNoise(quiet, 1)(Float32Array.of(0, 0.25, 0.5, 1, 1.5, 3), 3, counts);
    expect(Array.from(counts)).toEqual([8, 33, 58, 108, 158, 255]);
  });

  test('is the same for the same seed and new in every frame', () => {
    const expose = createNoise(params, 9);
    const first = statistics(expose, 1).counts;
    expect(statistics(createNoise(params, 9), 1).counts).toEqual(first);
    const second = statistics(expose, 1).counts;
    const covariance =
      first.reduce((sum, count, pixel) => sum + (count - 1300) * (second[pixel]! - 1300), 0) / pixels;
    expect(Math.abs(covariance)).toBeLessThan((4 * 9 * 425) / Math.sqrt(pixels));
  });

  test('neighboring pixels and neighboring rows are uncorrelated', () => {
    const { counts } = statistics(createNoise(params, 3), 1);
    for (const distance of [1, width]) {
      let covariance = 0;
      for (let pixel = distance; pixel < pixels; pixel++) {
        covariance += (counts[pixel]! - 1300) * (counts[pixel - distance]! - 1300);
      }
      expect(Math.abs(covariance / pixels)).toBeLessThan((4 * 9 * 425) / Math.sqrt(pixels));
    }
  });
});

test('exact noise keeps the skewness of few photons', () => {
  const params = { photonsPerPixel: 4, readNoise: 0, gain: 1, offset: 0, saturation: 65535 };
  const { counts, mean, variance } = statistics(createSensor(params, createRandom(2)), 1);
  const third = counts.reduce((sum, count) => sum + (count - mean) ** 3, 0) / pixels;
  expect(third / variance ** 1.5).toBeCloseTo(0.5, 1);
});

test.each([
  ['mono8', 102],
  ['mono12', 1638],
  ['mono16', 26214],
] as const)('a %s sensor has its background at count %d, 0.4 of the largest', (pixelFormat, background) => {
  const sensor = sensorFor(pixelFormat, { photonsPerPixel: 800, readNoise: 2 });
  expect(sensor.gain * 800).toBeCloseTo(background, 9);
});
