import { expect, test } from 'vitest';
import { cellTraces } from '#calcium/cell-traces.ts';

// One row of pixels: two cells, and what lies beside them.
const labels = { shape: [1, 8], values: Int32Array.of(0, 1, 1, 0, 0, 2, 0, 0) };
const images = {
  shape: [2, 1, 8],
  values: Float64Array.of(1, 10, 20, 4, 6, 50, 8, 100, 3, 30, 10, 8, 2, 70, 0, 100),
};

test('a trace is the mean of its cell, less a share of the ring that leaves out the other cells', () => {
  const { raw, neuropil, traces } = cellTraces(images, labels, 2, { width: 3, gap: 0, share: 0.5 });
  expect([...raw.values]).toEqual([15, 20, 50, 70]);
  // Rings of pixels 0, 3, 4 and 3, 4, 6, 7; between them lie the cells.
  const around = [11 / 3, 13 / 3, 118 / 4, 110 / 4];
  for (const [at, wanted] of around.entries()) expect(neuropil!.values[at]).toBeCloseTo(wanted, 12);
  for (const [at, light] of around.entries()) {
    expect(traces.values[at]).toBeCloseTo(raw.values[at]! - light / 2, 12);
  }
});

test('without a ring the traces are those of the cells', () => {
  const { raw, neuropil, traces } = cellTraces(images, labels, 2);
  expect(neuropil).toBeUndefined();
  expect(traces).toBe(raw);
});

test('a cell without a pixel and a ring without one are refused', () => {
  expect(() => cellTraces(images, labels, 3)).toThrow(/toSparseMask mask: expected weights/);
  const full = { shape: [1, 8], values: Int32Array.of(1, 1, 1, 1, 2, 2, 2, 2) };
  expect(() => cellTraces(images, full, 2, { width: 2, gap: 0, share: 1 })).toThrow(
    /ring of cell 1: expected at least one pixel .*; make the ring wider/,
  );
});
