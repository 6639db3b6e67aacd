import { expect, test } from 'vitest';
import { pointsOf } from '#protocol/motor-trace.ts';
import type { WindowTrace } from '#protocol/recordings.ts';
import { Band, Polyline } from '../../../../dashboard/plots/decimate-trace.ts';
import { fillBand, fillLine, gapS, readingAt } from '../../../../dashboard/views/recordings/points.ts';

const column = (...values: number[]) => Float64Array.from(values);
const columns = (zNm: Float64Array) => ({ xPx: zNm, yPx: zNm, zNm, score: zNm });

const POINTS: WindowTrace = {
  bead: 3,
  timeS: column(0, 0.1, 0.2, 1.2, 1.3),
  least: columns(column(1, Number.NaN, 3, 4, 5)),
  most: null,
  status: Uint16Array.of(0, 4, 0, 0, 2),
};
const BUCKETS: WindowTrace = { ...POINTS, most: columns(column(2, Number.NaN, 6, 8, 10)) };

function lineOf(trace: WindowTrace, fromS: number, toS: number, gap = 0.5): [number, number][] {
  const line = new Polyline();
  fillLine(line, trace, 'zNm', { fromS, toS, gapS: gap });
  return Array.from({ length: line.length }, (_, at) => [line.timeS[at]!, line.values[at]!]);
}

test('every point is on the line, which breaks where the bead was lost and where frames are missing', () => {
  const line = lineOf(POINTS, 0, 2);
  expect(line).toEqual([
    ...[
      [0, 1],
      [0.1, Number.NaN],
      [0.2, 3],
      [1.2, Number.NaN],
    ],
    ...[
      [1.2, 4],
      [1.3, 5],
    ],
  ]);
  expect(lineOf(POINTS, 0, 2, Number.POSITIVE_INFINITY)).toHaveLength(5);
});

test('a bucket is a stroke from its smallest to its largest value', () => {
  expect(lineOf(BUCKETS, 1.21, 1.25)).toEqual([
    ...[
      [1.2, 4],
      [1.2, 8],
      [1.3, 5],
    ],
    [1.3, 10],
  ]);
});

test('a line leads out of what is shown by one point on either side', () => {
  expect(lineOf(POINTS, 0.15, 0.25).map(([timeS]) => timeS)).toEqual([0.1, 0.2, 1.2, 1.2]);
});

test('missing frames are a gap, but not what was left out of a sample', () => {
  const window = {
    fromS: 0,
    toS: 1,
    bucketS: 0,
    readEvery: 1,
    endS: 1,
    traces: [],
    motors: pointsOf(() => new Float64Array()),
  };
  expect(gapS(window, 100)).toBeCloseTo(0.05, 12);
  expect(gapS({ ...window, bucketS: 1 }, 100)).toBe(1.5);
  expect(gapS({ ...window, readEvery: 2 }, 100)).toBe(Number.POSITIVE_INFINITY);
});

test('the reading at a moment is that of the frame before it, with its status', () => {
  const reading = readingAt(BUCKETS, 1.25)!;
  expect([reading.timeS, reading.status, reading.least('zNm'), reading.most('zNm')]).toEqual([1.2, 0, 4, 8]);
  expect(readingAt(POINTS, 1.3)).toMatchObject({ timeS: 1.3, status: 2 });
  expect(readingAt(POINTS, 0.1)!.least('zNm')).toBeNaN();
  expect(readingAt(POINTS, 0.1)!.least('sigmaZNm')).toBeNaN();
  expect(readingAt(POINTS, -0.1)).toBeNull();
});

function bandOf(trace: WindowTrace, fromS: number, toS: number, gap = 0.5): number[][] {
  const band = new Band();
  fillBand(band, trace, 'zNm', { fromS, toS, gapS: gap });
  return Array.from({ length: band.length }, (_, at) => [band.timeS[at]!, band.low[at]!, band.high[at]!]);
}

test('a band of one standard deviation lies about the line, and breaks where it does or is not known', () => {
  const sigmaZNm = column(0.5, 0.5, Number.NaN, 0.25, 1);
  const points: WindowTrace = { ...POINTS, least: { ...POINTS.least, sigmaZNm } };
  expect(bandOf(points, 0, 2)).toEqual([
    [0, 0.5, 1.5],
    [0.1, Number.NaN, Number.NaN],
    [0.2, Number.NaN, Number.NaN],
    [1.2, Number.NaN, Number.NaN],
    [1.2, 3.75, 4.25],
    [1.3, 4, 6],
  ]);
  expect(bandOf(POINTS, 0, 2)).toEqual([]);
});

test('the band of a bucket reaches from the least less the largest deviation to the largest and that more', () => {
  const least = { ...BUCKETS.least, sigmaZNm: column(0.1, 0.1, 0.1, 0.1, 0.1) };
  const most = { ...BUCKETS.most!, sigmaZNm: column(0.5, 0.5, 0.5, 0.25, 2) };
  expect(bandOf({ ...BUCKETS, least, most }, 1.21, 1.25)).toEqual([
    [1.2, 3.75, 8.25],
    [1.3, 3, 12],
  ]);
});
