import { expect, test } from 'vitest';
import { matchEvents, scoreEvents, transientsOf } from '#tracker/commands/bench/event-match.ts';

test('spikes within the time of a transient belong to it, and later ones begin another', () => {
  const spikes = new Uint16Array(60);
  for (const frame of [3, 5, 17, 18, 20, 40]) spikes[frame] = 1;
  // 3 holds up to 17; 18 begins a transient of its own.
  expect(transientsOf(spikes, 15)).toEqual([3, 18, 40]);
  expect(transientsOf(new Uint16Array(9), 15)).toEqual([]);
});

test('a transient takes the first event from its onset on, in time, and each event counts once', () => {
  expect(matchEvents([10, 40], [11, 42], 15)).toEqual({ latencies: [1, 2], extra: 0 });
  // Before the onset, too late, and a second one.
  expect(matchEvents([10], [9, 10], 15)).toEqual({ latencies: [0], extra: 1 });
  expect(matchEvents([10], [26], 15)).toEqual({ latencies: [], extra: 1 });
  expect(matchEvents([10], [25, 30], 15)).toEqual({ latencies: [15], extra: 1 });
  // What is too late for one is in time for the next.
  expect(matchEvents([10, 30], [31], 15)).toEqual({ latencies: [1], extra: 0 });
});

test('recall is of the transients, precision of the events, of all cells together', () => {
  const score = scoreEvents(
    [
      { onsets: [10, 50, 90], events: [12, 91] },
      { onsets: [5], events: [4, 6, 30] },
    ],
    15,
  );
  expect(score).toEqual({ transients: 4, found: 5, recall: 0.75, precision: 0.6, latencies: [2, 1, 1] });
});
