import { expect, test } from 'vitest';
import { TraceQueue } from '#sinks/trace-queue.ts';

test('a viewer that keeps up gets every point once', () => {
  const queue = new TraceQueue(8);
  queue.push(0, 1, 2, 3);
  queue.push(1, 4, 5, 6);
  expect(queue.take()).toEqual({
    timeS: Float64Array.of(0, 1),
    xPx: Float64Array.of(1, 4),
    yPx: Float64Array.of(2, 5),
    zNm: Float64Array.of(3, 6),
  });
  expect(queue.take().timeS).toHaveLength(0);
});

test('a slow viewer gets a coarser trace from its first point to its last, in order', () => {
  const queue = new TraceQueue(8);
  for (let point = 0; point < 100; point++) queue.push(point, point, point, point);
  const { timeS } = queue.take();
  expect(timeS.length).toBeLessThanOrEqual(9);
  expect(timeS[0]).toBe(0);
  expect(timeS.at(-1)).toBe(99);
  expect([...timeS].sort((a, b) => a - b)).toEqual([...timeS]);
});
