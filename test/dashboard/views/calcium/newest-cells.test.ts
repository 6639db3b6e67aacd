import { expect, test } from 'vitest';
import { cellsInOrder, newestOf } from '../../../../dashboard/views/calcium/newest-cells.ts';

const newest = {
  timeS: 3,
  cells: Uint16Array.of(2, 5, 9, 40),
  dff: Float32Array.of(0.5, Number.NaN, 0.25, 0.25),
  baseline: Float32Array.of(800, 810, 820, 830),
  noise: Float32Array.of(2, 4, 3, 1),
  rate: Float32Array.of(0, 1, 2, 3),
  events: Uint32Array.of(7, 0, 9, 1),
};
const CELLS = [2, 5, 9, 33, 40];

test('what is known of a cell is found by its number', () => {
  expect(newestOf(newest, 9)).toEqual({ cell: 9, dff: 0.25, baseline: 820, noise: 3, rate: 2, events: 9 });
  expect(newestOf(newest, 3)).toBeNull();
  expect(newestOf(null, 9)).toBeNull();
});

test.each([
  ['cell', false, [2, 5, 9, 33, 40]],
  ['noise', true, [5, 9, 2, 40, 33]],
  ['noise', false, [40, 2, 9, 5, 33]],
  ['dff', true, [2, 9, 40, 5, 33]],
  ['events', true, [9, 2, 40, 5, 33]],
] as const)('cells by %s, descending: %s; those without a number come last', (order, descends, expected) => {
  expect(cellsInOrder(CELLS, newest, order, descends).map(({ cell }) => cell)).toEqual(expected);
});
