import { expect, test } from 'vitest';
import { CellEvents } from '../../../dashboard/store/cell-events.ts';

/** Events (cell, s) at 10 fps. */
const events = (...list: [cell: number, timeS: number][]) => ({
  cells: Uint16Array.from(list, ([cell]) => cell),
  frames: Float64Array.from(list, ([, timeS]) => 10 * timeS),
  timeS: Float64Array.from(list, ([, timeS]) => timeS),
  dff: Float32Array.from(list, ([cell]) => cell / 4),
});

test('the newest events come first, as many as are wanted, from a time on', () => {
  const kept = new CellEvents(10);
  kept.add(events([3, 1], [1, 2]));
  kept.add(events([2, 3]));
  expect(kept.newest(2)).toEqual([
    { key: 2, cell: 2, frame: 30, timeS: 3, dff: 0.5 },
    { key: 1, cell: 1, frame: 20, timeS: 2, dff: 0.25 },
  ]);
  expect(kept.newest(9, 2).map(({ cell }) => cell)).toEqual([2, 1]);
});

test('the oldest are forgotten when there is no room', () => {
  const kept = new CellEvents(3);
  for (let second = 0; second < 8; second++) kept.add(events([second + 1, second]));
  expect(kept.length).toBe(3);
  expect(kept.newest(9).map(({ cell, key }) => [cell, key])).toEqual([
    [8, 7],
    [7, 6],
    [6, 5],
  ]);
  const seen: number[][] = [];
  kept.visit(6, (cell, timeS) => seen.push([cell, timeS]));
  expect(seen).toEqual([
    [8, 7],
    [7, 6],
  ]);
});

test('an event of an earlier time begins anew, since the run did', () => {
  const kept = new CellEvents(10);
  kept.add(events([1, 50], [2, 51]));
  kept.add(events([4, 0.5]));
  expect(kept.newest(9).map(({ cell }) => cell)).toEqual([4]);
});
