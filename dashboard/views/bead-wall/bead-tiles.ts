import type { LiveBead } from '#protocol/live.ts';
import type { NewestPoint } from '../../store/newest-points.ts';
import { type StatusTone, statusTone } from '../../words/status-tone.ts';

/** What the wall can be ordered by. */
export const TILE_ORDERS = {
  id: 'id',
  noise: 'z noise, largest first',
  score: 'score, lowest first',
  status: 'status, worst first',
} as const;

export type TileOrder = keyof typeof TILE_ORDERS;

/** Which beads the wall shows. */
export const TILE_FILTERS = {
  all: 'all beads',
  trouble: 'those that need attention',
  picked: 'selected and reference beads',
} as const;

export type TileFilter = keyof typeof TILE_FILTERS;

const WORST_FIRST: readonly StatusTone[] = ['lost', 'warning', 'doubt', 'ok'];

/** What the choice and order of tiles are made of. */
export interface TileQuery {
  beads: readonly LiveBead[];
  newest: ReadonlyMap<number, NewestPoint>;
  /** Selected and reference beads. */
  picked: ReadonlySet<number>;
  order: TileOrder;
  filter: TileFilter;
  /** Beginning of the ids that are wanted; all when empty. */
  id: string;
}

/** Ids of the beads of the wall, in order; a bead that says nothing comes last where a number counts. */
export function tilesInOrder({ beads, newest, picked, order, filter, id }: TileQuery): number[] {
  const toneOf = (bead: number) => statusTone(newest.get(bead)?.status ?? 0);
  const ids = beads
    .map(({ bead }) => bead)
    .filter((bead) => String(bead).startsWith(id.trim()))
    .filter((bead) => {
      if (filter === 'trouble') return toneOf(bead) !== 'ok';
      return filter === 'all' || picked.has(bead);
    });
  const rank = (bead: number): number => {
    const point = newest.get(bead);
    if (order === 'id') return bead;
    if (order === 'status') return WORST_FIRST.indexOf(toneOf(bead));
    const value = order === 'noise' ? -(point?.noiseZNm ?? Number.NaN) : (point?.score ?? Number.NaN);
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const ranks = new Map(ids.map((bead) => [bead, rank(bead)]));
  return ids.sort((a, b) => compare(ranks.get(a)!, ranks.get(b)!) || a - b);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
