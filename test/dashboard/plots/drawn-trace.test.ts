import { describe, expect, test } from 'vitest';
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
  return {
    ...{ bead: 3, sources: [ring, past], past, pastFrames: past },
    ...{ recent: part, atFullRate: part, isTorn: false },
  };
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

describe('the magnitude of a trace', () => {
  const FRAME = { xPx: 1, yPx: 2, pixelSizeNm: 100 };
  const MAGNITUDE = ['magnitudeNm'] as const;
  const magnitudes = whole.timeS.map((_, point) =>
    Math.hypot((whole.xPx[point]! - 1) * 100, (whole.yPx[point]! - 2) * 100, whole.zNm[point]!),
  );
  const lineOf = (drawn: DrawnTrace) => {
    const { line } = drawn.of('magnitudeNm');
    return [...line.values.subarray(0, line.length)];
  };

  test('is thinned to the smallest and largest of its points, and is broken where one is lost', () => {
    const drawn = new DrawnTrace();
    drawn.follow(shown(0, 3), BUCKET_S, MAGNITUDE, FRAME);
    const part = magnitudes.subarray(0, 3000).filter(Number.isFinite);
    const line = lineOf(drawn);
    expect(Math.max(...line.filter(Number.isFinite))).toBeCloseTo(Math.max(...part), 9);
    expect(Math.min(...line.filter(Number.isFinite))).toBeCloseTo(Math.min(...part), 9);
    expect(line.some(Number.isNaN)).toBe(true);
    expect(line.length).toBeLessThan(4 * 31);
  });

  test('goes on and scrolls to what is drawn of it at once', () => {
    const [growing, atOnce] = [new DrawnTrace(), new DrawnTrace()];
    for (let toS = 0.03; toS <= 4; toS += 0.05) growing.follow(shown(0, toS), BUCKET_S, MAGNITUDE, FRAME);
    growing.follow(shown(0, 4), BUCKET_S, MAGNITUDE, FRAME);
    atOnce.follow(shown(0, 4), BUCKET_S, MAGNITUDE, FRAME);
    expect(lineOf(growing)).toEqual(lineOf(atOnce));
  });

  test('is reckoned anew where the zero or the size of a pixel becomes another', () => {
    for (const other of [
      { ...FRAME, xPx: 5 },
      { ...FRAME, yPx: 5 },
      { ...FRAME, pixelSizeNm: 50 },
    ]) {
      const [drawn, fresh] = [new DrawnTrace(), new DrawnTrace()];
      drawn.follow(shown(0, 3), BUCKET_S, MAGNITUDE, FRAME);
      drawn.follow(shown(0, 3), BUCKET_S, MAGNITUDE, other);
      fresh.follow(shown(0, 3), BUCKET_S, MAGNITUDE, other);
      expect(lineOf(drawn)).toEqual(lineOf(fresh));
    }
  });

  test('of the past is that of its frames, not of the smallest and largest of each column', () => {
    const extremes = makeTrace(true, (name) => Float64Array.from([name === 'timeS' ? 0 : 900]));
    const values = { timeS: 0.5, xPx: 4, yPx: 6, zNm: 1200 } as Record<string, number>;
    const pastFrames = makeTrace(true, (name) => Float64Array.of(values[name] ?? Number.NaN));
    const drawn = new DrawnTrace();
    drawn.follow({ ...shown(2, 6, extremes), pastFrames }, BUCKET_S, MAGNITUDE, FRAME);
    // 300, 400 and 1200 nm.
    expect(lineOf(drawn)[0]).toBe(1300);
  });
});
