import { expect, test } from 'vitest';
import { TRACE_COLUMNS } from '#protocol/trace-columns.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { TraceQueue } from '#sinks/trace-queue.ts';

/** Point p has the values 10 p, 10 p + 1, ... in the order of the columns. */
function tableOf(points: number, fits: boolean): TrackTable {
  const table = createTrackTable(1, points, 0, fits);
  for (const [at, column] of TRACE_COLUMNS.entries()) {
    for (let point = 0; point < table[column].length; point++) table[column][point] = 10 * point + at;
  }
  return table;
}

test('a viewer that keeps up gets every point once', () => {
  const queue = new TraceQueue(3, 8);
  const table = tableOf(2, false);
  queue.push(0.5, table, 0);
  queue.push(0.6, table, 1);
  expect(queue.take()).toEqual({
    timeS: Float64Array.of(0.5, 0.6),
    xPx: Float64Array.of(0, 10),
    yPx: Float64Array.of(1, 11),
    zNm: Float64Array.of(2, 12),
    score: Float64Array.of(3, 13),
  });
  expect(queue.take().timeS).toHaveLength(0);
});

test('a plan that fits brings how far off its numbers may be', () => {
  const queue = new TraceQueue(3, 8);
  queue.push(0.5, tableOf(1, true), 0);
  expect(queue.take()).toMatchObject({
    score: Float64Array.of(3),
    sigmaXPx: Float64Array.of(4),
    sigmaYPx: Float64Array.of(5),
    sigmaZNm: Float64Array.of(6),
    chiSquared: Float64Array.of(7),
  });
});

test('a slow viewer gets a coarser trace from its first point to its last, in order, in every column', () => {
  const queue = new TraceQueue(3, 8);
  const table = tableOf(100, true);
  for (let point = 0; point < 100; point++) queue.push(point, table, point);
  const trace = queue.take();
  expect(trace.timeS.length).toBeLessThanOrEqual(9);
  expect(trace.timeS[0]).toBe(0);
  expect(trace.timeS.at(-1)).toBe(99);
  expect([...trace.timeS].sort((a, b) => a - b)).toEqual([...trace.timeS]);
  expect([...trace.chiSquared!]).toEqual([...trace.timeS].map((point) => 10 * point + 7));
});
