import { describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { scorePrecision } from '#tracker/commands/bench/precision-score.ts';

describe('the score', () => {
  const bound = { xNm: 2, yNm: 2, zNm: 5 };
  const truth = [
    { xPx: 10, yPx: 20, zNm: 1000 },
    { xPx: 11, yPx: 21, zNm: 1010 },
    { xPx: 12, yPx: 22, zNm: 1020 },
  ];
  /** @param errors [frame][axis] nm */
  const tableOf = (errors: number[][], status: number[] = [], fits = false) => {
    const table = createTrackTable(truth.length, 1, 0, fits);
    for (const [frame, place] of truth.entries()) {
      const [x, y, z] = errors[frame]!;
      table.xPx[frame] = place.xPx + x! / 100;
      table.yPx[frame] = place.yPx + y! / 100;
      table.zNm[frame] = place.zNm + z!;
      table.status[frame] = status[frame] ?? 0;
    }
    return table;
  };
  const fine = [3, 0, 10];

  test('is rms over bound and the mean error', () => {
    const score = scorePrecision(tableOf([fine, fine, [-3, 0, 10]]), truth, bound);
    expect(score.xyOverBound).toBeCloseTo(3 / Math.SQRT2 / 2, 9);
    expect(score.zOverBound).toBeCloseTo(2, 9);
    expect(score.xyBiasNm).toBeCloseTo(1 / Math.SQRT2, 9);
    expect(score.zBiasNm).toBeCloseTo(10, 9);
    expect(score).toMatchObject({
      boundXyNm: 2,
      boundZNm: 5,
      lost: 0,
      false: 0,
      flagged: 0,
      sigmaSpread: null,
    });
  });

  test('counts a missing number as lost', () => {
    const score = scorePrecision(tableOf([fine, fine, [3, 0, Number.NaN]]), truth, bound);
    expect(score).toMatchObject({ lost: 1, false: 0 });
    expect(score.zOverBound).toBeCloseTo(2, 9);
  });

  test('counts a wrong number as false without a status and as lost with one, and leaves it out of rms', () => {
    const table = tableOf(
      [fine, [0, 0, 600], [0, 600, 0]],
      [0, TRACK_STATUS.ambiguous, TRACK_STATUS['roi-edge']],
    );
    const score = scorePrecision(table, truth, bound);
    expect(score).toMatchObject({ lost: 1, false: 1, flagged: 1 });
    expect(score.zOverBound).toBeCloseTo(2, 9);
  });

  test('keeps an error over 25 bounds that is under 100 nm in the rms, and counts it', () => {
    const score = scorePrecision(tableOf([fine, fine, [60, 0, 10]]), truth, bound);
    expect(score.false).toBe(1);
    expect(score.xyOverBound).toBeCloseTo(Math.sqrt((9 + 9 + 3600) / 3 / 2) / 2, 9);
  });

  test('is not a number where every bead is lost', () => {
    const nothing = [Number.NaN, Number.NaN, Number.NaN];
    const score = scorePrecision(tableOf([nothing, nothing, nothing]), truth, bound);
    expect(score.lost).toBe(3);
    expect(score.xyOverBound).toBeNaN();
  });

  test('compares errors with the sigma that is stated, and judges false answers by it', () => {
    const errors = [
      [3, -3, 10],
      [-3, 3, -10],
      [3, -3, 0],
    ];
    const table = tableOf(errors, [], true);
    table.sigmaXPx.set([0.03, 0.03, 0.03]);
    table.sigmaYPx.set([0.03, 0.03, 0.03]);
    table.sigmaZNm.set([10, 10, 0.1]);
    const score = scorePrecision(table, truth, bound);
    // Eight errors of one sigma, four of either sign, and one of none.
    expect(score.sigmaSpread).toBeCloseTo(Math.sqrt(8 / 9), 9);
    expect(score.false).toBe(0);
    table.sigmaZNm[0] = 0.3;
    expect(scorePrecision(table, truth, bound).false).toBe(1);
  });
});
