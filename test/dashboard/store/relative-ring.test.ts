import { expect, test } from 'vitest';
import { makeTrace, type Trace } from '#protocol/trace-columns.ts';
import { RelativeRing } from '../../../dashboard/store/relative-ring.ts';
import { TraceRing } from '../../../dashboard/store/trace-ring.ts';

/** Points 0.1 s apart whose x is `slope` times their number. */
function points(first: number, end: number, slope: number): Trace {
  return makeTrace(false, (name) =>
    Float64Array.from({ length: end - first }, (_, at) => (first + at) * (name === 'timeS' ? 0.1 : slope)),
  );
}

function ringOf(end: number, slope: number): TraceRing {
  const ring = new TraceRing(false, 100);
  ring.append(points(0, end, slope), Number.POSITIVE_INFINITY);
  return ring;
}

test('goes on as points come, and is the same as at once', () => {
  const bead = ringOf(3, 5);
  const references = [ringOf(3, 1), ringOf(3, 3)];
  const growing = new RelativeRing(bead, references);
  expect([...growing.all().xPx]).toEqual([0, 3, 6]);
  for (let first = 3; first < 250; first += 10) {
    for (const [ring, slope] of [
      [references[0]!, 1],
      [references[1]!, 3],
      [bead, 5],
    ] as const) {
      ring.append(points(first, first + 10, slope), Number.POSITIVE_INFINITY);
    }
    if (first % 3 > 0) growing.all();
  }
  const atOnce = new RelativeRing(bead, references).all();
  expect(atOnce.xPx).toHaveLength(100);
  expect(atOnce.xPx.at(-1)).toBe(3 * 252);
  expect(growing.all()).toEqual(atOnce);
});

test('reckons every point once', () => {
  const bead = ringOf(3, 5);
  const growing = new RelativeRing(bead, [ringOf(4, 1)]);
  growing.all();
  bead.all().xPx[0] = 900;
  bead.append(points(3, 4, 5), Number.POSITIVE_INFINITY);
  expect([...growing.all().xPx]).toEqual([0, 4, 8, 12]);
});

test('begins anew where the run did, and has a break where the bead has', () => {
  const bead = ringOf(3, 5);
  const reference = ringOf(3, 1);
  const growing = new RelativeRing(bead, [reference]);
  growing.all();
  for (const ring of [bead, reference]) ring.breakTrace();
  expect([...growing.all().xPx]).toEqual([0, 4, 8, Number.NaN]);
  bead.append(points(0, 2, 5), 1);
  reference.append(points(0, 2, 1), 1);
  expect([...growing.all().xPx]).toEqual([0, 4]);
});

test('is of these traces and of no others', () => {
  const [bead, reference, other] = [ringOf(1, 1), ringOf(1, 1), ringOf(1, 1)];
  const ring = new RelativeRing(bead, [reference]);
  expect(ring.isOf(bead, [reference])).toBe(true);
  expect(ring.isOf(bead, [reference, other])).toBe(false);
  expect(ring.isOf(bead, [other])).toBe(false);
  expect(ring.isOf(other, [reference])).toBe(false);
});
