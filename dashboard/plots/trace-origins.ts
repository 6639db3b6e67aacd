import { POSITION_COLUMNS, type PositionColumn, type Trace } from '#protocol/trace-columns.ts';
import type { PastPoints } from '../store/trace-history.ts';
import { pointsBefore } from '../store/trace-ring.ts';
import type { ShownBead, TraceLook } from '../store/trace-view.ts';
import { median } from './trace-statistics.ts';

/** Points whose median is the zero of x and y until a person sets it. */
const ORIGIN_POINTS = 50;
/** Newest points that are looked at for it. */
const ORIGIN_REACH = 1000;

/** What is drawn as zero, by column; NaN before the first point. */
type Origin = Record<PositionColumn, number> & { points: number; isByHand: boolean; untilS: number };

/** Zeros of x and y of each bead, so that a bead in the middle of a frame is not drawn about 50,000 nm. */
export class TraceOrigins {
  readonly #origins = new Map<number, Origin>();

  /** Looks for the zeros of beads that have none yet, or whose run began anew. */
  follow({ beads }: TraceLook): void {
    for (const shown of beads) {
      const newestS = shown.recent.timeS.at(-1) ?? shown.past.timeS.at(-1) ?? Number.NaN;
      const known = this.#origins.get(shown.bead);
      const isStale = !known || newestS < known.untilS || (known.points < ORIGIN_POINTS && !known.isByHand);
      if (isStale) this.#origins.set(shown.bead, { ...originOf(sourceOf(shown)), untilS: newestS });
      else known.untilS = newestS;
    }
  }

  /** Makes the median of what is shown the new zeros. */
  set({ beads }: TraceLook): void {
    for (const shown of beads) {
      const source = shown.atFullRate.timeS.length > 0 ? shown.atFullRate : shown.past;
      const untilS = shown.recent.timeS.at(-1) ?? Number.NEGATIVE_INFINITY;
      this.#origins.set(shown.bead, { ...originOf(source), isByHand: true, untilS });
    }
  }

  /** Forgets all, since what is shown became something else. */
  clear(): void {
    this.#origins.clear();
  }

  /** What is drawn as zero of a column; null where zero is zero. */
  of(bead: number, column: string): number | null {
    const origin = column === 'xPx' || column === 'yPx' ? this.#origins.get(bead)?.[column] : undefined;
    return origin === undefined || Number.isNaN(origin) ? null : origin;
  }
}

/** The points, or the past until there are enough. */
function sourceOf({ atFullRate, past }: ShownBead): Trace | PastPoints {
  return past.timeS.length > 0 && atFullRate.timeS.length < ORIGIN_POINTS ? past : atFullRate;
}

function originOf(source: Trace | PastPoints): Omit<Origin, 'untilS'> {
  const origin = { points: Number.POSITIVE_INFINITY, isByHand: false } as Omit<Origin, 'untilS'>;
  for (const column of POSITION_COLUMNS) {
    const recent = source[column].slice(-ORIGIN_REACH).filter(Number.isFinite);
    origin[column] = median(recent);
    if (column !== 'zNm') origin.points = Math.min(origin.points, recent.length);
  }
  return origin;
}

/** Value of a shown bead at a time, or just before it; NaN without one. */
export function valueAt({ atFullRate, past }: ShownBead, column: keyof Trace, atS: number): number {
  const isPast = !(atFullRate.timeS[0]! <= atS);
  const columns: Partial<Trace> & { timeS: Float64Array } = isPast ? past : atFullRate;
  const point = pointsBefore(columns.timeS, atS);
  const before = columns.timeS[point - 1];
  const isNearer = before !== undefined && !(columns.timeS[point]! - atS < atS - before);
  return columns[column]?.[isNearer ? point - 1 : point] ?? Number.NaN;
}
