import { expect, test } from 'vitest';
import { cellMapOf } from '#protocol/cell-map.ts';
import { outlinesOf } from '../../../../dashboard/views/calcium/outlines.ts';

const mapOf = (...rows: string[]) =>
  cellMapOf(
    rows.flatMap((row) => Array.from(row, Number)),
    rows[0]!.length,
    rows.length,
  );

const length = (edges: readonly number[]) => {
  let sum = 0;
  for (let at = 0; at < edges.length; at += 4) {
    sum += Math.abs(edges[at + 2]! - edges[at]!) + Math.abs(edges[at + 3]! - edges[at + 1]!);
  }
  return sum;
};

test('an outline goes around every pixel that borders on another cell, none or the edge of the frame', () => {
  const outlines = outlinesOf(mapOf('11200', '11220', '00000'));
  expect(outlines.map(({ cell, pixels, edges }) => [cell, pixels, length(edges)])).toEqual([
    // A square of 2 x 2 px has an outline of 8 px, an L of three a one of 8, too.
    [1, 4, 8],
    [2, 3, 8],
  ]);
});

test('a number stands in the middle of its cell, (0, 0) being the corner of the first pixel', () => {
  const [one, two] = outlinesOf(mapOf('11200', '11220', '00000'));
  expect([one!.x, one!.y]).toEqual([1, 1]);
  expect(two!.x).toBeCloseTo((2.5 + 2.5 + 3.5) / 3, 12);
  expect(two!.y).toBeCloseTo((0.5 + 1.5 + 1.5) / 3, 12);
});

test('a hole has an outline of its own', () => {
  const [ring] = outlinesOf(mapOf('111', '101', '111'));
  expect([ring!.pixels, length(ring!.edges)]).toEqual([8, 16]);
});
