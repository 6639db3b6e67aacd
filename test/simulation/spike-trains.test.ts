import { describe, expect, test } from 'vitest';
import { createSpikeTrains, SPIKE_SOURCES, type SpikeTrainParams } from '#simulation/spike-trains.ts';

const params = (source: SpikeTrainParams['source'], seed = 3): SpikeTrainParams => ({
  ...{ cells: 60, source, rateHz: 0.5, seed },
});

describe.each(SPIKE_SOURCES)('spikes of %s', (source) => {
  const trains = createSpikeTrains(params(source));
  const { times, periodS } = trains;

  test('have the rate asked for', () => {
    const count = times.reduce((sum, { length }) => sum + length, 0);
    // Of 60 x 200 spikes by chance 0.9 % rms; those of the network are scaled to it.
    expect(count / (60 * periodS) / 0.5).toBeCloseTo(1, source === 'network' ? 9 : 1);
  });

  test('rise within the period', () => {
    for (const train of times) {
      expect(train.every((timeS, index) => timeS >= (train[index - 1] ?? 0) && timeS < periodS)).toBe(true);
    }
  });

  test('come at irregular times', () => {
    const variations = times.map((train) => {
      const waits = Array.from(train.subarray(1), (timeS, index) => timeS - train[index]!);
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      return Math.sqrt(waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length) / mean;
    });
    const variation = variations.reduce((sum, value) => sum + value, 0) / 60;
    // 1 by chance, 0.8 to 0.9 in a balanced network of 400; regular firing has 0.
    expect(variation).toBeGreaterThan(0.75);
    expect(variation).toBeLessThan(1.05);
  });

  test('are the same for the same seed', () => {
    expect(createSpikeTrains(params(source))).toEqual(trains);
    expect(createSpikeTrains(params(source, 4))).not.toEqual(trains);
  });
});
