import { expect, test } from 'vitest';
import { oasis } from '#calcium-stages/oasis.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { createRandom } from '#simulation/random.ts';
import { oneCellFrame } from '../support/one-cell-frame.ts';

const FPS = 30;
/** % per sqrt(Hz) of a trace whose frames have the standard deviation 1. */
const NOISE_OF_ONE = (100 * 0.6744897501960817 * Math.SQRT2) / Math.sqrt(FPS);

/** Rates of one cell; its dF/F at rest is 0 where the trace mostly is. */
function ratesOf(
  dff: Float64Array,
  sigma: number,
  given: Record<string, unknown> = {},
  idOf = (at: number) => at,
) {
  const params = oasis.params.parse({ eventDff: 1, ...given });
  const state = oasis.start({ fps: FPS, map: cellMapOf([1], 1, 1), neuropil: null }, params);
  const frame = oneCellFrame();
  return Float64Array.from(dff, (value, at) => {
    frame.id = idOf(at);
    frame.timeS = frame.id / FPS;
    frame.columns.dff[0] = value;
    frame.columns.noise[0] = sigma * NOISE_OF_ONE;
    oasis.step(frame, state, params);
    return frame.columns.rate[0]!;
  });
}

function decays(frames: number, jumps: [frame: number, dff: number][], decayS = 0.7): Float64Array {
  return Float64Array.from({ length: frames }, (_, frame) =>
    jumps
      .filter(([at]) => at <= frame)
      .reduce((sum, [at, dff]) => sum + dff * Math.exp((at - frame) / FPS / decayS), 0),
  );
}

const total = (rates: Float64Array) => rates.reduce((sum, rate) => sum + rate / FPS, 0);

test('each jump is told at its frame, for the window, as so many events', () => {
  const rates = ratesOf(
    decays(600, [
      [100, 1],
      [200, 3],
      [206, 1],
    ]),
    0.001,
    { windowS: 0.1 },
  );
  expect(rates.subarray(0, 100).every((rate) => rate === 0)).toBe(true);
  for (const frame of [100, 101, 102]) expect(rates[frame]).toBeCloseTo(10, 1);
  expect(rates[103]).toBe(0);
  for (const frame of [200, 201, 202]) expect(rates[frame]).toBeCloseTo(30, 1);
  expect(rates[203]).toBe(0);
  for (const frame of [206, 207, 208]) expect(rates[frame]).toBeCloseTo(10, 1);
  expect(total(rates)).toBeCloseTo(5, 1);
});

test('the jump of an event is what is counted in', () => {
  expect(total(ratesOf(decays(300, [[100, 1]]), 0.001, { eventDff: 0.25 }))).toBeCloseTo(4, 1);
});

test('a missing stretch of a decay is no jump', () => {
  const dff = decays(600, [
    [100, 2],
    [400, 1],
  ]);
  const come = [...dff.keys()].filter((frame) => frame <= 105 || frame > 130);
  const rates = ratesOf(
    Float64Array.from(come, (frame) => dff[frame]!),
    0.001,
    {},
    (at) => come[at]!,
  );
  expect(total(rates)).toBeCloseTo(3, 1);
});

test('noise has next to no rate, and jumps of eight sigma within it are counted to a tenth', () => {
  const random = createRandom(1);
  const jumps = Array.from({ length: 60 }, (_, at): [number, number] => [600 + 180 * at, 8]);
  const quiet = Float64Array.from({ length: 12_000 }, () => random.normal());
  expect(total(ratesOf(quiet, 1, { eventDff: 8 }))).toBeLessThan(1);
  const active = decays(12_000, jumps).map((value, frame) => value + quiet[frame]!);
  expect(Math.abs(total(ratesOf(active, 1, { eventDff: 8 })) / 60 - 1)).toBeLessThan(0.1);
});

test('the rate of the newest frame is that of all pools, were none ever let go', () => {
  const random = createRandom(2);
  const jumps = Array.from({ length: 80 }, (): [number, number] => [Math.floor(1500 * random.uniform()), 3]);
  const dff = decays(1500, jumps).map((value) => value + 0.5 * random.normal());
  // With a rest that all but stands still, and no least jump: the most pools there can be.
  const rates = ratesOf(dff, 1e-9, { leastSigma: 0, restS: 3600, windowS: 0.2 });
  const rest = dff[0]!;
  const left = Math.exp(-1 / FPS / 0.7);
  const pools: { start: number; value: number; weight: number }[] = [];
  for (const [frame, value] of dff.entries()) {
    pools.push({ start: frame, value: value - rest, weight: 1 });
    while (pools.length > 1) {
      const [before, last] = pools.slice(-2) as [(typeof pools)[0], (typeof pools)[0]];
      const decay = left ** (last.start - before.start);
      if (last.value >= decay * before.value) break;
      pools.pop();
      const weight = before.weight + decay * decay * last.weight;
      before.value = (before.weight * before.value + decay * last.weight * last.value) / weight;
      before.weight = weight;
    }
    let jumped = 0;
    for (const [at, pool] of pools.entries()) {
      if (at === 0 || (frame - pool.start) / FPS >= 0.2 - 1e-9) continue;
      const before = pools[at - 1]!;
      jumped += pool.value - before.value * left ** (pool.start - before.start);
    }
    // Rounding, and a rest that moves by a billionth a frame.
    expect(Math.abs(rates[frame]! - jumped / 0.2)).toBeLessThan(1e-5);
  }
});

test('where dF/F or its noise is not known the rate is not, and it goes on after', () => {
  const dff = decays(300, [
    [100, 1],
    [200, 1],
  ]);
  for (let frame = 120; frame < 150; frame++) dff[frame] = Number.NaN;
  const rates = ratesOf(dff, 0.001);
  expect(rates.subarray(120, 150).every(Number.isNaN)).toBe(true);
  expect(total(rates.subarray(150))).toBeCloseTo(1, 1);
  expect(ratesOf(dff, Number.NaN).every(Number.isNaN)).toBe(true);
});
