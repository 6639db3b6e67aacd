import { expect, test } from 'vitest';
import { cellMapOf, cellsOf } from '#protocol/cell-map.ts';
import { clearOf } from '../../../../dashboard/views/calcium/found-cells.ts';

const MAP = cellMapOf(Array.from('110000220000033300000440', Number), 8, 3);

test('cells that reach into an ROI are left out whole, those beside it stay as they are', () => {
  // Rows 1 and 2, columns 4 and 5: the right end of cell 3 is column 7, its first is 5.
  const kept = clearOf(MAP, [{ bead: 0, left: 4, top: 1, size: 2 }]);
  expect(cellsOf(MAP)).toEqual([1, 2, 3, 4]);
  expect(cellsOf(kept)).toEqual([1, 2]);
  expect([...kept.runs]).toEqual([0, 2, 1, 6, 2, 2]);
});

test('an ROI may lie partly outside, and none leaves all', () => {
  expect(cellsOf(clearOf(MAP, [{ bead: 0, left: -3, top: -3, size: 4 }]))).toEqual([2, 3, 4]);
  expect(clearOf(MAP, [])).toEqual(MAP);
});
