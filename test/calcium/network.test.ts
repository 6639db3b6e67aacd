import { expect, test } from 'vitest';
import { createNumpyRandom } from '#calcium/numpy-random.ts';
import { spikeStatistics } from '#calcium/spike-statistics.ts';
import { createBalancedNetwork, runSpikingNetwork } from '#calcium/spiking-network.ts';
import { thresholdCrossings } from '#calcium/threshold-crossings.ts';
import { travelingWave } from '#calcium/traveling-wave.ts';

test('the generator gives the published numbers of its seed', () => {
  const random = createNumpyRandom(5489);
  // Reference output of mt19937ar.c with init_genrand(5489), as the C++ standard demands of mt19937.
  let last = 0;
  for (let count = 0; count < 10_000; count++) last = random.uint32();
  expect(last).toBe(4123659995);
});

test('normal numbers are those NumPy gives after seed(0)', () => {
  const { randn } = createNumpyRandom(0);
  const published = [1.76405235, 0.40015721, 0.97873798, 2.2408932, 1.86755799];
  for (const value of published) expect(randn()).toBeCloseTo(value, 7);
});

test('the second normal number of a pair survives other draws', () => {
  const [pairs, mixed] = [createNumpyRandom(3), createNumpyRandom(3)];
  const [first, second] = [pairs.randn(), pairs.randn()];
  expect(mixed.randn()).toBe(first);
  mixed.rand();
  expect(mixed.randn()).toBe(second);
});

test('the weights into each neuron add up to 0 and one in ten is there', () => {
  const { w, v0 } = createBalancedNetwork(150, createNumpyRandom(1));
  for (let to = 0; to < 150; to++) {
    const row = w.values.subarray(to * 150, (to + 1) * 150);
    expect(Math.abs(row.reduce((sum, weight) => sum + weight, 0))).toBeLessThan(1e-15);
  }
  const share = w.values.filter((weight) => weight !== 0).length / 150 ** 2;
  expect(Math.abs(share - 0.1)).toBeLessThan(0.01 /* 5 sigma of 22,500 draws */);
  expect(v0.every((value) => value >= -65 && value < 30)).toBe(true);
});

test('a neuron driven above its peak spikes at the period of its equation', () => {
  const one = { shape: [1, 1], values: new Float64Array(1) };
  const { spikes, recording } = runSpikingNetwork(one, Float64Array.of(-65), 0.5, { offset: -30 });
  const steps = Array.from({ length: spikes.shape[0]! }, (_, spike) => spikes.values[2 * spike]!);
  // tref + tm ln((offset - vreset) / (offset - vpeak)), in steps of 0.05 ms.
  const period = (0.002 + 0.01 * Math.log(35 / 10)) / 5e-5;
  for (const [index, step] of steps.slice(1).entries()) {
    expect(Math.abs(step - steps[index]! - period)).toBeLessThan(3 /* steps: Euler and rounding up */);
  }
  expect(recording.values[steps[0]!]).toBe(30);
});

test('a spike reaches the others one step later, and nothing is drawn within the refractory time', () => {
  const w = { shape: [2, 2], values: Float64Array.of(0, 1, 0, 0) };
  const drive = { offset: -65, recorded: 2 };
  const { recording, spikes } = runSpikingNetwork(w, Float64Array.of(-65, -39), 0.01, drive);
  expect([...spikes.values]).toEqual([0, 1]);
  const course = Array.from({ length: recording.shape[0]! }, (_, step) => recording.values[2 * step]!);
  expect(course.slice(0, 41).every((value) => value === -65)).toBe(true);
  expect(course[45]).toBeGreaterThan(-65);
});

test('regular spikes have no spread of intervals, and the rate they have', () => {
  const steps = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000];
  const spikes = { shape: [10, 2], values: Uint32Array.from(steps.flatMap((step) => [step, 0])) };
  const { ratesHz, cvOfIntervals, populationRateHz } = spikeStatistics(spikes, 2, 1e-4, 0.12, 0.02);
  expect([...ratesHz].map((rate) => Math.round(rate))).toEqual([90, 0]);
  expect(cvOfIntervals).toHaveLength(1);
  expect(cvOfIntervals[0]).toBeCloseTo(0, 12);
  expect(populationRateHz).toHaveLength(20);
  expect(populationRateHz[0]).toBeCloseTo(100, 9);
});

test('weights that are not square are refused', () => {
  const w = { shape: [2, 1], values: new Float64Array(2) };
  expect(() => runSpikingNetwork(w, new Float64Array(2), 0.1)).toThrow(/runSpikingNetwork w/);
});

test('a trace that begins above crosses up in its first frame', () => {
  const { post, up, down, pre, preUp, preDown } = thresholdCrossings([3, 1, 2, 5, 4], 2);
  expect([[...post], [...up], [...down]]).toEqual([[0, 1, 3], [0, 3], [1]]);
  expect([[...pre], [...preUp], [...preDown]]).toEqual([[0, 2, 4], [2], [0, 4]]);
});

test('a wave crest moves on with its speed', () => {
  const { shape, values } = travelingWave([0.5, 1, 1.5], [0, 0.25], 2, 2);
  expect(shape).toEqual([2, 3]);
  const want = [1, 0, -1, 0, 1, 0];
  for (const [at, value] of want.entries()) expect(values[at]).toBeCloseTo(value, 14);
});
