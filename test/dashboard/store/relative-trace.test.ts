import { describe, expect, test } from 'vitest';
import { makeTrace, type Trace } from '#protocol/trace-columns.ts';
import { RelativeTrace } from '../../../dashboard/store/relative-trace.ts';

/** Points whose x is given, y its negative, z ten times it, and whose sigmas, if any, are all the same. */
function traceOf(timeS: number[], xPx: number[], sigma?: number): Trace {
  return makeTrace(sigma !== undefined, (name) => {
    if (name === 'timeS') return Float64Array.from(timeS);
    const scale = { xPx: 1, yPx: -1, zNm: 10 }[name as string];
    return Float64Array.from(xPx, (x) => (scale === undefined ? (sigma ?? 0.9) : scale * x));
  });
}

const TIMES = [0, 0.1, 0.2, 0.3];

describe('a relative trace', () => {
  test('is the bead less the mean of the references, in x, y and z; the rest is that of the bead', () => {
    const relative = new RelativeTrace().of(traceOf(TIMES, [5, 6, 7, 8]), [
      traceOf(TIMES, [1, 1, 2, 2]),
      traceOf(TIMES, [3, 3, 4, 4]),
    ]);
    expect([...relative.xPx]).toEqual([3, 4, 4, 5]);
    expect([...relative.yPx]).toEqual([-3, -4, -4, -5]);
    expect([...relative.zNm]).toEqual([30, 40, 40, 50]);
    expect([...relative.score]).toEqual([0.9, 0.9, 0.9, 0.9]);
    expect([...relative.timeS]).toEqual(TIMES);
  });

  test('cancels what moves both', () => {
    const drift = TIMES.map((time) => 100 * time ** 2);
    const relative = new RelativeTrace().of(traceOf(TIMES, drift), [traceOf(TIMES, drift)]);
    expect([...relative.xPx]).toEqual([0, 0, 0, 0]);
  });

  test('is NaN where a reference has no such frame or was not found', () => {
    const reference = traceOf([0.1, 0.2, 0.25, 0.3], [1, Number.NaN, 9, 1]);
    const relative = new RelativeTrace().of(traceOf(TIMES, [5, 6, 7, 8]), [reference]);
    expect([...relative.xPx]).toEqual([Number.NaN, 5, Number.NaN, 7]);
  });

  test('takes each point for one frame where a break has the time of the point before it', () => {
    const broken = [0, 0.1, 0.1, 0.2];
    const relative = new RelativeTrace().of(traceOf(broken, [5, 6, Number.NaN, 7]), [
      traceOf(broken, [1, 1, Number.NaN, 1]),
    ]);
    expect([...relative.xPx]).toEqual([4, 5, Number.NaN, 6]);
  });

  test('is as far off as the bead and the mean of its references together', () => {
    const relative = new RelativeTrace().of(traceOf(TIMES, [5, 6, 7, 8], 3), [
      traceOf(TIMES, [1, 1, 1, 1], 4),
      traceOf(TIMES, [1, 1, 1, 1], 4),
    ]);
    // sqrt(3^2 + (4^2 + 4^2) / 2^2)
    expect(relative.sigmaXPx![0]).toBeCloseTo(Math.sqrt(17), 12);
    expect([...relative.chiSquared!]).toEqual([3, 3, 3, 3]);
  });

  test('of a reference is less far off, since its own errors cancel', () => {
    const bead = traceOf(TIMES, [5, 6, 7, 8], 3);
    expect([...new RelativeTrace().of(bead, [bead], 0).sigmaXPx!]).toEqual([0, 0, 0, 0]);
    const relative = new RelativeTrace().of(bead, [traceOf(TIMES, [1, 1, 1, 1], 4), bead], 1);
    // (3 - 3 / 2)^2 + (4 / 2)^2
    expect(relative.sigmaXPx![0]).toBeCloseTo(2.5, 12);
  });

  test('leaves the traces it was made of as they are', () => {
    const bead = traceOf(TIMES, [5, 6, 7, 8], 1);
    const reference = traceOf(TIMES, [1, 2, 3, 4], 1);
    new RelativeTrace().of(bead, [reference]);
    expect(bead).toEqual(traceOf(TIMES, [5, 6, 7, 8], 1));
    expect(reference).toEqual(traceOf(TIMES, [1, 2, 3, 4], 1));
  });
});
