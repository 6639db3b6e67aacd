import { describeStatus } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** How far the fit of an engine may be from that of the reference. */
export interface FitTolerance {
  /** Standard deviations, of x, y and z by those the reference states. */
  sigmas: number;
  /** Share, of the standard deviations and chi-squared. */
  share: number;
  /** px and nm where the reference states no standard deviation. */
  unstated: number;
}

const PLACES = [
  ['xPx', 'sigmaXPx'],
  ['yPx', 'sigmaYPx'],
  ['zNm', 'sigmaZNm'],
] as const;

const SPREADS = ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const;

/** Where two tables of fits differ, in words; none where they agree, NaN where it is NaN. */
export function fitDifferences(got: TrackTable, want: TrackTable, tolerance: FitTolerance): string[] {
  const found: string[] = [];
  for (let row = 0; row < want.frames * want.beads; row++) {
    const where = `frame ${Math.floor(row / want.beads)} bead ${row % want.beads}`;
    const compare = (name: keyof typeof got & (typeof COLUMNS)[number], within: number) => {
      const [received, expected] = [got[name][row]!, want[name][row]!];
      if (Object.is(received, expected) || Math.abs(received - expected) <= within) return;
      found.push(`${where} ${name}: expected ${expected}, received ${received}, within ${within}`);
    };
    if (got.status[row] !== want.status[row]) {
      const [received, expected] = [got, want].map(({ status }) => describeStatus(status[row]!));
      found.push(`${where}: expected ${expected}, received ${received}`);
    }
    for (const [place, sigma] of PLACES) {
      const stated = want[sigma][row]!;
      compare(place, Number.isNaN(stated) ? tolerance.unstated : tolerance.sigmas * stated);
    }
    for (const spread of SPREADS) compare(spread, tolerance.share * want[spread][row]!);
  }
  return found;
}

const COLUMNS = ['xPx', 'yPx', 'zNm', ...SPREADS] as const;
