import { expect, test } from 'vitest';
import { maskTraces } from '#calcium/mask-traces.ts';
import { projectImages } from '#calcium/projections.ts';
import { mean, populationStd } from '#calcium/statistics.ts';
import { createRandom } from '#simulation/random.ts';

const [ROWS, COLUMNS] = [3, 5];
const TYPES = [Uint8Array, Int16Array, Uint16Array, Uint32Array, Float32Array, Float64Array];

/** Values high in the range of the type with little noise, where digits are lost first. */
function noisy(Type: (typeof TYPES)[number], frames: number) {
  const random = createRandom(frames);
  const level = { 1: 200, 2: 30_000, 4: 2e9, 8: 1e9 }[Type.BYTES_PER_ELEMENT]!;
  const values = new Type(frames * ROWS * COLUMNS);
  for (let at = 0; at < values.length; at++) values[at] = level + 20 * random.uniform();
  return { shape: [frames, ROWS, COLUMNS], values };
}

function courseOf(values: ArrayLike<number>, pixel: number): number[] {
  return Array.from({ length: values.length / (ROWS * COLUMNS) }, (_, frame) => {
    return values[frame * ROWS * COLUMNS + pixel]!;
  });
}

test.each(TYPES.flatMap((Type) => [1, 4, 8, 13, 31].map((frames) => [Type.name, frames, Type] as const)))(
  'mean and spread of %s over %i frames are those of each course',
  (_, frames, Type) => {
    const images = noisy(Type, frames);
    const [means, spreads] = (['mean', 'std'] as const).map((kind) => projectImages(images, kind).values);
    for (let pixel = 0; pixel < ROWS * COLUMNS; pixel++) {
      const course = courseOf(images.values, pixel);
      expect(means![pixel]! / mean(course)).toBeCloseTo(1, 14);
      // A mean of 2e9 has rounding of 2e-7.
      const shifted = course.map((value) => value - course[0]!);
      expect(Math.abs(spreads![pixel]! - populationStd(shifted))).toBeLessThan(2e-6);
    }
  },
);

test('traces of masks are weighted means, whether the weights are the same or not', () => {
  const images = noisy(Uint16Array, 6);
  const even = { pixels: Int32Array.of(1, 4, 14), weights: new Float64Array(3).fill(1 / 3) };
  const uneven = { pixels: Int32Array.of(0, 4, 7, 8), weights: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
  const { shape, values } = maskTraces(images, [even, uneven]);
  expect(shape).toEqual([2, 6]);
  for (const [neuron, { pixels, weights }] of [even, uneven].entries()) {
    for (let frame = 0; frame < 6; frame++) {
      const want = [...pixels].reduce(
        (sum, pixel, index) => sum + weights[index]! * images.values[frame * ROWS * COLUMNS + pixel]!,
        0,
      );
      expect(values[neuron * 6 + frame]! / want).toBeCloseTo(1, 14);
    }
  }
});
