import { expect, test } from 'vitest';
import { makeTiles } from '#sinks/tiles.ts';

const crop = (bead: number, size: number, at: (row: number, column: number) => number) => ({
  bead,
  size,
  pixels: Uint16Array.from({ length: size * size }, (_, index) => at(Math.floor(index / size), index % size)),
});

test('ROIs of any size become squares one after the other, in one window of counts', () => {
  const bright = crop(3, 20, (_, column) => 1000 + 100 * column);
  const dim = crop(9, 32, (_, column) => 1000 + (column * 1900) / 31 / 2);
  const { beads, sides, steps, pixels } = makeTiles(5, [bright, dim]);
  expect([[...beads], [...sides], [...steps]]).toEqual([
    [3, 9],
    [20, 32],
    [1, 1],
  ]);
  expect(pixels).toHaveLength(400 + 1024);
  const brightest = Math.max(...pixels.subarray(0, 400));
  const dimmest = Math.max(...pixels.subarray(400));
  expect(brightest).toBe(255);
  // 950 of 1900 counts above black, in a window that leaves out 0.2 percent of 1424 pixels: a bin of 512 at most.
  expect(Math.abs(dimmest - 127.5)).toBeLessThan(4);
});

test('hundreds of large ROIs are binned until they are a megabyte', () => {
  const many = Array.from({ length: 500 }, (_, bead) => crop(bead, 100, (row) => row));
  const { sides, steps, pixels } = makeTiles(0, many);
  expect(pixels.length).toBeLessThanOrEqual(1 << 20);
  expect([sides[0], steps[499]]).toEqual([25, 4]);
  // Its rows grow brighter: binning keeps the picture.
  expect(pixels[24 * 25]).toBeGreaterThan(pixels[12 * 25]!);
});

test('no beads are no pixels', () => {
  expect(makeTiles(0, []).pixels).toHaveLength(0);
});
