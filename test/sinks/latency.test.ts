import { expect, test } from 'vitest';
import { nowNs } from '#protocol/clock.ts';
import { LatencyBudget } from '#sinks/latency.ts';
import type { TrackedFrame } from '#sinks/track-sink.ts';

const MS = 1_000_000n;

/** A frame whose steps took 1, 2 and 4 ms. */
function frame(id: number, receivedNs = nowNs(), linkNs = MS): TrackedFrame {
  const submittedNs = receivedNs + 2n * MS;
  return { id, timeNs: receivedNs - linkNs, receivedNs, submittedNs, trackedNs: submittedNs + 4n * MS };
}

/** Within a bucket of the histogram, 5 %. */
function expectNear(received: number, expected: number): void {
  expect(Math.abs(received / expected - 1)).toBeLessThan(0.05);
}

test('the steps of a frame are told apart and add up', () => {
  const budget = new LatencyBudget();
  const frames = Array.from({ length: 20 }, (_, id) => frame(id));
  budget.tracked(frames, true);
  budget.sent(frames[0]!.trackedNs + 25n * MS);
  const status = budget.takeInterval();
  expectNear(status['camera-to-received'].p50Ms, 1);
  expectNear(status['received-to-submitted'].p50Ms, 2);
  expectNear(status['submitted-to-tracked'].p99Ms, 4);
  expectNear(status['tracked-to-sent'].p50Ms, 25);
  expectNear(status['camera-to-tracked'].p50Ms, 7);
  expectNear(status['received-to-tracked'].p99Ms, 6);
});

test('an interval starts anew when it is asked for, the summary goes on', () => {
  const budget = new LatencyBudget();
  budget.tracked([frame(0)], false);
  budget.takeInterval();
  expect(budget.takeInterval()['received-to-tracked'].p50Ms).toBeNaN();
  budget.tracked([frame(1)], false);
  const summary = budget.summary();
  expect(summary['submitted-to-tracked']).toMatchObject({ frames: 2, maxMs: 4 });
  expect(Object.keys(summary)).not.toContain('tracked-to-sent');
});

test('a frame from the future took no time and is counted, a clock of its own is left out and counted', () => {
  const budget = new LatencyBudget();
  const now = nowNs();
  budget.tracked([frame(0, now, -300n * MS), frame(1, now, now), frame(2, now, -7200_000n * MS)], false);
  expect(budget.cameraClock).toEqual({ ahead: 1, foreign: 2 });
  expect(budget.histograms['camera-to-received'].count).toBe(1);
  expect(budget.histograms['camera-to-received'].maxUs).toBe(0);
  expect(budget.histograms['received-to-tracked'].count).toBe(3);
});

test('frames nobody watched are not waiting to be sent, and each watched one is sent once', () => {
  const budget = new LatencyBudget();
  budget.tracked([frame(0), frame(1)], true);
  budget.tracked([frame(2)], false);
  budget.sent(nowNs());
  expect(budget.histograms['tracked-to-sent'].count).toBe(0);
  budget.tracked([frame(3), frame(4)], true);
  budget.sent(nowNs() + 10n * MS);
  budget.sent(nowNs() + 20n * MS);
  expect(budget.histograms['tracked-to-sent'].count).toBe(2);
});

test('a dashboard that takes nothing for long costs no memory, and the frames it got late are bounded', () => {
  const budget = new LatencyBudget();
  for (let id = 0; id < 10_000; id++) budget.tracked([frame(id)], true);
  budget.sent(nowNs());
  expect(budget.histograms['tracked-to-sent'].count).toBe(4096);
  expect(budget.histograms['received-to-tracked'].count).toBe(10_000);
});
