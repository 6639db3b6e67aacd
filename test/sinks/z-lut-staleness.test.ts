import { describe, expect, test } from 'vitest';
import type { StaleZLut } from '#protocol/sweep.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { ZLutStaleness } from '#sinks/z-lut-staleness.ts';

const ROIS = [
  { bead: 2, left: 0, top: 0, size: 16 },
  { bead: 9, left: 20, top: 0, size: 16 },
];
/** Scores of a good table scatter by so much from frame to frame. */
const NOISE = 0.004;

interface Point {
  score: number;
  chiSquared?: number;
  status?: number;
}

/** A monitor of two beads, of which the second is always well. */
function monitor(seed = 1, fits = false) {
  const told: StaleZLut[] = [];
  const random = createRandom(seed);
  const staleness = new ZLutStaleness(
    () => true,
    (stale) => told.push(stale),
  );
  const track = (frames: number, point: (frame: number) => Point) => {
    for (let frame = 0; frame < frames; frame++) {
      const table = createTrackTable(1, 2, 0, fits);
      const { chiSquared = 1, score, status = 0 } = point(frame);
      table.score.set([score + NOISE * random.normal(), 0.98 + NOISE * random.normal()]);
      if (fits) table.chiSquared.set([chiSquared + 0.05 * random.normal(), 1]);
      table.status.set([status, 0]);
      const times = { timeNs: 0n, receivedNs: 0n, submittedNs: 0n, trackedNs: 0n };
      staleness.tracked({ frames: [{ id: frame, ...times }], rois: ROIS, table });
    }
  };
  return { staleness, told, track };
}

describe('a Z-LUT is told to be stale', () => {
  test('once, with the numbers, when the match score of its bead falls and stays low', () => {
    const { staleness, told, track } = monitor();
    track(2000, () => ({ score: 0.98 }));
    expect(told).toEqual([]);
    track(2000, () => ({ score: 0.91 }));
    expect(told).toHaveLength(1);
    const { bead, measure, now, sd, usual } = told[0]!;
    expect([bead, measure]).toEqual([2, 'score']);
    // 0.002: medians of 50 scores scatter by 1.25 x 0.004 / sqrt(50) = 0.0007.
    expect(Math.abs(usual - 0.98)).toBeLessThan(0.002);
    expect(now).toBeLessThan(0.96);
    expect(sd).toBeLessThan(0.002);
    const listed = staleness.list();
    expect(listed.map((stale) => stale.bead)).toEqual([2]);
    expect(Math.abs(listed[0]!.now - 0.91)).toBeLessThan(0.002);
  });

  test('also when it falls so slowly that every minute is like the one before', () => {
    const { told, track } = monitor();
    track(2000, () => ({ score: 0.98 }));
    track(60_000, (frame) => ({ score: 0.98 - 0.1 * (frame / 60_000) }));
    expect(told.map(({ bead }) => bead)).toEqual([2]);
  });

  test('for as long as it is: what is stale does not become usual', () => {
    const { staleness, told, track } = monitor();
    track(2000, () => ({ score: 0.98 }));
    track(40_000, () => ({ score: 0.91 }));
    expect(staleness.list().map(({ bead }) => bead)).toEqual([2]);
    expect(told).toHaveLength(1);
  });

  test('when chi-squared rises though the score holds', () => {
    const { told, track } = monitor(3, true);
    track(2000, () => ({ score: 0.98, chiSquared: 1.1 }));
    track(1000, () => ({ score: 0.98, chiSquared: 2.4 }));
    expect(told).toMatchObject([{ bead: 2, measure: 'chi-squared' }]);
  });
});

describe('a Z-LUT is not told to be stale', () => {
  test.each([1, 2, 3, 4])('by noise, over 50000 frames (seed %i)', (seed) => {
    const { told, track } = monitor(seed);
    track(50_000, () => ({ score: 0.98 }));
    expect(told).toEqual([]);
  });

  test('by a dip of a second, e.g. a bead that passes by', () => {
    const { told, track } = monitor();
    track(2000, () => ({ score: 0.98 }));
    track(80, () => ({ score: 0.5 }));
    track(2000, () => ({ score: 0.98 }));
    expect(told).toEqual([]);
  });

  test('by frames in which the bead is lost or outside the range', () => {
    const { told, track } = monitor();
    track(2000, () => ({ score: 0.98 }));
    track(2000, () => ({ score: 0.5, status: TRACK_STATUS['out-of-range'] }));
    track(2000, () => ({ score: Number.NaN, status: TRACK_STATUS.lost }));
    expect(told).toEqual([]);
  });

  test('any more when the score is back, or another Z-LUT is assigned', () => {
    const { staleness, told, track } = monitor();
    const stale = () => staleness.list().length;
    track(2000, () => ({ score: 0.98 }));
    track(500, () => ({ score: 0.9 }));
    expect(stale()).toBe(1);
    track(500, () => ({ score: 0.98 }));
    expect(stale()).toBe(0);
    track(500, () => ({ score: 0.9 }));
    expect([stale(), told.length]).toEqual([1, 2]);
    staleness.forget(2);
    track(3000, () => ({ score: 0.9 }));
    expect([stale(), told.length]).toEqual([0, 2]);
  });
});
