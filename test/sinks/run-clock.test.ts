import { expect, test } from 'vitest';
import { RunClock } from '#sinks/run-clock.ts';

const MS = 1_000_000n;

function frame(timeMs: bigint, receivedMs: bigint) {
  const receivedNs = receivedMs * MS;
  return { id: 0, timeNs: timeMs * MS, receivedNs, submittedNs: receivedNs, trackedNs: receivedNs };
}

test('time begins at the first frame and is the camera clock, gaps included', () => {
  const clock = new RunClock();
  const times = [frame(9_000n, 0n), frame(9_010n, 12n), frame(3_609_010n, 14n)];
  expect(times.map((each) => clock.secondsOf(each))).toEqual([0, 0.01, 3600.01]);
});

test('a camera clock that jumps back does not tear the trace: it goes on by the clock of the tracker', () => {
  const clock = new RunClock();
  clock.secondsOf(frame(50_000n, 100n));
  expect(clock.secondsOf(frame(50_100n, 200n))).toBe(0.1);
  expect(clock.secondsOf(frame(7_000n, 230n))).toBeCloseTo(0.13, 9);
  expect(clock.secondsOf(frame(7_100n, 330n))).toBeCloseTo(0.23, 9);
});
