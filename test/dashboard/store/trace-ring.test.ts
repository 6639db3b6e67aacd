import { describe, expect, test } from 'vitest';
import { makeTrace, type Trace } from '#protocol/trace-columns.ts';
import { copyTrace, pointsBefore, sliceTrace, TraceRing } from '../../../dashboard/store/trace-ring.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Points at these times, 0.1 s each, whose x is their number, y its negative, z a hundred times it. */
function points(first: number, end: number, fits = false): Trace {
  const numbers = Array.from({ length: end - first }, (_, at) => first + at);
  const scales: Record<string, number> = { timeS: 0.1, xPx: 1, yPx: -1, zNm: 100, sigmaZNm: 3 };
  return makeTrace(fits, (name) => Float64Array.from(numbers, (number) => number * (scales[name] ?? 1)));
}

function ringOf(capacity: number, count: number): TraceRing {
  const ring = new TraceRing(false, capacity);
  for (let point = 0; point < count; point++) ring.append(points(point, point + 1), NEVER);
  return ring;
}

describe('the trace ring', () => {
  test('is empty at first and has no newest time', () => {
    const ring = new TraceRing(false, 4);
    expect(ring.length).toBe(0);
    expect(ring.newestTimeS).toBeNaN();
    expect(ring.all().timeS).toHaveLength(0);
  });

  test('gives back what was added, oldest first, in every column', () => {
    const ring = new TraceRing(true, 8);
    ring.append(points(0, 2, true), NEVER);
    ring.append(points(2, 3, true), NEVER);
    const { timeS, xPx, yPx, zNm, score, sigmaZNm, chiSquared } = ring.all();
    expect([...timeS].map((time) => Math.round(10 * time))).toEqual([0, 1, 2]);
    expect([...xPx]).toEqual([0, 1, 2]);
    expect([...yPx]).toEqual([-0, -1, -2]);
    expect([...zNm]).toEqual([0, 100, 200]);
    expect([...score]).toEqual([0, 1, 2]);
    expect([...sigmaZNm!]).toEqual([0, 3, 6]);
    expect(chiSquared).toHaveLength(3);
    expect(ringOf(4, 2).all().sigmaZNm).toBeUndefined();
  });

  test.each([4, 5, 7, 8, 13, 1000])('keeps the newest 4 of %i points as one span', (count) => {
    const ring = ringOf(4, count);
    expect(ring.length).toBe(4);
    expect([...ring.all().xPx]).toEqual([count - 4, count - 3, count - 2, count - 1]);
    expect(ring.newestTimeS).toBeCloseTo((count - 1) / 10, 9);
  });

  test('keeps the newest of more points than it holds at once, and of many that make it grow', () => {
    const ring = new TraceRing(false, 5000);
    ring.append(points(0, 3), NEVER);
    ring.append(points(3, 4100), NEVER);
    expect(ring.length).toBe(4100);
    expect([...ring.all().xPx.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
    ring.append(points(4100, 20_000), NEVER);
    expect(ring.length).toBe(5000);
    expect(ring.all().xPx[0]).toBe(15_000);
    expect(ring.all().zNm.at(-1)).toBe(1_999_900);
  });

  test('grows no more once it is full, however many points come', () => {
    const ring = new TraceRing(false, 5000);
    for (let point = 0; point < 50_000; point += 50) ring.append(points(point, point + 50), NEVER);
    const { buffer } = ring.all().timeS;
    for (let point = 50_000; point < 100_000; point += 50) ring.append(points(point, point + 50), NEVER);
    expect(ring.all().timeS.buffer).toBe(buffer);
    expect([...ring.all().xPx.subarray(0, 3)]).toEqual([95_000, 95_001, 95_002]);
  });

  test('starts anew when time runs backwards, because the run did, also within what comes at once', () => {
    const ring = ringOf(8, 5);
    ring.append(points(0, 1), NEVER);
    expect([...ring.all().xPx]).toEqual([0]);
    const mixed = points(7, 10);
    mixed.timeS[2] = 0.3;
    ring.append(mixed, NEVER);
    expect([...ring.all().xPx]).toEqual([9]);
  });

  test('breaks the line where a pause is longer than a gap', () => {
    const ring = ringOf(8, 2);
    const late = points(2, 5);
    late.timeS.set([1, 1.1, 3]);
    ring.append(late, 0.5);
    expect([...ring.all().xPx]).toEqual([0, 1, Number.NaN, 2, 3, Number.NaN, 4]);
    expect([...ring.all().timeS]).toEqual([0, 0.1, 0.1, 1, 1.1, 1.1, 3]);
  });

  test('breaks the line with a NaN at the newest time, once there is a line', () => {
    const ring = new TraceRing(false, 8);
    ring.breakTrace();
    expect(ring.length).toBe(0);
    ring.append(points(4, 5), NEVER);
    ring.breakTrace();
    ring.breakTrace();
    expect([...ring.all().timeS]).toEqual([0.4, 0.4]);
    expect([...ring.all().zNm]).toEqual([400, Number.NaN]);
  });

  test('forgets everything when cleared', () => {
    const ring = ringOf(4, 6);
    ring.clear();
    ring.append(points(5, 6), NEVER);
    expect([...ring.all().xPx]).toEqual([5]);
  });
});

describe('a span of columns', () => {
  test('starts with the first point that is not before', () => {
    const { timeS } = points(0, 12);
    expect(pointsBefore(timeS, timeS[9]!)).toBe(9);
    expect(pointsBefore(timeS, timeS[9]! + 0.01)).toBe(10);
    expect(pointsBefore(timeS, Number.NEGATIVE_INFINITY)).toBe(0);
    expect(pointsBefore(timeS, 99)).toBe(12);
  });

  test('is a view, and its copy is not', () => {
    const columns = points(0, 3);
    const view = sliceTrace(columns, 1, 3);
    const copy = copyTrace(view);
    columns.xPx[1] = 7;
    expect([...view.xPx]).toEqual([7, 2]);
    expect([...copy.xPx]).toEqual([1, 2]);
  });
});
