import { afterEach, expect, test } from 'vitest';
import {
  cellAfter,
  choices,
  chooseCell,
  keyStep,
  shownCells,
} from '../../../../dashboard/views/calcium/choices.ts';

const CELLS = [2, 5, 9];

afterEach(() => {
  choices.chooseMode('single');
  choices.cell.value = null;
  choices.second.value = null;
  choices.span.value = null;
});

test('keys go from cell to cell and stay at the ends of the list', () => {
  const after = (from: number | null, key: string) => cellAfter(CELLS, from, keyStep(key, 2)!);
  expect([after(5, 'ArrowDown'), after(5, 'ArrowUp')]).toEqual([9, 2]);
  expect([after(9, 'ArrowDown'), after(2, 'ArrowUp')]).toEqual([9, 2]);
  expect([after(2, 'PageDown'), after(2, 'End'), after(9, 'Home')]).toEqual([9, 9, 2]);
  expect([after(7, 'ArrowDown'), cellAfter([], 2, 1), keyStep('x', 2)]).toEqual([2, null, null]);
});

test('one cell is shown alone, two when they are compared, and never one with itself', () => {
  expect(shownCells(CELLS)).toEqual([2]);
  choices.chooseMode('compare');
  expect(shownCells(CELLS)).toEqual([2, 5]);
  choices.cell.value = 5;
  choices.second.value = 5;
  expect(shownCells(CELLS)).toEqual([5, 2]);
  choices.second.value = 9;
  expect(shownCells(CELLS)).toEqual([5, 9]);
  expect(shownCells([5])).toEqual([5]);
  expect(shownCells([])).toEqual([]);
});

test('a cell that is gone makes way for the first', () => {
  choices.cell.value = 7;
  expect(shownCells(CELLS)).toEqual([2]);
});

test('another cell is shown in all of its time', () => {
  choices.span.value = { fromS: 3, toS: 4 };
  chooseCell(9);
  expect([choices.cell.value, choices.span.value]).toEqual([9, null]);
});
