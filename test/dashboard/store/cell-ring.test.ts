import { expect, test } from 'vitest';
import { CellRing } from '../../../dashboard/store/cell-ring.ts';

const GAP_S = 0.5;

/** Frames at these times, whose dF/F is the time. */
const frames = (...timeS: number[]) => ({
  timeS: Float64Array.from(timeS),
  counts: Float32Array.from(timeS, (time) => 100 + time),
  dff: Float32Array.from(timeS),
  rate: Float32Array.from(timeS, () => 2),
});

/** Whole seconds from one to before another. */
const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

test('frames come back in order, a column each', () => {
  const ring = new CellRing(10);
  ring.append(frames(0, 0.25), GAP_S);
  ring.append(frames(0.5), GAP_S);
  const { timeS, counts, dff, rate } = ring.all();
  expect([[...timeS], [...counts], [...dff], [...rate]]).toEqual([
    [0, 0.25, 0.5],
    [100, 100.25, 100.5],
    [0, 0.25, 0.5],
    [2, 2, 2],
  ]);
  expect([ring.oldestTimeS, ring.newestTimeS, ring.length]).toEqual([0, 0.5, 3]);
});

test('a full ring forgets the oldest frames, however many came', () => {
  const ring = new CellRing(3000);
  for (let from = 0; from < 20_000; from += 7) ring.append(frames(...seconds(from, from + 7)), 2);
  expect(ring.length).toBe(3000);
  const { timeS, dff } = ring.all();
  expect([timeS[0], timeS.at(-1)]).toEqual([ring.newestTimeS - 2999, ring.newestTimeS]);
  expect(dff.every((value, at) => value === timeS[at])).toBe(true);
});

test('a span of time is a view with both of its ends', () => {
  const ring = new CellRing(100);
  ring.append(frames(...seconds(0, 50)), 2);
  expect([...ring.within(10, 12).timeS]).toEqual([10, 11, 12]);
  expect([...ring.within(9.5, 10.5).dff]).toEqual([10]);
  expect(ring.within(60, 70).timeS).toHaveLength(0);
  expect(ring.within(10, 12).timeS.buffer).toBe(ring.all().timeS.buffer);
});

test('a pause breaks the line by a frame that is no number; a short one does not', () => {
  const ring = new CellRing(100);
  ring.append(frames(0, 0.4, 1.4), GAP_S);
  expect([...ring.all().dff]).toEqual([0, Math.fround(0.4), Number.NaN, Math.fround(1.4)]);
  expect([...ring.all().timeS]).toEqual([0, 0.4, 0.4, 1.4]);
});

test('an earlier frame begins the trace anew', () => {
  const ring = new CellRing(100);
  ring.append(frames(...seconds(0, 5)), 2);
  ring.append(frames(0, 1), 2);
  expect([...ring.all().timeS]).toEqual([0, 1]);
});

test('an empty ring has no time', () => {
  const ring = new CellRing(5);
  expect([ring.oldestTimeS, ring.newestTimeS, ring.length]).toEqual([Number.NaN, Number.NaN, 0]);
});
