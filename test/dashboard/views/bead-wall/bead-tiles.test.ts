import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { NewestPoint } from '../../../../dashboard/store/newest-points.ts';
import { type TileQuery, tilesInOrder } from '../../../../dashboard/views/bead-wall/bead-tiles.ts';
import { ZSparks } from '../../../../dashboard/views/bead-wall/z-sparks.ts';

const point = (noiseZNm: number, score: number, status = 0, zNm = 0) =>
  ({ noiseZNm, score, status, zNm }) as NewestPoint;

const query: TileQuery = {
  beads: [0, 1, 2, 10, 12].map((bead) => ({ bead, left: 0, top: 0, size: 32, zLut: null })),
  newest: new Map([
    [0, point(5, 0.9)],
    [1, point(Number.NaN, Number.NaN, TRACK_STATUS.lost)],
    [2, point(8, 0.7, TRACK_STATUS.saturated)],
    [10, point(5, 0.95)],
  ]),
  picked: new Set([2, 12]),
  order: 'id',
  filter: 'all',
  id: '',
};

describe('the tiles of the wall', () => {
  test.each([
    ['id', [0, 1, 2, 10, 12]],
    ['noise', [2, 0, 10, 1, 12]],
    ['score', [2, 0, 10, 1, 12]],
    ['status', [1, 2, 0, 10, 12]],
  ] as const)('are ordered by %s; equals by id, those that say nothing last', (order, ids) => {
    expect(tilesInOrder({ ...query, order })).toEqual(ids);
  });

  test('are those in trouble, those picked, or those whose ids begin so', () => {
    expect(tilesInOrder({ ...query, filter: 'trouble' })).toEqual([1, 2]);
    expect(tilesInOrder({ ...query, filter: 'picked', order: 'noise' })).toEqual([2, 12]);
    expect(tilesInOrder({ ...query, id: ' 1' })).toEqual([1, 10, 12]);
  });
});

test('a sparkline keeps the last 60 heights, oldest first, and forgets beads that are gone', () => {
  const sparks = new ZSparks();
  for (let at = 0; at < 70; at++) sparks.add(new Map([[4, point(0, 0, 0, at)]]));
  expect([...sparks.of(4)]).toEqual(Array.from({ length: 60 }, (_, at) => 10 + at));
  sparks.add(new Map([[5, point(0, 0, 0, 1)]]));
  expect(sparks.of(4)).toHaveLength(0);
  expect([...sparks.of(5).slice(-2)]).toEqual([Number.NaN, 1]);
});
