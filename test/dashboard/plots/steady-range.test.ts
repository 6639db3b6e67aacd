import { describe, expect, test } from 'vitest';
import { type AxisRange, steadyRange } from '../../../dashboard/plots/steady-range.ts';

describe('the range of a value axis', () => {
  test('holds the trace with a margin and ends on round numbers', () => {
    expect(steadyRange(-28, 31, 1, null)).toEqual([-40, 40]);
    expect(steadyRange(1481, 1519, 10, null)).toEqual([1470, 1530]);
  });

  test('stays while the trace trembles within it, and follows one that leaves or calms down', () => {
    let range: AxisRange | null = null;
    for (const [smallest, largest] of [
      [-29, 31],
      [-20, 26],
      [-33, 22],
      [-39, 39],
    ]) {
      range = steadyRange(smallest!, largest!, 1, range);
      expect(range).toEqual([-40, 40]);
    }
    expect(steadyRange(-29, 41, 1, range)[1]).toBeGreaterThan(41);
    expect(steadyRange(-10, 10, 1, range)).toEqual([-15, 15]);
  });

  test('is not narrower than the least span about a resting bead', () => {
    const [from, to] = steadyRange(7, 7, 10, null);
    expect(from).toBeLessThanOrEqual(2);
    expect(to).toBeGreaterThanOrEqual(12);
    expect(to - from).toBeLessThan(20);
  });

  test('is the last one without a point, at first the least span about zero', () => {
    expect(steadyRange(null, null, 10, null)).toEqual([-5, 5]);
    expect(steadyRange(null, null, 10, [20, 40])).toEqual([20, 40]);
  });

  test.each([1e-3, 1, 37, 1e6])('holds traces of any size without wasting half the plot: %f', (size) => {
    const [from, to] = steadyRange(-0.3 * size, size, 1e-9, null);
    expect(from).toBeLessThan(-0.3 * size);
    expect(to).toBeGreaterThan(size);
    expect(to - from).toBeLessThan(1.7 * 1.3 * size);
  });
});
