import { expect, test } from 'vitest';
import { CalciumError } from '#calcium/calcium-error.ts';
import { calculateBaseline, calculateDfof, calculateStandardizedNoise } from '#calcium/delta-f.ts';
import { hammingLowPass } from '#calcium/low-pass.ts';

const FRAMES = 300;

/** Neurons that rest at 100 and 40 counts and rise to twice that in a tenth of their frames. */
function stepTraces() {
  const values = new Float64Array(2 * FRAMES).fill(100).fill(40, FRAMES);
  for (let frame = 150; frame < 180; frame++) {
    values[frame]! *= 2;
    values[FRAMES + frame]! *= 2;
  }
  return { shape: [2, FRAMES], values };
}

test('a neuron that doubles its light has dF/F 1, and 0 at rest, whatever its brightness', () => {
  const { shape, values } = calculateDfof(stepTraces());
  expect(shape).toEqual([2, FRAMES]);
  for (const neuron of [0, 1]) {
    // The filter's ripple beside the step lies below the rest, so the 5th percentile is a little low.
    expect(values[neuron * FRAMES + 20]).toBeCloseTo(0, 1);
    expect(values[neuron * FRAMES + 165]).toBeCloseTo(1, 1);
  }
  expect(values[165]).toBeCloseTo(values[FRAMES + 165]!, 12);
});

test('three taps are a sinc within a window that ends at 0.08', () => {
  const side = (0.08 * Math.sin(Math.PI / 4)) / (Math.PI / 4);
  const taps = hammingLowPass(3, 1, 8);
  expect(taps[1]).toBeCloseTo(1 / (1 + 2 * side), 14);
  expect([taps[0], taps[2]]).toEqual(Array(2).fill(expect.closeTo(side / (1 + 2 * side), 14)));
});

test('a straight line passes the low-pass unchanged, up to its ends', () => {
  const line = { shape: [1, 120], values: Float64Array.from({ length: 120 }, (_, frame) => 50 + 3 * frame) };
  const { filtered, baseline } = calculateBaseline(line, 30);
  for (const [frame, value] of filtered.values.entries()) expect(value).toBeCloseTo(50 + 3 * frame, 9);
  expect(baseline[0]).toBeCloseTo(50 + 3 * 0.05 * 119, 9);
});

test('8-bit counts give the same as float64, and out is the room that is used', () => {
  const traces = stepTraces();
  const counts = { shape: traces.shape, values: Uint8Array.from(traces.values) };
  const out = new Float64Array(2 * FRAMES);
  const result = calculateDfof(counts, { out });
  expect(result.values).toBe(out);
  expect(result.values).toEqual(calculateDfof(traces).values);
});

test('a neuron without light is NaN throughout, and a number once an offset is given', () => {
  const dark = { shape: [2, 60], values: new Float64Array(120).fill(80, 60) };
  const { values } = calculateDfof(dark);
  expect(values.subarray(0, 60).every(Number.isNaN)).toBe(true);
  expect(values.subarray(60).every((value) => Math.abs(value) < 1e-12)).toBe(true);
  expect(calculateDfof(dark, { offset: 10 }).values[0]).toBe(-1);
  const below = { shape: [40], values: new Float64Array(40).fill(-5) };
  expect(calculateDfof(below).values.every(Number.isNaN)).toBe(true);
});

test('too few frames, a slow camera and a reference of other neurons are refused by name', () => {
  const flat = (frames: number) => ({ shape: [2, frames], values: new Float64Array(2 * frames).fill(1) });
  expect(() => calculateDfof(flat(3))).toThrow(/at least 4 frames.*received 3/);
  expect(() => calculateDfof(flat(50), { frameRate: 2 })).toThrow(
    /frameRate: expected more than 2 Hz.*received 2/,
  );
  const other = { shape: [1, 50], values: new Float64Array(50) };
  expect(() => calculateDfof(flat(50), { externalReference: other })).toThrow(
    new CalciumError({
      where: 'calculateDfof externalReference',
      expected: '2 neurons',
      received: '1',
    }).message,
  );
});

test('standardized noise is the middle step, in percent, over the root of the frame rate', () => {
  const zigzag = {
    shape: [1, 101],
    values: Float64Array.from({ length: 101 }, (_, frame) => (frame % 2) * 0.02),
  };
  expect(calculateStandardizedNoise(zigzag, 25)[0]).toBeCloseTo(0.4, 12);
});
