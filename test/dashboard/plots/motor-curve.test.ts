import { expect, test } from 'vitest';
import { MotorTrace } from '#protocol/motor-trace.ts';
import { MotorCurve, motorAt } from '../../../dashboard/plots/motor-curve.ts';

/** At rest at 3 mm until 10 s, at 5 mm from 11 s to 20 s, and nowhere from then on. */
function moved() {
  const trace = new MotorTrace();
  for (let at = 0; at <= 100; at++) trace.add(at / 10, { magnetMm: 3 });
  for (let at = 110; at <= 200; at++) trace.add(at / 10, { magnetMm: 5 });
  trace.add(20.1, { focusZNm: 4 });
  return trace.points;
}

const lineOf = (fromS: number, toS: number) => {
  const { line } = new MotorCurve().of(moved(), 'magnetMm', { fromS, toS }, 'red');
  return Array.from(line.timeS.subarray(0, line.length), (timeS, at) => [timeS, line.values[at]]);
};

test('a line leads into the time shown and out of it, also between the ends of a rest', () => {
  expect(lineOf(2, 10.5)).toEqual([
    [0, 3],
    [10, 3],
    [11, 5],
  ]);
  expect(lineOf(12, 15)).toEqual([
    [11, 5],
    [20, 5],
  ]);
  expect(lineOf(25, 30)).toEqual([[20.1, Number.NaN]]);
});

test('a motor is read on its line, and where it was last after that', () => {
  const points = moved();
  const at = (timeS: number) => motorAt(points, 'magnetMm', timeS);
  expect([at(0), at(4), at(10), at(11), at(19)]).toEqual([3, 3, 3, 5, 5]);
  expect(at(10.25)).toBeCloseTo(3.5, 12);
  expect([at(-1), at(20.05), at(99)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(motorAt(points, 'focusZNm', 99)).toBe(4);
});
