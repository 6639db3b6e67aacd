import { beforeAll, describe, expect, test } from 'vitest';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import {
  cold,
  MOTIONS,
  type Motion,
  type MovingBeads,
  movingBeads,
} from '../engines/contract/moving-beads.ts';

const FRAMES = 160;
const motions = Object.keys(MOTIONS) as Motion[];

/** One film, tracked cold and warm. */
interface Tracked {
  film: MovingBeads;
  cold: TrackTable;
  warm: TrackTable;
}

const AXES = [
  ['xPx', 'sigmaXPx'],
  ['yPx', 'sigmaYPx'],
  ['zNm', 'sigmaZNm'],
] as const;

// Both start from a frame of the same light, so their difference is that of the fit alone, without its noise.
describe.each([200, 1000])('a fit that starts warm, at %i photons', (photons) => {
  let tracked: Tracked;
  beforeAll(async () => {
    const film = movingBeads(motions, FRAMES, photons, photons);
    const tables = [cold(film.setup), film.setup].map(async (setup) => {
      const by = createWasmEngine();
      const table = createTrackTable(FRAMES, motions.length, 0, true);
      await by.configure(setup);
      await by.track(film.frames, table);
      return table;
    });
    tracked = { film, cold: await tables[0]!, warm: await tables[1]! };
  });

  /** Every frame of a bead. */
  function rowsOf(motion: Motion): number[] {
    return Array.from({ length: FRAMES }, (_, frame) => frame * motions.length + motions.indexOf(motion));
  }
  const isFound = ({ zNm }: TrackTable, row: number) => Number.isFinite(zNm[row]);
  const isWarm = (row: number) => isFound(tracked.warm, row) && Number.isNaN(tracked.warm.score[row]);

  test.each(motions)('has no bias against one that starts cold: a bead that %s', (motion) => {
    const differences = rowsOf(motion)
      .filter((row) => isFound(tracked.cold, row))
      .flatMap((row) =>
        AXES.map(
          ([axis, sigma]) =>
            (tracked.warm[axis][row]! - tracked.cold[axis][row]!) / tracked.cold[sigma][row]!,
        ),
      );
    expect(differences.length).toBeGreaterThan(300);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const spread = Math.sqrt(
      differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length,
    );
    // Standard deviations: after the last step, of 0.15 at most, a twentieth of it is left to go.
    expect(Math.abs(mean)).toBeLessThan(0.001);
    expect(spread).toBeLessThan(0.002);
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(0.02);
  });

  test.each(motions)(
    'loses no bead that starting cold finds, and passes none that it does not: one that %s',
    (motion) => {
      for (const row of rowsOf(motion)) {
        expect(tracked.warm.status[row]).toBe(tracked.cold.status[row]);
        expect(isFound(tracked.warm, row)).toBe(isFound(tracked.cold, row));
      }
    },
  );

  test('spares the stages before it where the bead moves little, and runs them where it is elsewhere', () => {
    const share = (motion: Motion) => rowsOf(motion).filter(isWarm).length / FRAMES;
    expect(share('diffuses')).toBeGreaterThan(0.95);
    expect(share('drifts')).toBeGreaterThan(0.95);
    const steps = rowsOf('steps');
    for (let frame = 0; frame < FRAMES; frame += 8) {
      expect(isWarm(steps[frame]!), `step at frame ${frame}`).toBe(false);
      expect(isWarm(steps[frame + 2]!), `frame ${frame + 2}`).toBe(true);
    }
  });

  test('takes no other kind of bead for its own, and tells the next one from it', () => {
    const rows = rowsOf('is replaced');
    for (const [frame, row] of rows.entries()) {
      const { kind, zNm } = tracked.film.truth[frame]![motions.indexOf('is replaced')]!;
      if (kind === 'small') expect(tracked.warm.status[row], `frame ${frame}`).not.toBe(0);
      else expect(Math.abs(tracked.warm.zNm[row]! - zNm)).toBeLessThan(6 * tracked.warm.sigmaZNm[row]!);
    }
  });
});
