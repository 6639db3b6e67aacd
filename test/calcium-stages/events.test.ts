import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { runTraces } from '../support/run-traces.ts';

const stages = (params = {}) => [
  { stage: 'running-baseline', params: { leastS: 5 } },
  { stage: 'delta-f' },
  { stage: 'running-noise' },
  { stage: 'events', params },
];

/** Counts of one cell with transients of this dF/F that begin at these times and decay within 0.7 s. */
function trace(fps: number, seconds: number, onsets: [timeS: number, dff: number][], noise = 0.03) {
  const random = createRandom(1);
  return Float64Array.from({ length: seconds * fps }, (_, frame) => {
    const timeS = frame / fps;
    const active = onsets
      .filter(([at]) => at <= timeS)
      .reduce((sum, [at, dff]) => sum + dff * Math.exp((at - timeS) / 0.7), 0);
    return 200 * (1 + active + noise * random.normal());
  });
}

function eventsOf(
  counts: Float64Array,
  fps: number,
  params = {},
  isMissing: (id: number) => boolean = () => false,
): number[] {
  const { events } = runTraces(counts, { fps, neurons: 1, stages: stages(params), isMissing });
  return events[0]!.map((frame) => frame / fps);
}

test.each([10, 30, 100])('at %d Hz each transient is told once, within 0.15 s', (fps) => {
  const onsets = [15, 18, 24.4, 31].map((timeS): [number, number] => [timeS, 0.5]);
  const found = eventsOf(trace(fps, 40, onsets), fps);
  expect(found).toHaveLength(onsets.length);
  for (const [at, [onsetS]] of onsets.entries()) {
    expect(found[at]! - onsetS).toBeGreaterThanOrEqual(0);
    expect(found[at]! - onsetS).toBeLessThan(0.15);
  }
});

test('a transient that outlasts the refractory time is told once', () => {
  const counts = trace(30, 40, []);
  for (let frame = 600; frame < 700; frame++) counts[frame]! += 400;
  expect(eventsOf(counts, 30)).toEqual([20]);
});

test('a transient upon the decay of a larger one is told, one within the refractory time is not', () => {
  const onsets: [number, number][] = [
    [15, 1.5],
    [15.8, 0.5],
    [25, 0.5],
    [25.3, 0.5],
  ];
  const found = eventsOf(trace(30, 40, onsets), 30);
  expect(found.map((timeS) => Math.floor(10 * timeS) / 10)).toEqual([15, 15.8, 25]);
  const sooner = eventsOf(trace(30, 40, onsets), 30, { refractoryS: 0.25 });
  expect(sooner.map((timeS) => Math.floor(10 * timeS) / 10)).toEqual([15, 15.8, 25, 25.3]);
});

test('what is below the threshold is not told, whatever the brightness of the cell', () => {
  const counts = trace(30, 60, [
    [20, 0.05],
    [40, 0.5],
  ]);
  for (const brightness of [0.01, 1, 100]) {
    const found = eventsOf(
      counts.map((value) => brightness * value),
      30,
    );
    expect(found.map(Math.floor)).toEqual([40]);
  }
});

test('half an hour of noise has no event, nor have gaps in it', () => {
  const counts = trace(30, 1800, []);
  expect(eventsOf(counts, 30)).toEqual([]);
  // After a gap the averages know one frame only: its noise must not be taken for an event.
  expect(eventsOf(counts, 30, {}, (id) => id % 60 < 15)).toEqual([]);
});

test('a gap does not hide the transient that follows it', () => {
  const counts = trace(30, 40, [[20, 0.5]]);
  const found = eventsOf(counts, 30, {}, (id) => id >= 570 && id < 595);
  expect(found).toHaveLength(1);
  expect(found[0]! - 20).toBeLessThan(0.15);
});
