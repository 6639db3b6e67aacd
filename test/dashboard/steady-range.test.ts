import { describe, expect, test } from 'vitest';
import { steadyRange } from '../../dashboard/steady-range.ts';

describe('the range of a value axis', () => {
  test('holds the trace with a margin and ends on round numbers', () => {
    expect(steadyRange(-28, 31, 1)).toEqual([-40, 40]);
    expect(steadyRange(1481, 1519, 10)).toEqual([1470, 1530]);
  });

  test('stays while the trace trembles within it', () => {
    const ranges = [-29, -28.4, -27.6, -27].map((smallest) => steadyRange(smallest, 31, 1).join());
    expect(new Set(ranges).size).toBe(1);
  });

  test('is not narrower than the least span about a resting bead', () => {
    const [from, to] = steadyRange(7, 7, 10);
    expect(from).toBeLessThanOrEqual(2);
    expect(to).toBeGreaterThanOrEqual(12);
    expect(to - from).toBeLessThan(20);
  });

  test('is the least span about zero without a point', () => {
    expect(steadyRange(null, null, 10)).toEqual([-5, 5]);
  });

  test.each([1e-3, 1, 37, 1e6])('holds traces of any size: %f', (size) => {
    const [from, to] = steadyRange(-0.3 * size, size, 1e-9);
    expect(from).toBeLessThan(-0.3 * size);
    expect(to).toBeGreaterThan(size);
    expect(to - from).toBeLessThan(2.2 * 1.3 * size);
  });
});
