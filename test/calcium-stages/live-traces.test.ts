import { expect, test } from 'vitest';
import { calculateDfof, calculateStandardizedNoise } from '#calcium/delta-f.ts';
import { identifyEvents } from '#calcium/identify-events.ts';
import { createRandom } from '#simulation/random.ts';
import { runTraces } from '../support/run-traces.ts';
import { type EventScore, scoreEvents } from '../support/score-events.ts';
import { simulateTraces } from '../support/simulated-traces.ts';

const [NEURONS, FPS, FRAMES] = [40, 30, 5 * 60 * 30];
/** Frames in which the live stages have seen little, and of which nothing is judged. */
const SETTLED = 30 * FPS;
const STAGES = [
  { stage: 'running-baseline' },
  { stage: 'delta-f' },
  { stage: 'running-noise' },
  { stage: 'events' },
  { stage: 'oasis', params: { eventDff: 0.5 } },
];
const sample = (seed: number) =>
  simulateTraces({
    seed,
    neurons: NEURONS,
    frames: FRAMES,
    fps: FPS,
    rateHz: 0.146,
    noise: 0.055,
    bleached: 0.12,
  });
const live = (counts: Float64Array, isMissing?: (id: number) => boolean) =>
  runTraces(counts, { fps: FPS, neurons: NEURONS, stages: STAGES, ...(isMissing && { isMissing }) });
const score = (found: number[][], truth: number[][], before = 2): EventScore =>
  scoreEvents(found, truth, { first: SETTLED, last: FRAMES - 15, before, after: 15 });

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    both += (value - meanA) * (b[at]! - meanB);
    ofA += (value - meanA) ** 2;
    ofB += (b[at]! - meanB) ** 2;
  }
  return both / Math.sqrt(ofA * ofB);
}

const settled = (values: Float64Array, neuron: number) =>
  values.subarray(neuron * FRAMES + SETTLED, (neuron + 1) * FRAMES);

// Seeds 1 to 10 gave recall 0.921 to 0.948, precision 0.9987 to 1, latency 1, correlation 0.977 to 0.979 (least 0.961).
test.each([1, 2])('seed %d: events, dF/F, noise and rates of 40 neurons in five minutes', (seed) => {
  const { counts, onsets, truth } = sample(seed);
  const { columns, events } = live(counts);

  const found = score(events, onsets);
  expect(found.recall).toBeGreaterThan(0.89);
  expect(found.precision).toBeGreaterThan(0.99);
  expect(found.latency).toBeLessThanOrEqual(2);

  const recorded = calculateDfof({ shape: [NEURONS, FRAMES], values: counts }, { frameRate: FPS });
  const likeness = Array.from({ length: NEURONS }, (_, neuron) =>
    correlation(settled(columns.dff, neuron), settled(recorded.values, neuron)),
  ).sort((a, b) => a - b);
  expect(likeness[NEURONS / 2]).toBeGreaterThan(0.97);
  expect(likeness[0]).toBeGreaterThan(0.95);
  // The recorded trace keeps the bleaching: the live one is closer to the truth.
  const gain = Array.from(
    { length: NEURONS },
    (_, neuron) =>
      correlation(settled(columns.dff, neuron), settled(truth, neuron)) -
      correlation(settled(recorded.values, neuron), settled(truth, neuron)),
  );
  expect(gain.filter((value) => value > 0).length).toBeGreaterThan(0.9 * NEURONS);

  const noise = calculateStandardizedNoise(recorded, FPS);
  for (let neuron = 0; neuron < NEURONS; neuron++) {
    const last = columns.noise[(neuron + 1) * FRAMES - 1]!;
    // 20 s of steps tell a median to 5 %; bleaching makes the newest of them larger by up to 12 %.
    expect(Math.abs(last / noise[neuron]! - 1)).toBeLessThan(0.35);
  }

  let jumps = 0;
  for (let neuron = 0; neuron < NEURONS; neuron++) {
    for (const rate of settled(columns.rate, neuron)) jumps += rate / FPS;
  }
  const fired = onsets.flat().filter((frame) => frame >= SETTLED).length;
  // Transients are 0.53 dF/F on average and told in units of 0.5.
  expect(jumps / fired).toBeGreaterThan(0.9);
  expect(jumps / fired).toBeLessThan(1.2);
});

test('events are found sooner than in the recorded trace by its own rule, and more of them', () => {
  const { counts, onsets } = sample(3);
  const recorded = calculateDfof({ shape: [NEURONS, FRAMES], values: counts }, { frameRate: FPS });
  const offline = identifyEvents(recorded, { frameRate: FPS }).map((ofNeuron) => [...ofNeuron]);
  expect(score(live(counts).events, onsets).recall).toBeGreaterThan(score(offline, onsets, 20).recall + 0.2);
});

test('a tenth of the frames missing costs a few events, and invents none', () => {
  const { counts, onsets } = sample(4);
  const random = createRandom(5);
  const missing = Uint8Array.from({ length: FRAMES }, () => Number(random.uniform() < 0.1));
  const found = score(live(counts, (id) => missing[id] === 1).events, onsets);
  expect(found.recall).toBeGreaterThan(0.87);
  expect(found.precision).toBeGreaterThan(0.99);
  expect(found.latency).toBeLessThanOrEqual(2);
});

test('light that wavers slowly by as much as the noise invents few events', () => {
  const { counts, onsets } = sample(6);
  const random = createRandom(7);
  const kept = Math.exp(-1 / FPS);
  for (let neuron = 0, wave = 0; neuron < NEURONS; neuron++) {
    for (let frame = 0; frame < FRAMES; frame++) {
      wave = kept * wave + Math.sqrt(1 - kept * kept) * 0.04 * random.normal();
      counts[neuron * FRAMES + frame]! += 300 * wave;
    }
  }
  const found = score(live(counts).events, onsets);
  // Without the swings of the averages 0.96 of the events are true.
  expect(found.precision).toBeGreaterThan(0.985);
  expect(found.recall).toBeGreaterThan(0.87);
});
