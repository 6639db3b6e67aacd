import { expect, test } from 'vitest';
import { cellTraces } from '#calcium/cell-traces.ts';
import { neuropilRing } from '#calcium/dilation.ts';
import { cellPixels, ringPixels } from '#calcium-stages/cell-pixels.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { type CellMap, cellLabels, cellMapOf, cellsOf } from '#protocol/cell-map.ts';
import { createRandom } from '#simulation/random.ts';

const [WIDTH, HEIGHT] = [61, 47];

/** Ragged cells, some at the border, some side by side; their numbers have holes. */
function raggedMap(seed: number, cells = 9): CellMap {
  const random = createRandom(seed);
  const labels = new Int32Array(WIDTH * HEIGHT);
  for (let cell = 1; cell <= cells; cell++) {
    const [y, x, radius] = [HEIGHT * random.uniform(), WIDTH * random.uniform(), 2 + 4 * random.uniform()];
    for (let at = 0; at < labels.length; at++) {
      const distance = Math.hypot(Math.floor(at / WIDTH) - y, (at % WIDTH) - x);
      if (labels[at] === 0 && distance < radius && random.uniform() > 0.2) labels[at] = 3 * cell;
    }
  }
  return cellMapOf(labels, WIDTH, HEIGHT);
}

const labelsOf = (map: CellMap) => ({ shape: [map.height, map.width], values: cellLabels(map) });

function counts16(seed: number, frames: number) {
  const random = createRandom(seed);
  return Uint16Array.from({ length: frames * WIDTH * HEIGHT }, () => 65_536 * random.uniform());
}

test.each([
  [1, 0],
  [3, 2],
  [6, 0],
  [2, 11],
])('a ring %i px wide and %i px away is that of recorded stacks, pixel by pixel', (width, gap) => {
  for (const seed of [1, 2, 3]) {
    const map = raggedMap(seed);
    const labels = labelsOf(map);
    const rings = ringPixels(map, cellPixels(map), { width, gap });
    for (const [index, cell] of cellsOf(map).entries()) {
      const mask = { shape: labels.shape, values: labels.values.map((label) => Number(label === cell)) };
      const ring = neuropilRing(mask, width, gap, { exclude: labels });
      const expected = [...ring.values.keys()].filter((pixel) => ring.values[pixel] === 1);
      expect([...rings.pixels.subarray(rings.starts[index], rings.starts[index + 1])]).toEqual(expected);
    }
  }
});

test('counts and neuropil of every frame are those of the recorded stack, to the rounding of float64', () => {
  const map = raggedMap(4);
  const cells = cellsOf(map);
  const ring = { width: 4, gap: 1, share: 0.7 };
  const frames = 12;
  const values = counts16(5, frames);
  const dense = labelsOf(map);
  const numbered = { shape: dense.shape, values: dense.values.map((label) => cells.indexOf(label) + 1) };
  const recorded = cellTraces({ shape: [frames, HEIGHT, WIDTH], values }, numbered, cells.length, ring);
  const pipeline = new CellPipeline({ fps: 30, map, neuropil: ring }, [{ stage: 'roi-traces', params: {} }]);
  expect([...pipeline.cells]).toEqual(cells);
  for (let frame = 0; frame < frames; frame++) {
    const pixels = values.subarray(frame * WIDTH * HEIGHT, (frame + 1) * WIDTH * HEIGHT);
    const { columns } = pipeline.measure(frame, frame / 30, pixels);
    for (let cell = 0; cell < cells.length; cell++) {
      const at = cell * frames + frame;
      // 100 pixels of 16 bits round to 1e-16 of a count each.
      expect(Math.abs(columns.counts[cell]! - recorded.traces.values[at]!)).toBeLessThan(1e-9);
      expect(Math.abs(columns.neuropil[cell]! - recorded.neuropil!.values[at]!)).toBeLessThan(1e-9);
    }
  }
});

test('a cell that others shut in keeps its light and has no neuropil', () => {
  const labels = new Int32Array(9 * 7).fill(1);
  labels[3 * 9 + 4] = 2;
  const map = cellMapOf(labels, 9, 7);
  const pipeline = new CellPipeline({ fps: 30, map, neuropil: { width: 1, gap: 0, share: 1 } }, [
    { stage: 'roi-traces', params: {} },
  ]);
  const { columns } = pipeline.measure(0, 0, new Uint8Array(63).fill(50));
  expect([...columns.counts]).toEqual([50, 50]);
  expect([...columns.neuropil]).toEqual([Number.NaN, Number.NaN]);
});

test('without a ring the counts are the plain mean, in each type of pixels', () => {
  const map = cellMapOf([0, 1, 1, 0, 1, 2], 3, 2);
  for (const Type of [Uint8Array, Uint16Array, Float32Array]) {
    const pipeline = new CellPipeline({ fps: 30, map, neuropil: null }, [
      { stage: 'roi-traces', params: {} },
    ]);
    const { columns } = pipeline.measure(0, 0, Type.from([9, 10, 20, 9, 60, 7]));
    expect([...columns.counts]).toEqual([30, 7]);
    expect([...columns.neuropil]).toEqual([Number.NaN, Number.NaN]);
    expect(columns.dff.every(Number.isNaN)).toBe(true);
  }
});

test.each([
  ['8 bits', Uint8Array, 256],
  ['16 bits', Uint16Array, 65_536],
] as const)('cells and rings of %s are those of the same counts in float64, to the bit', (_, Type, top) => {
  const map = raggedMap(6);
  const setting = { fps: 30, map, neuropil: { width: 4, gap: 1, share: 0.7 } };
  const start = () => new CellPipeline(setting, [{ stage: 'roi-traces', params: {} }]);
  const [whole, floats] = [start(), start()];
  const random = createRandom(7);
  for (let id = 0; id < 5; id++) {
    const pixels = new Type(WIDTH * HEIGHT).map(() => top * random.uniform());
    const { columns } = whole.measure(id, id / 30, pixels);
    const { columns: want } = floats.measure(id, id / 30, Float32Array.from(pixels));
    expect(columns).toEqual(want);
    expect(columns.neuropil.some(Number.isFinite)).toBe(true);
  }
});
