import { expect, test } from 'vitest';
import { projectImages } from '#calcium/projections.ts';
import { parseCellPlan } from '#calcium-stages/plan.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { LIVE_PROJECTIONS } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';

const [WIDTH, HEIGHT] = [17, 11];

function setting(width = WIDTH, height = HEIGHT, cell = 0) {
  return {
    fps: 100,
    neuropil: null,
    map: cellMapOf(new Int32Array(width * height).fill(cell), width, height),
  };
}
const start = (before?: CellPipeline, size?: [number, number], cell?: number) =>
  new CellPipeline(
    setting(...(size ?? [WIDTH, HEIGHT]), cell),
    parseCellPlan([{ stage: 'welford-projections' }, { stage: 'roi-traces' }]),
    before,
  );

function measureAll(pipeline: CellPipeline, stack: Pixels, from = 0): void {
  const pixels = WIDTH * HEIGHT;
  for (let id = 0; id * pixels < stack.length; id++) {
    const frame = stack.subarray(id * pixels, (id + 1) * pixels);
    pipeline.measure(from + id, (from + id) / 100, frame);
  }
}

function stackOf(
  Type: typeof Uint8Array | typeof Uint16Array | typeof Float32Array,
  frames: number,
  top: number,
) {
  const random = createRandom(1);
  const values = new Type(frames * WIDTH * HEIGHT);
  for (let at = 0; at < values.length; at++) values[at] = top * random.uniform();
  return values;
}

test.each([
  ['8 bits', Uint8Array, 256],
  ['16 bits', Uint16Array, 65_536],
  ['float32', Float32Array, 1e4],
] as const)('mean, spread and maximum of %s are those of the recorded stack', (_, Type, top) => {
  const values = stackOf(Type, 50, top);
  const pipeline = start();
  measureAll(pipeline, values);
  expect(pipeline.projected).toBe(50);
  // Counts of 32 bits are projected in float64, not by the kernel.
  const defined = Type === Float32Array ? values : Uint32Array.from(values);
  for (const kind of LIVE_PROJECTIONS) {
    const image = pipeline.project(kind);
    const expected = projectImages({ shape: [50, HEIGHT, WIDTH], values: defined }, kind);
    expect(image.shape).toEqual([HEIGHT, WIDTH]);
    // Those of whole counts to the bit; floats to the rounding of float64, a share of the largest count.
    const tolerance = Type === Float32Array ? 1e-12 * top : 0;
    for (const [at, value] of image.values.entries()) {
      expect(Math.abs(value - expected.values[at]!)).toBeLessThanOrEqual(tolerance);
    }
  }
});

test('noise of one count upon 60,000 keeps its spread through 20,000 frames', () => {
  const random = createRandom(2);
  const pipeline = new CellPipeline(setting(4, 1), parseCellPlan([{ stage: 'welford-projections' }]));
  const frame = new Uint16Array(4);
  for (let id = 0; id < 20_000; id++) {
    for (let at = 0; at < 4; at++) frame[at] = 60_000 + Number(random.uniform() < 0.5);
    pipeline.measure(id, id / 100, frame);
  }
  // Half a count, to the statistics of 20,000 coins.
  for (const value of pipeline.project('std').values) expect(value).toBeCloseTo(0.5, 3);
});

test('other cells of frames of the same size leave the projections going, another size begins them anew', () => {
  const values = stackOf(Uint16Array, 20, 4096);
  const before = start();
  measureAll(before, values.subarray(0, 8 * WIDTH * HEIGHT));
  const after = start(before, [WIDTH, HEIGHT], 3);
  expect(after.cells.length).toBe(1);
  measureAll(after, values.subarray(8 * WIDTH * HEIGHT), 8);
  expect(after.projected).toBe(20);
  const expected = projectImages({ shape: [20, HEIGHT, WIDTH], values }, 'std').values;
  const { values: spread } = after.project('std');
  for (const [at, value] of spread.entries()) expect(value).toBeCloseTo(expected[at]!, 8);
  for (const size of [
    [WIDTH + 1, HEIGHT],
    [WIDTH, HEIGHT + 1],
  ] as const) {
    expect(start(after, [...size]).projected).toBe(0);
  }
});

test('what was read does not change with the frames that follow, and a reset forgets those before', () => {
  const values = stackOf(Uint8Array, 3, 200);
  const pixels = WIDTH * HEIGHT;
  const pipeline = start();
  measureAll(pipeline, values.subarray(0, pixels));
  const first = pipeline.project('mean').values;
  expect(first).toEqual(Float64Array.from(values.subarray(0, pixels)));
  measureAll(pipeline, values.subarray(pixels, 2 * pixels), 1);
  expect(first).toEqual(Float64Array.from(values.subarray(0, pixels)));
  pipeline.resetProjections();
  expect(() => pipeline.project('max')).toThrow(/max projection: expected at least one frame, received none/);
  measureAll(pipeline, values.subarray(2 * pixels), 2);
  for (const kind of ['mean', 'max'] as const) {
    expect(pipeline.project(kind).values).toEqual(Float64Array.from(values.subarray(2 * pixels)));
  }
});

test('a camera that turns from whole counts to floats, or back, begins them anew', () => {
  const pipeline = start();
  const pixels = WIDTH * HEIGHT;
  pipeline.measure(0, 0, new Uint16Array(pixels).fill(9));
  pipeline.measure(1, 0.01, new Float32Array(pixels).fill(2.5));
  expect([pipeline.projected, pipeline.project('mean').values[0]]).toEqual([1, 2.5]);
  pipeline.measure(2, 0.02, new Uint8Array(pixels).fill(4));
  pipeline.measure(3, 0.03, new Uint16Array(pixels).fill(6));
  expect([pipeline.projected, pipeline.project('mean').values[0]]).toEqual([2, 5]);
});

test('a pipeline without them says so', () => {
  const pipeline = new CellPipeline(setting(), parseCellPlan([{ stage: 'roi-traces' }]));
  pipeline.resetProjections();
  expect(pipeline.projected).toBe(0);
  expect(() => pipeline.project('mean')).toThrow(/the stage 'welford-projections'.*received roi-traces/);
});
