import { expect, test } from 'vitest';
import { hammingLowPass } from '#calcium/low-pass.ts';
import { percentile } from '#calcium/statistics.ts';
import { SortedWindow } from '#calcium-stages/sorted-window.ts';
import { createRandom } from '#simulation/random.ts';
import { runTraces } from '../support/run-traces.ts';

const baselineOf = (
  counts: ArrayLike<number>,
  fps: number,
  params = {},
  isMissing?: (id: number) => boolean,
) =>
  runTraces(counts, {
    fps,
    neurons: 1,
    stages: [{ stage: 'running-baseline', params }],
    ...(isMissing && { isMissing }),
  }).columns.baseline;

function noisy(seed: number, frames: number, level = (_: number) => 100): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: frames }, (_, frame) => Math.fround(level(frame) + 5 * random.normal()));
}

test('a percentile of the window is that of its values, as they come, go, are equal or missing', () => {
  const random = createRandom(1);
  for (const percent of [0, 5, 50, 100]) {
    const window = new SortedWindow(2, 10, 40, percent);
    const past: { timeS: number; values: number[] }[] = [];
    for (let step = 0, timeS = 0; step < 400; step++, timeS += random.uniform()) {
      // Whole numbers, so that many are equal.
      const values = [0, 1].map(() =>
        random.uniform() < 0.1 ? Number.NaN : Math.floor(8 * random.uniform()),
      );
      past.push({ timeS, values });
      window.add(timeS, Float64Array.from(values));
      for (const cell of [0, 1]) {
        const known = past
          .filter((sample) => sample.timeS > timeS - 10)
          .map((sample) => sample.values[cell]!)
          .filter((value) => !Number.isNaN(value));
        if (known.length === 0) expect(window.percentiles[cell]).toBeNaN();
        else expect(window.percentiles[cell]).toBeCloseTo(percentile(known, percent), 12);
      }
    }
  }
});

test('the oldest sample gives way where more come than the window has room for', () => {
  const window = new SortedWindow(1, 1000, 3, 0);
  for (const value of [1, 5, 4, 6]) window.add(value, Float64Array.of(value));
  expect(window.percentiles[0]).toBe(4);
});

test('the baseline is the 5th percentile of a minute of samples of the filtered trace, from 10 s on', () => {
  const counts = noisy(2, 2700);
  const baseline = baselineOf(counts, 30);
  const kernel = hammingLowPass(29, 1, 30);
  const filtered = (frame: number) =>
    kernel.reduce((sum, weight, tap) => sum + weight * counts[frame - 28 + tap]!, 0);
  expect(baseline.subarray(0, 300).every(Number.isNaN)).toBe(true);
  for (const frame of [300, 1000, 2699]) {
    const samples: number[] = [];
    // Of 5 a second, the first with the first full filter.
    for (let at = 28; at <= frame; at += 6)
      if (at > frame - ((frame - 28) % 6) - 1800) samples.push(filtered(at));
    expect(baseline[frame]).toBeCloseTo(percentile(samples, 5), 9);
  }
});

test('transients do not lift the baseline, and bleaching takes it along', () => {
  const light = (frame: number) => 200 - frame / 60;
  const counts = noisy(3, 9000, (frame) => light(frame) * (frame % 300 < 60 ? 1.8 : 1));
  const baseline = baselineOf(counts, 30);
  for (let frame = 900; frame < 9000; frame += 100) {
    // A 5th percentile lies below the noise that the filter leaves, 1.3 counts, and lags 5 s of 30 counts a minute.
    expect(baseline[frame]! - light(frame)).toBeGreaterThan(-4);
    expect(baseline[frame]! - light(frame)).toBeLessThan(6);
  }
});

test('a third of the frames missing changes the baseline by less than its own noise', () => {
  const counts = noisy(4, 3600);
  const random = createRandom(5);
  const missing = new Set(Array.from({ length: 3600 }, (_, id) => id).filter(() => random.uniform() < 1 / 3));
  const whole = baselineOf(counts, 30);
  const holey = baselineOf(counts, 30, {}, (id) => missing.has(id));
  for (let frame = 1800; frame < 3600; frame++) {
    // Spread of a 5th percentile of 300 samples, half of them alike: about 0.2 counts.
    if (!missing.has(frame)) expect(Math.abs(holey[frame]! - whole[frame]!)).toBeLessThan(0.8);
  }
});

test('after a gap longer than the window nothing before it counts', () => {
  const counts = Float64Array.from({ length: 3000 }, (_, frame) => (frame < 600 ? 50 : 200));
  const baseline = baselineOf(counts, 30, { windowS: 10 }, (id) => id >= 600 && id < 1200);
  expect(baseline[599]).toBeCloseTo(50, 9);
  expect(baseline[1200 + 29 + 300]).toBeCloseTo(200, 9);
});

test.each([2, 1.5])('%d frames a second are refused with what the filter needs', (fps) => {
  expect(() => baselineOf(noisy(6, 10), fps)).toThrow(/frameRate: expected more than 2 Hz.*received/);
});
