import { expect, test } from 'vitest';
import { DEFAULT_CELL_PLAN, parseCellPlan } from '#calcium-stages/plan.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { createRandom } from '#simulation/random.ts';

const FPS = 30;
const map = cellMapOf([0, 7, 7, 0, 0, 3, 3, 0, 12, 0, 0, 0], 4, 3);
const setting = { fps: FPS, map, neuropil: { width: 1, gap: 0, share: 0.5 } };
const start = (before?: CellPipeline) => new CellPipeline(setting, parseCellPlan(DEFAULT_CELL_PLAN), before);

function pixelsOf(seed: number): Uint16Array {
  const random = createRandom(seed);
  return Uint16Array.from({ length: 12 }, () => 1000 + 100 * random.uniform());
}

function measureTo(pipeline: CellPipeline, from: number, to: number, clockS = 0) {
  let frame = pipeline.measure(from, clockS + from / FPS, pixelsOf(from));
  for (let id = from + 1; id < to; id++) frame = pipeline.measure(id, clockS + id / FPS, pixelsOf(id));
  return frame;
}

test('columns are in the order of the numbers of the cells', () => {
  const pipeline = start();
  expect([...pipeline.cells]).toEqual([3, 7, 12]);
  const pixels = new Uint16Array(12);
  pixels[5] = 10;
  pixels[6] = 20;
  pixels[8] = 40;
  expect([...pipeline.measure(0, 0, pixels).columns.neuropil].length).toBe(3);
  const plain = new CellPipeline({ ...setting, neuropil: null }, parseCellPlan([{ stage: 'roi-traces' }]));
  expect([...plain.measure(0, 0, pixels).columns.counts]).toEqual([15, 0, 40]);
});

test('after a while every column of every cell is known', () => {
  const { columns } = measureTo(start(), 0, 20 * FPS);
  for (const column of Object.values(columns)) expect(column.every(Number.isFinite)).toBe(true);
});

test('two pipelines that see the same frames tell the same', () => {
  const [one, two] = [measureTo(start(), 0, 500), measureTo(start(), 0, 500)];
  expect(one).toEqual(two);
});

test('a pipeline that takes over remembers projections, and nothing of the traces', () => {
  const before = start();
  measureTo(before, 0, 20 * FPS);
  const after = start(before);
  const { columns } = after.measure(20 * FPS, 20, pixelsOf(1));
  expect(after.projected).toBe(20 * FPS + 1);
  expect(columns.baseline.every(Number.isNaN)).toBe(true);
});

test('a clock that goes back by more than a second begins the traces anew, a wobble of it does not', () => {
  const pipeline = start();
  measureTo(pipeline, 0, 20 * FPS, 1e6);
  const wobbled = pipeline.measure(20 * FPS, 1e6 + 20 - 0.5, pixelsOf(1));
  expect(wobbled.columns.baseline.every(Number.isFinite)).toBe(true);
  expect(wobbled.timeS).toBeGreaterThanOrEqual(1e6 + 599 / FPS);
  const anew = pipeline.measure(20 * FPS + 1, 0, pixelsOf(2));
  expect(anew.timeS).toBe(0);
  expect(anew.columns.baseline.every(Number.isNaN)).toBe(true);
  expect(pipeline.projected).toBe(20 * FPS + 2);
  const later = measureTo(pipeline, 20 * FPS + 2, 40 * FPS + 2, -20);
  expect(later.columns.baseline.every(Number.isFinite)).toBe(true);
});

test('a map without a cell makes projections', () => {
  const empty = { ...setting, map: cellMapOf(new Int32Array(12), 4, 3) };
  const pipeline = new CellPipeline(empty, parseCellPlan(DEFAULT_CELL_PLAN));
  expect(pipeline.cells.length).toBe(0);
  for (let id = 0; id < 600; id++) pipeline.measure(id, id / FPS, pixelsOf(id));
  expect(pipeline.projected).toBe(600);
});

test('a camera too slow for a stage is refused before the first frame', () => {
  expect(() => new CellPipeline({ ...setting, fps: 1 }, parseCellPlan(DEFAULT_CELL_PLAN))).toThrow(
    /frameRate: expected more than 2 Hz/,
  );
});
