import { expect, test } from 'vitest';
import type { MotorPositions } from '#protocol/motor.ts';
import { MotorTrace, type MotorTraceMessage, pointsOf } from '#protocol/motor-trace.ts';

const ONE_S = 25;

/** Points at 25 a second from `fromS` on. */
function follow(trace: MotorTrace, fromS: number, places: readonly MotorPositions[]): void {
  for (const [at, place] of places.entries()) trace.add(fromS + at / ONE_S, place);
}

const resting = (points: number, magnetMm: number) => Array.from({ length: points }, () => ({ magnetMm }));

const rowsOf = (trace: MotorTrace) =>
  Array.from(trace.points.timeS, (timeS, at) => [timeS, trace.points.magnetMm[at]]);

const message = (trace: MotorTrace, isWhole: boolean): MotorTraceMessage => ({
  ...{ type: 'motor-trace', isWhole },
  ...pointsOf((name) => trace.points[name].slice()),
});

test('a day of a resting magnet takes two points, and a move those it goes through', () => {
  const trace = new MotorTrace();
  for (let timeS = 0; timeS < 86_400; timeS++) trace.add(timeS, { magnetMm: 3 });
  expect(rowsOf(trace)).toEqual([
    [0, 3],
    [86_399, 3],
  ]);
  for (const [timeS, magnetMm] of [
    [86_400, 3.5],
    [86_401, 4],
    [86_402, 4],
    [86_410, 4],
  ] as const) {
    trace.add(timeS, { magnetMm });
  }
  expect(rowsOf(trace)).toEqual([
    [0, 3],
    [86_399, 3],
    [86_400, 3.5],
    [86_401, 4],
    [86_402, 4],
    // No frame for longer than 5 s: no line.
    [86_402, Number.NaN],
    [86_410, 4],
  ]);
  expect(trace.names).toEqual(['magnetMm']);
});

test('motors are named in one order as they become known, and break off where they are not', () => {
  const trace = new MotorTrace();
  trace.add(0, {});
  expect(trace.names).toEqual([]);
  trace.add(0.04, { magnetTurns: 2 });
  trace.add(0.08, { magnetTurns: 2, focusZNm: 0 });
  trace.add(0.12, { focusZNm: 0 });
  expect(trace.names).toEqual(['focusZNm', 'magnetTurns']);
  expect([...trace.points.magnetTurns]).toEqual([Number.NaN, 2, 2, Number.NaN]);
  expect([...trace.points.focusZNm]).toEqual([Number.NaN, Number.NaN, 0, 0]);
});

test('of a motor that never rests a day is kept, as fine as a plot that shows it', () => {
  const trace = new MotorTrace();
  for (let at = 0; at < 86_400; at++) trace.add(at, { magnetMm: at });
  follow(
    trace,
    86_400,
    Array.from({ length: 12_000 }, (_, at) => ({ magnetMm: 86_400 + at / ONE_S })),
  );
  const { timeS, magnetMm } = trace.points;
  expect(timeS.length).toBeLessThanOrEqual(8192);
  expect(timeS[0]).toBe(0);
  for (const [at, time] of timeS.entries()) {
    expect(magnetMm[at]!).toBeCloseTo(time, 6);
    const [step, ageS] = [time - (timeS[at - 1] ?? 0), trace.newestS - time];
    expect(step).toBeLessThan(Math.max(0.05, ageS / 200));
  }
});

test('a run that begins anew begins anew', () => {
  const trace = new MotorTrace();
  follow(trace, 100, resting(5, 3));
  trace.add(0, { magnetTurns: 1 });
  expect([[...trace.points.timeS], trace.names]).toEqual([[0], ['magnetTurns']]);
});

test('who takes all points and then those that are new has the same', () => {
  const [told, taken] = [new MotorTrace(), new MotorTrace()];
  follow(taken, 0, resting(3, 9));
  follow(told, 0, [...resting(50, 3), { magnetMm: 3.2 }, ...resting(9, 4)]);
  taken.take(message(told, true));
  expect([rowsOf(taken), taken.names]).toEqual([rowsOf(told), ['magnetMm']]);
  const news = new MotorTrace();
  for (const trace of [news, told]) follow(trace, 4, [{ magnetMm: 4 }, { magnetMm: 5 }]);
  taken.take(message(news, false));
  expect(rowsOf(taken)).toEqual(rowsOf(told));
  expect(taken.newestS).toBe(4 + 1 / ONE_S);
});
