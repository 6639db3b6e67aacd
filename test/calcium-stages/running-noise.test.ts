import { expect, test } from 'vitest';
import { calculateStandardizedNoise } from '#calcium/delta-f.ts';
import { runningNoise } from '#calcium-stages/running-noise.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { createRandom } from '#simulation/random.ts';
import { oneCellFrame } from '../support/one-cell-frame.ts';

/** [frame] noise of one cell with this dF/F; frames come with their own numbers. */
function noiseOf(dff: ArrayLike<number>, fps: number, idOf = (frame: number) => frame): Float64Array {
  const params = runningNoise.params.parse({});
  const state = runningNoise.start({ fps, map: cellMapOf([1], 1, 1), neuropil: null }, params);
  const frame = oneCellFrame();
  return Float64Array.from(dff, (value, at) => {
    frame.id = idOf(at);
    frame.timeS = frame.id / fps;
    frame.columns.dff[0] = value;
    runningNoise.step(frame, state, params);
    return frame.columns.noise[0]!;
  });
}

function normal(seed: number, frames: number, sigma = 0.05): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: frames }, () => sigma * random.normal());
}

test.each([10, 30, 100])('at %d Hz it becomes the standardized noise of the recorded trace', (fps) => {
  for (const seed of [1, 2, 3]) {
    const dff = normal(seed, 3 * 60 * fps);
    const noise = noiseOf(dff, fps);
    const expected = calculateStandardizedNoise({ shape: [dff.length], values: dff }, fps)[0]!;
    const tail = noise.subarray(60 * fps);
    const middle = tail.reduce((sum, value) => sum + value, 0) / tail.length;
    expect(middle / expected).toBeCloseTo(1, 1);
    // A median that remembers 20 s of steps wanders by 5 % at 10 Hz; four times as much is broken.
    for (const value of tail) expect(Math.abs(value / expected - 1)).toBeLessThan(0.2);
  }
});

test('it is told from the 16th frame on, and a first step of next to nothing does not hold it down', () => {
  const dff = normal(4, 600);
  dff[1] = dff[0]! + 1e-12;
  const noise = noiseOf(dff, 30);
  expect(noise.subarray(0, 15).every(Number.isNaN)).toBe(true);
  const expected = calculateStandardizedNoise({ shape: [600], values: dff }, 30)[0]!;
  // 15 steps tell their median to 30 %, three times that is broken.
  expect(Math.abs(Math.log(noise[15]! / expected))).toBeLessThan(0.9);
  expect(Math.abs(noise[599]! / expected - 1)).toBeLessThan(0.2);
});

test('noise that triples is followed within a minute', () => {
  const dff = Float64Array.of(...normal(5, 3000), ...normal(6, 1800, 0.15));
  const noise = noiseOf(dff, 30);
  expect(noise[4799]! / noise[2999]!).toBeGreaterThan(2.5);
});

test('transients hardly change it', () => {
  const quiet = normal(7, 6000);
  const active = quiet.map((value, frame) => value + Math.exp(-(frame % 200) / 20));
  expect(noiseOf(active, 30)[5999]! / noiseOf(quiet, 30)[5999]!).toBeLessThan(1.15);
});

test('frames beside a missing one are no neighbors, and unknown ones none either', () => {
  const still = normal(8, 1000, 0.01);
  const whole = noiseOf(still, 30)[999]!;
  // After every second frame one is missing, and the trace moves by 50 times its noise.
  const jumps = still.map((value, at) => value + 0.5 * Math.floor(at / 2));
  expect(noiseOf(jumps, 30)[999]! / whole).toBeGreaterThan(2);
  const holey = noiseOf(jumps, 30, (at) => at + Math.floor(at / 2))[999]!;
  expect(Math.abs(holey / whole - 1)).toBeLessThan(0.2);
  const unknown = still.map((value, at) => (at % 5 === 0 ? Number.NaN : value));
  expect(Math.abs(noiseOf(unknown, 30)[999]! / whole - 1)).toBeLessThan(0.2);
});

test('a trace that never moves has no noise', () => {
  expect(noiseOf(new Float64Array(100), 30)[99]).toBe(0);
});
