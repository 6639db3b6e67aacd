import { expect } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { emptyTable } from '../../support/ring-beads.ts';

/** Tracks of frames by an engine, which keeps the setup. */
export async function tracksBy(
  engine: Engine,
  setup: EngineSetup,
  frames: readonly ArrayBufferLike[],
): Promise<TrackTable> {
  const table = emptyTable(setup, frames.length);
  await engine.configure(setup);
  await engine.track(frames, table);
  return table;
}

/** How far two tables may be from one another. */
export interface TrackTolerance {
  px: number;
  zNm: number;
  score: number;
  /** Of the largest of the profiles. */
  profileShare: number;
}

/** Expects the same status and the same numbers, NaN where there is NaN. */
export function expectSameTracks(got: TrackTable, want: TrackTable, tolerance: TrackTolerance): void {
  expect([...got.status]).toEqual([...want.status]);
  const { px, zNm, score, profileShare } = tolerance;
  const largest = Math.max(1, ...Array.from(want.profiles, (counts) => (counts > 0 ? counts : 0)));
  for (const [column, within] of [
    ['xPx', px],
    ['yPx', px],
    ['zNm', zNm],
    ['score', score],
    ['profiles', profileShare * largest],
  ] as const) {
    const wrong = Array.from(got[column], (value, index) => ({
      index,
      value,
      want: want[column][index]!,
    })).filter(({ value, want }) => !(Object.is(value, want) || Math.abs(value - want) <= within));
    expect(wrong, column).toEqual([]);
  }
}
