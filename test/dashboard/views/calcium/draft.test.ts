import { describe, expect, test } from 'vitest';
import { cellMapOf, LAST_CELL } from '#protocol/cell-map.ts';
import { CellDraft } from '../../../../dashboard/views/calcium/draft.ts';

const [WIDTH, HEIGHT] = [9, 6];

/** A draft as it is written: a digit is the number of a cell. */
function draftOf(...rows: string[]): CellDraft {
  const labels = rows.flatMap((row) => Array.from(row, Number));
  return new CellDraft(cellMapOf(labels, WIDTH, HEIGHT));
}

const written = ({ labels }: CellDraft) =>
  Array.from({ length: HEIGHT }, (_, row) => labels.subarray(row * WIDTH, (row + 1) * WIDTH).join(''));

const EMPTY = Array.from({ length: HEIGHT }, () => '000000000');
const TWO_CELLS = ['110000000', '110000000', '000000220', '000000220', '000000000', '000000000'];

const dab = (draft: CellDraft, cell: number, x: number, y: number, radius: number, erases = false) => {
  draft.beginStep();
  draft.stroke(cell, { x, y }, { x, y }, radius, erases);
  draft.endStep();
};

describe('the brush', () => {
  test('paints the pixels whose middle lies within its radius', () => {
    const draft = draftOf(...EMPTY);
    dab(draft, 3, 4, 2, 2);
    expect(written(draft)).toEqual([
      '000030000',
      '000333000',
      '003333300',
      '000333000',
      '000030000',
      '000000000',
    ]);
  });

  test('of radius 0 paints one pixel, and at the edge only what is there', () => {
    const draft = draftOf(...EMPTY);
    dab(draft, 1, 8, 5, 0);
    dab(draft, 1, -1, 0, 1);
    expect(written(draft)).toEqual(['100000000', ...EMPTY.slice(1, 5), '000000001']);
  });

  test('draws a line without a hole between two positions of a quick pointer', () => {
    const draft = draftOf(...EMPTY);
    draft.stroke(1, { x: 0, y: 0 }, { x: 8, y: 0 }, 0.5, false);
    expect(written(draft)[0]).toBe('111111111');
    draft.stroke(2, { x: 0, y: 5 }, { x: 4, y: 1 }, 0.5, false);
    expect(written(draft).slice(1)).toEqual([
      '000020000',
      '000200000',
      '002000000',
      '020000000',
      '200000000',
    ]);
  });

  test('leaves the pixels of other cells alone, and so does the eraser', () => {
    const draft = draftOf(...TWO_CELLS);
    dab(draft, 1, 6, 2, 1);
    expect(written(draft).slice(1, 4)).toEqual(['110000100', '000001220', '000000220']);
    dab(draft, 1, 6, 2, 2, true);
    expect(written(draft)).toEqual(TWO_CELLS);
  });
});

describe('undo', () => {
  test('takes back a whole stroke, then what was before it', () => {
    const draft = draftOf(...TWO_CELLS);
    draft.beginStep();
    draft.stroke(1, { x: 2, y: 0 }, { x: 3, y: 0 }, 0, false);
    draft.stroke(1, { x: 3, y: 0 }, { x: 5, y: 0 }, 0, false);
    draft.endStep();
    draft.remove(2);
    expect(written(draft)).toEqual(['111111000', '110000000', ...EMPTY.slice(2)]);
    draft.undo();
    expect(written(draft)).toEqual(['111111000', ...TWO_CELLS.slice(1)]);
    draft.undo();
    expect(written(draft)).toEqual(TWO_CELLS);
    expect(draft.canUndo).toBe(false);
    draft.undo();
    expect(written(draft)).toEqual(TWO_CELLS);
  });

  test('brings back what was cleared and what was replaced', () => {
    const draft = draftOf(...TWO_CELLS);
    draft.clear();
    expect(written(draft)).toEqual(EMPTY);
    draft.replace(draftOf(...[...TWO_CELLS].reverse()).labels);
    draft.undo();
    draft.undo();
    expect(written(draft)).toEqual(TWO_CELLS);
  });

  test('knows nothing of a stroke that changed nothing', () => {
    const draft = draftOf(...TWO_CELLS);
    dab(draft, 1, 6, 3, 0);
    expect(draft.canUndo).toBe(false);
  });
});

test('numbers of cells that are gone are not used again', () => {
  const draft = draftOf(...TWO_CELLS);
  draft.remove(2);
  expect(draft.takeNumber()).toBe(3);
  draft.undo();
  expect(draft.takeNumber()).toBe(4);
  draft.replace(Int32Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => (pixel === 0 ? LAST_CELL : 0)));
  expect(draft.takeNumber()).toBeNull();
});

test('the map is the same object until something changes', () => {
  const draft = draftOf(...TWO_CELLS);
  const { map } = draft;
  expect(draft.map).toBe(map);
  dab(draft, 1, 4, 4, 0);
  expect([...draft.map.runs]).toEqual([...map.runs, 40, 1, 1]);
});

test('a position belongs to the pixel whose middle is next, if there is one', () => {
  const draft = draftOf(...TWO_CELLS);
  expect(draft.cellAt({ x: 1.4, y: 0.6 })).toBe(1);
  expect(draft.cellAt({ x: 1.6, y: 0.6 })).toBe(0);
  expect(draft.cellAt({ x: -0.6, y: 0 })).toBe(0);
  expect(draft.cellAt({ x: 7, y: 20 })).toBe(0);
});
