import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateBlocks, generateOverlappingBlocks, slidingWindow } from '#calcium/blocks.ts';
import { calculateFramesPerFile, planImageFiles } from '#calcium/file-plan.ts';
import {
  generateRaster,
  generateTensor,
  mergeFactorizedMatrices,
  mergeTensor,
} from '#calcium/reorganization.ts';

test('trials cut from traces join to them again', () => {
  const traces = { shape: [3, 8], values: Uint16Array.from({ length: 24 }, (_, at) => at) };
  const tensor = generateTensor(traces, 4);
  expect(tensor.shape).toEqual([2, 3, 4]);
  expect([...tensor.values.subarray(0, 8)]).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
  expect(mergeTensor(tensor)).toEqual(traces);
  expect(() => generateTensor(traces, 3)).toThrow(/a divisor of 8 frames, received 3; cut the traces to 6/);
});

test('an event beyond the raster, a negative one and a raster of nothing are refused', () => {
  expect(() => generateRaster([[5]], 5)).toThrow(/frames from 0 to 4, received 5/);
  expect(() => generateRaster([[-1]])).toThrow(/received -1/);
  expect(() => generateRaster([[], []])).toThrow(/totalFrames/);
  expect(generateRaster([[]], 0).shape).toEqual([1, 0]);
});

test('chunks of different lengths are joined, those that differ between neurons refused', () => {
  const chunk = (...values: number[]) => ({ shape: [1, values.length], values: Float64Array.from(values) });
  expect([...mergeFactorizedMatrices([[chunk(1, 2), chunk(3)]]).values]).toEqual([1, 2, 3]);
  expect(() => mergeFactorizedMatrices([[chunk(1)], [chunk(1, 2)]])).toThrow(/1 frames.*received 2/);
  expect(() => mergeFactorizedMatrices([[chunk(1)]], 1)).toThrow(/a component 1, received 1 components/);
});

test('a block as large as the sequence is one block', () => {
  expect([...generateBlocks([1, 2, 3], 5)]).toEqual([[1, 2, 3]]);
  expect([...generateBlocks(Uint8Array.of(1, 2, 3), 3, 2)]).toEqual([Uint8Array.of(1, 2, 3)]);
});

test('blocks hold every item, and each begins with the end of the one before', () => {
  const sizes = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 2, max: 9 }), fc.nat(8));
  fc.assert(
    fc.property(sizes, ([length, size, buffer]) => {
      fc.pre(buffer < size);
      const blocks = [
        ...generateBlocks(
          Array.from({ length }, (_, index) => index),
          size,
          buffer,
        ),
      ];
      const joined = blocks.flatMap((block, index) => (index === 0 ? block : block.slice(buffer)));
      expect(joined).toEqual(Array.from({ length }, (_, index) => index));
    }),
    { seed: 8 },
  );
});

test('cores part the sequence, halos stay within it', () => {
  const sizes = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 }), fc.nat(12));
  fc.assert(
    fc.property(sizes, ([length, size, buffer]) => {
      let next = 0;
      for (const { core, withHalo } of generateOverlappingBlocks(length, size, buffer)) {
        expect(core[0]).toBe(next);
        expect(withHalo).toEqual([Math.max(0, core[0] - buffer), Math.min(length, core[1] + buffer)]);
        next = core[1];
      }
      expect(next).toBe(length);
    }),
    { seed: 8 },
  );
});

test('a window for every frame it may begin with, window first', () => {
  const traces = { shape: [2, 4], values: Float64Array.of(1, 2, 3, 4, 10, 20, 30, 40) };
  const sums = slidingWindow(traces, 3, (window) => window.reduce((sum, value) => sum + value, 0));
  expect(sums).toEqual({ shape: [2, 2], values: Float64Array.of(6, 60, 9, 90) });
  expect(() => slidingWindow(traces, 5, () => 0)).toThrow(/at most the 4 items/);
});

test('a cap that is an exact number of frames holds them all', () => {
  expect(calculateFramesPerFile(1000, 500, 'uint16', 0.003)).toBe(3);
  expect(() => calculateFramesPerFile(10, 10, 'complex64')).toThrow(/dtype.*received complex64/);
});

test('a stack within the cap is one file, a frame above it is refused', () => {
  expect(planImageFiles([3, 1000, 500], 'uint16', 0.003).names).toEqual(['images.tif']);
  expect(planImageFiles([4, 1000, 500], 'uint16', 0.003).names).toEqual(['images_00.tif', 'images_01.tif']);
  expect(() => planImageFiles([1, 1000, 500], 'uint16', 0.0005)).toThrow(/at least the 0.001 GB of a frame/);
});
