import { expect, test } from 'vitest';
import { uniformFilter } from '#calcium/background.ts';
import { gaussianFilter, gaussianFilterSameType } from '#calcium/gaussian-filter.ts';
import { gaussianFilter1d, gaussianWeights, reflected } from '#calcium/gaussian-line.ts';
import { medianFilter } from '#calcium/median-filter.ts';
import { hasVectors } from '#calcium/median-vectors.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { createRandom } from '#simulation/random.ts';

function noisyImages(shape: [number, number, number], seed = 5): NdArray<Uint16Array> {
  const random = createRandom(seed);
  const values = Uint16Array.from({ length: shape[0] * shape[1] * shape[2] }, () => 4096 * random.uniform());
  return { shape, values };
}

/** Value of an image with mirrored borders. */
function at({ shape, values }: NdArray, frame: number, row: number, column: number): number {
  const [frames, rows, columns] = shape as [number, number, number];
  const line = reflected(frame, frames) * rows + reflected(row, rows);
  return values[line * columns + reflected(column, columns)]!;
}

/** Sum over a box of offsets, as slow as it is plain. */
function boxOf(size: readonly number[]): number[][] {
  return Array.from({ length: size[0]! * size[1]! * size[2]! }, (_, index) => {
    const place = [Math.floor(index / (size[1]! * size[2]!)), Math.floor(index / size[2]!) % size[1]!];
    return [...place, index % size[2]!].map((value, axis) => value - (size[axis]! >> 1));
  });
}

function everywhere(
  images: NdArray,
  value: (frame: number, row: number, column: number) => number,
): number[] {
  const [, rows, columns] = images.shape as [number, number, number];
  return Array.from(images.values, (_, index) =>
    value(Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns),
  );
}

test('borders are mirrored half a sample outside, as often as needed', () => {
  expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 7].map((index) => reflected(index, 3))).toEqual([
    2, 2, 1, 0, 0, 1, 2, 2, 1, 1,
  ]);
});

test('a Gaussian keeps what is constant, and its own shape of a single sample', () => {
  expect(gaussianFilter1d(new Float64Array(7).fill(3), 5).every((value) => Math.abs(value - 3) < 1e-12)).toBe(
    true,
  );
  const line = new Float64Array(41);
  line[20] = 1;
  const weights = gaussianWeights(2);
  expect([...gaussianFilter1d(line, 2).subarray(20, 29)]).toEqual([...weights]);
  expect(weights[2]! / weights[0]!).toBeCloseTo(Math.exp(-0.5), 14);
});

test('the Gaussian of a stack is the product of its three axes', () => {
  const images = noisyImages([5, 6, 9]);
  const [t, y, x] = [gaussianWeights(0.7), gaussianWeights(0.3), gaussianWeights(0.5)];
  const weight = (of: Float64Array, offset: number) => of[Math.abs(offset)] ?? 0;
  const box = boxOf([2 * t.length - 1, 2 * y.length - 1, 2 * x.length - 1]);
  const want = everywhere(images, (frame, row, column) =>
    box.reduce(
      (sum, [dt, dy, dx]) =>
        sum +
        weight(t, dt!) * weight(y, dy!) * weight(x, dx!) * at(images, frame + dt!, row + dy!, column + dx!),
      0,
    ),
  );
  const { values } = gaussianFilter(images, { sigma: [0.7, 0.3, 0.5] });
  for (const [index, value] of want.entries()) {
    expect(Math.abs(values[index]! - value)).toBeLessThan(3e-4 /* counts: float32 of 4096 */);
  }
  const rounded = gaussianFilterSameType(images, { sigma: [0.7, 0.3, 0.5] }).values;
  expect([...rounded]).toEqual(want.map(Math.round));
});

test.each([[[3, 3, 3]], [[1, 3, 5]], [[2, 4, 3]], [[1, 1, 1]], [[9, 1, 1]], [[3, 7, 7]]])(
  'the median over %j is the upper middle of what the box covers',
  (size) => {
    const images = noisyImages([4, 5, 7]);
    const box = boxOf(size);
    const want = everywhere(images, (frame, row, column) => {
      const covered = box.map(([dt, dy, dx]) => at(images, frame + dt!, row + dy!, column + dx!));
      return covered.sort((a, b) => a - b)[covered.length >> 1]!;
    });
    const mask = { shape: size, values: new Uint8Array(box.length).fill(1) };
    expect([...medianFilter(images, { mask }).values]).toEqual(want);
  },
);

const TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
];

test.each(TYPES.map((Type) => [Type.name, Type] as const))(
  'the median of a %s has its whole range',
  (_, Type) => {
    const [frames, rows, columns] = [3, 4, 19];
    const random = createRandom(6);
    const values = new Type(frames * rows * columns);
    const bytes = new Uint8Array(values.buffer);
    const isFloat = Type === Float32Array || Type === Float64Array;
    if (isFloat) for (let at = 0; at < values.length; at++) values[at] = random.normal();
    else for (let at = 0; at < bytes.length; at++) bytes[at] = 256 * random.uniform();
    const images: NdArray = { shape: [frames, rows, columns], values };
    const box = boxOf([3, 3, 3]);
    const want = everywhere(images, (frame, row, column) => {
      const covered = box.map(([dt, dy, dx]) => at(images, frame + dt!, row + dy!, column + dx!));
      return covered.sort((a, b) => a - b)[13]!;
    });
    expect([...medianFilter(images).values]).toEqual(want);
  },
);

test.each([
  [27, 5],
  [147, 60],
  [147, 3],
])('of a footprint of %i the holes do not count', (length, holes) => {
  const images = noisyImages([3, 6, 8]);
  const shape = length === 27 ? [3, 3, 3] : [3, 7, 7];
  const values = new Uint8Array(length).fill(1);
  for (let hole = 0; hole < holes; hole++) values[(hole * 2) % length] = 0;
  const box = boxOf(shape).filter((_, index) => values[index] === 1);
  const want = everywhere(images, (frame, row, column) => {
    const covered = box.map(([dt, dy, dx]) => at(images, frame + dt!, row + dy!, column + dx!));
    return covered.sort((a, b) => a - b)[covered.length >> 1]!;
  });
  expect([...medianFilter(images, { mask: { shape, values } }).values]).toEqual(want);
});

test('a footprint whose frames are more than a memory holds is filtered without one', () => {
  const offsets = [
    [-2, 0, 0],
    [2, 0, 0],
  ] as const;
  const frame = { shape: [1, 4096, 4096], values: new Uint8Array(1) };
  expect(hasVectors(frame, offsets)).toBe(true);
  expect(hasVectors({ ...frame, values: new Float64Array(1), shape: [1, 8192, 8192] }, offsets)).toBe(false);
});

test('an empty stack stays empty', () => {
  const images = { shape: [0, 4, 4], values: new Uint16Array(0) };
  expect(medianFilter(images)).toEqual(images);
  expect(gaussianFilter(images).values).toHaveLength(0);
});

test('a footprint with holes takes what it covers only', () => {
  const images = { shape: [1, 1, 5], values: Uint16Array.of(9, 1, 8, 2, 7) };
  const mask = { shape: [1, 1, 3], values: Uint8Array.of(1, 0, 1) };
  expect([...medianFilter(images, { mask }).values]).toEqual([9, 9, 2, 8, 7]);
  const empty = { shape: [1, 1, 3], values: new Uint8Array(3) };
  expect(() => medianFilter(images, { mask: empty })).toThrow(/mask: expected at least one element/);
});

test.each([1, 2, 5, 100])('blocks of %i frames give the whole stack, to the bit', (blockSize) => {
  const images = noisyImages([9, 5, 7]);
  const same = (filter: (blocks: { blockSize?: number }) => NdArray<NdValues>) =>
    expect(filter({ blockSize }).values).toEqual(filter({}).values);
  same((blocks) => gaussianFilter(images, { sigma: 1.5, ...blocks }));
  same((blocks) => medianFilter(images, blocks));
});

test('the mean over an even square reaches one pixel farther back', () => {
  const image = { shape: [1, 5], values: Float64Array.of(0, 4, 0, 8, 12) };
  expect([...uniformFilter(image, 2).values]).toEqual([0, 2, 2, 4, 10]);
});

test('images of other axes and a negative sigma are refused', () => {
  const image = { shape: [4, 4], values: new Uint16Array(16) };
  expect(() => gaussianFilter(image)).toThrow(/axes \[frame, row, column\]/);
  expect(() => gaussianFilter(noisyImages([2, 3, 4]), { sigma: -1 })).toThrow(/sigma/);
});
