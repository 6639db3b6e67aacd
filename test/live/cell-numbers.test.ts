import { expect, test } from 'vitest';
import { cellMapOf } from '#protocol/cell-map.ts';
import { CellNumbers } from '#tracker/live/cell-numbers.ts';

const map = (...labels: number[]) => cellMapOf(labels, 4, 1);

test('a cell may change its pixels, go, and come back as it was', () => {
  const numbers = new CellNumbers(map(1, 1, 0, 2));
  numbers.change(map(1, 1, 2, 2));
  numbers.change(map(1, 1, 0, 0));
  numbers.change(map(1, 1, 2, 2));
  numbers.change(map(1, 0, 0, 2));
});

test('the number of a cell that is gone is for no other, also not once it was back and went again', () => {
  const numbers = new CellNumbers(map(1, 1, 0, 2));
  numbers.change(map(1, 1, 0, 0));
  expect(() => numbers.change(map(1, 1, 2, 0))).toThrow(
    'cell 2: expected a number that no other cell had, received that of a cell that is gone; number new cells from 3 on',
  );
  numbers.change(map(1, 1, 0, 2));
  numbers.change(map(1, 1, 0, 0));
  expect(() => numbers.change(map(1, 1, 2, 0))).toThrow('cell 2');
  numbers.change(map(1, 1, 3, 0));
});

test('a map that is refused changes nothing', () => {
  const numbers = new CellNumbers(map(1, 0, 0, 2));
  numbers.change(map(1, 0, 0, 0));
  expect(() => numbers.change(map(9, 2, 0, 0))).toThrow('cell 2');
  // 9 was not taken, and 1 did not go.
  numbers.change(map(0, 1, 0, 9));
});

test('cells that are found get numbers that none had', () => {
  const numbers = new CellNumbers(map(0, 0, 0, 7));
  numbers.change(map(0, 0, 0, 0));
  expect(numbers.renumbered(map(1, 1, 0, 2))).toEqual(map(8, 8, 0, 9));
  expect(new CellNumbers(map(0, 0, 0, 0)).renumbered(map(1, 0, 2, 0))).toEqual(map(1, 0, 2, 0));
});

test('when there are no numbers left, that is said', () => {
  const numbers = new CellNumbers(map(0, 0, 0, 65_534));
  expect(numbers.renumbered(map(1, 0, 0, 0))).toEqual(map(65_535, 0, 0, 0));
  expect(() => numbers.renumbered(map(1, 0, 0, 2))).toThrow('cells: expected numbers up to 65535');
});
