import { describe, expect, test } from 'vitest';
import { copyColumns, TraceRing, tailSince } from '../../dashboard/trace-ring.ts';

function ringOf(capacity: number, points: number): TraceRing {
  const ring = new TraceRing(capacity);
  for (let point = 0; point < points; point++) ring.push(point / 10, point, -point, 100 * point);
  return ring;
}

describe('the trace ring', () => {
  test('is empty at first and has no newest time', () => {
    const ring = new TraceRing(4);
    expect(ring.length).toBe(0);
    expect(ring.newestTimeS).toBeNaN();
    expect(ring.all().timeS).toHaveLength(0);
  });

  test('gives back what was pushed, oldest first, in every column', () => {
    const { timeS, xPx, yPx, zNm } = ringOf(8, 3).all();
    expect([...timeS]).toEqual([0, 0.1, 0.2]);
    expect([...xPx]).toEqual([0, 1, 2]);
    expect([...yPx]).toEqual([-0, -1, -2]);
    expect([...zNm]).toEqual([0, 100, 200]);
  });

  test.each([4, 5, 7, 8, 13])('keeps the newest 4 of %i points as one span', (points) => {
    const ring = ringOf(4, points);
    expect(ring.length).toBe(4);
    expect([...ring.all().xPx]).toEqual([points - 4, points - 3, points - 2, points - 1]);
    expect(ring.newestTimeS).toBe((points - 1) / 10);
  });

  test('starts anew when time runs backwards, because the run did', () => {
    const ring = ringOf(8, 5);
    ring.push(0, 7, 8, 9);
    expect([...ring.all().xPx]).toEqual([7]);
  });

  test('breaks the line with a NaN at the newest time, once there is a line', () => {
    const ring = new TraceRing(8);
    ring.breakTrace();
    expect(ring.length).toBe(0);
    ring.push(1, 2, 3, 4);
    ring.breakTrace();
    ring.breakTrace();
    expect([...ring.all().timeS]).toEqual([1, 1]);
    expect([...ring.all().zNm]).toEqual([4, Number.NaN]);
  });

  test('forgets everything when cleared', () => {
    const ring = ringOf(4, 6);
    ring.clear();
    ring.push(0.5, 1, 1, 1);
    expect([...ring.all().timeS]).toEqual([0.5]);
  });
});

describe('a span of columns', () => {
  test('starts with the first point that is not older', () => {
    const columns = ringOf(8, 12).all();
    expect([...tailSince(columns, 0.9).xPx]).toEqual([9, 10, 11]);
    expect([...tailSince(columns, 0.91).xPx]).toEqual([10, 11]);
    expect(tailSince(columns, Number.NEGATIVE_INFINITY).zNm).toHaveLength(8);
    expect(tailSince(columns, 99).timeS).toHaveLength(0);
  });

  test('is a view, and its copy is not', () => {
    const ring = ringOf(2, 2);
    const view = ring.all();
    const copy = copyColumns(view);
    ring.push(0.2, 2, -2, 200);
    expect([...view.xPx]).toEqual([2, 1]);
    expect([...copy.xPx]).toEqual([0, 1]);
  });
});
