import { expect, test } from 'vitest';
import { projectImages } from '#calcium/projections.ts';
import { parseCellPlan } from '#calcium-stages/plan.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { LIVE_PROJECTIONS } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { createRandom } from '#simulation/random.ts';

const [WIDTH, HEIGHT, FPS] = [6, 4, 50];
const STAGES = ['welford-projections', 'roi-traces', 'running-baseline', 'delta-f'];
const setting = {
  fps: FPS,
  neuropil: null,
  map: cellMapOf(
    Int32Array.from({ length: WIDTH * HEIGHT }, (_, at) => (at < WIDTH ? 1 : 2)),
    WIDTH,
    HEIGHT,
  ),
};

function start() {
  return new CellPipeline(setting, parseCellPlan(STAGES.map((stage) => ({ stage }))));
}

function filmed(seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: WIDTH * HEIGHT }, () => 100 + 10 * random.uniform());
}

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a pixel of %d spoils its cell in that frame, and nothing after it',
  (bad) => {
    const pipeline = start();
    for (let id = 0; id < 1000; id++) {
      const pixels = filmed(id);
      if (id === 700) pixels[2] = bad;
      const { counts, baseline, dff } = pipeline.measure(id, id / FPS, pixels).columns;
      if (id === 700) expect([...counts, ...dff].map(Number.isFinite)).toEqual([false, true, false, true]);
      else if (id > 600) expect([...counts, ...baseline, ...dff].every(Number.isFinite)).toBe(true);
    }
  },
);

test('projections leave pixels out where they are not finite, and have NaN where one never is', () => {
  const pipeline = start();
  const frames = Array.from({ length: 9 }, (_, id) => filmed(id));
  for (const [id, pixels] of frames.entries()) {
    pixels[3] = Number.NaN;
    if (id === 0 || id === 4) pixels[7] = Number.POSITIVE_INFINITY;
    pipeline.measure(id, id / FPS, pixels);
  }
  const stackOf = (of: Float32Array[]) => {
    return {
      shape: [of.length, HEIGHT, WIDTH],
      values: Float32Array.from(of.flatMap((pixels) => [...pixels])),
    };
  };
  const clean = frames.map((pixels) => pixels.map((value) => (Number.isFinite(value) ? value : 0)));
  const without = clean.filter((_, id) => id !== 0 && id !== 4);
  for (const kind of LIVE_PROJECTIONS) {
    const { values } = pipeline.project(kind);
    const want = projectImages(stackOf(clean), kind).values;
    want[7] = projectImages(stackOf(without), kind).values[7]!;
    // Rounding of float64 alone.
    for (const [at, value] of values.entries()) {
      if (at === 3) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(want[at]!, 9);
    }
  }
  pipeline.resetProjections();
  pipeline.measure(9, 9 / FPS, filmed(9));
  expect(pipeline.project('std').values.every((value) => value === 0)).toBe(true);
});
