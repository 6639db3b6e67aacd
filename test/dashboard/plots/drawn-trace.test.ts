import { expect, test } from 'vitest';
import { makeTrace, type Trace } from '#protocol/trace-columns.ts';
import { DrawnTrace } from '../../../dashboard/plots/drawn-trace.ts';
import { pointsBefore, sliceTrace } from '../../../dashboard/store/trace-ring.ts';
import type { ShownBead } from '../../../dashboard/store/trace-view.ts';

const COLUMNS = ['xPx', 'zNm', 'score'] as const;
const BUCKET_S = 0.1;

/** 1 kHz for 20 s with lost points, and a standard deviation for each. */
const whole = makeTrace(true, (name) =>
  Float64Array.from({ length: 20_000 }, (_, at) => {
    if (name === 'timeS') return at / 1000;
    if (name.startsWith('sigma')) return 0.1 + (at % 7) / 10;
    return at % 997 < 3 ? Number.NaN : Math.sin(at * 1.7) + at / 5000;
  }),
);
const none = sliceTrace(whole, 0, 0);
const ring = {};

function shown(fromS: number, toS: number, past: Trace = none): ShownBead {
  const part = sliceTrace(whole, pointsBefore(whole.timeS, fromS), pointsBefore(whole.timeS, toS));
  return { bead: 3, sources: [ring, past], past, recent: part, atFullRate: part, isTorn: false };
}

/** What is drawn from a time on. */
function drawnFrom(drawn: DrawnTrace, fromS: number): number[][] {
  return COLUMNS.flatMap((column) => {
    const { line, band } = drawn.of(column);
    return [
      { times: line.timeS, values: line.values, length: line.length },
      { times: band.timeS, values: band.low, length: band.length },
      { times: band.timeS, values: band.high, length: band.length },
    ].map(({ times, values, length }) => [
      ...values.subarray(pointsBefore(times.subarray(0, length), fromS), length),
    ]);
  });
}

test('what is drawn of a trace that goes on and scrolls is what is drawn of it at once', () => {
  const growing = new DrawnTrace();
  for (let toS = 0.03; toS < 19; toS += 0.05)
    growing.follow(shown(Math.max(0, toS - 5), toS), BUCKET_S, COLUMNS);
  const atOnce = new DrawnTrace();
  growing.follow(shown(14, 19), BUCKET_S, COLUMNS);
  atOnce.follow(shown(14, 19), BUCKET_S, COLUMNS);
  const expected = drawnFrom(atOnce, 14.1);
  expect(expected[0]!.length).toBeGreaterThan(90);
  expect(expected[1]).toHaveLength(drawnFrom(atOnce, 14.1)[2]!.length);
  expect(drawnFrom(growing, 14.1)).toEqual(expected);
});

test('lines are forgotten as they scroll out of sight', () => {
  const growing = new DrawnTrace();
  let longest = 0;
  for (let toS = 1; toS < 19; toS += 0.05) {
    growing.follow(shown(Math.max(0, toS - 1), toS), 0.002, COLUMNS);
    longest = Math.max(longest, growing.of('xPx').line.length);
  }
  // Two points for each of 500 buckets that are seen, as many that are not, and some breaks.
  expect(longest).toBeLessThan(2 * 1000 + 100);
});

test('begins anew with other points, another past, wider buckets, or a run that began anew', () => {
  const drawn = new DrawnTrace();
  const lengths = () => [drawn.of('xPx').line.length, drawn.of('xPx').band.length];
  const fresh = (next: ShownBead, bucketS: number) => {
    const other = new DrawnTrace();
    other.follow(next, bucketS, COLUMNS);
    return [other.of('xPx').line.length, other.of('xPx').band.length];
  };
  const past = makeTrace(true, (name) => (name === 'timeS' ? Float64Array.of(0, 1) : Float64Array.of(4, 5)));
  const cases: [ShownBead, number][] = [
    [shown(2, 6), BUCKET_S],
    [{ ...shown(2, 6), sources: [{}, none] }, BUCKET_S],
    [shown(2, 6, past), BUCKET_S],
    [shown(2, 6), 0.4],
    [shown(0, 1), 0.4],
  ];
  for (const [next, bucketS] of cases) {
    drawn.follow(next, bucketS, COLUMNS);
    expect(lengths()).toEqual(fresh(next, bucketS));
  }
  drawn.follow(shown(2, 6, past), BUCKET_S, COLUMNS);
  expect([...drawn.of('xPx').line.values.subarray(0, 2)]).toEqual([4, 5]);
});
