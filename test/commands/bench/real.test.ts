import { afterEach, expect, test, vi } from 'vitest';
import { createTrackTable } from '#protocol/track-table.ts';
import { run } from '#tracker/commands/bench/real.ts';
import { agreement, scoreSeries } from '#tracker/commands/bench/real-series.ts';
import { scoreSweep } from '#tracker/commands/bench/real-sweep.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
afterEach(() => vi.restoreAllMocks());

test('says which recordings are not there, and measures none of them', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const lines = [];
  for await (const line of run({})) lines.push(line);
  expect(said.mock.lastCall![0]).toContain('--folder names no folder');
  for await (const line of run({ folder, preset: ['magtrack'] })) lines.push(line);
  expect(said.mock.calls.flat()).toContain(
    `real: mt_zsweep_vannoort_024 left out, ${folder} does not hold it`,
  );
  expect(lines).toEqual([]);
});

test('a sweep is scored by the distance of z from the focus of its odd frames', () => {
  const focusNm = Array.from({ length: 12 }, (_, frame) => 100 * frame);
  const table = createTrackTable(6, 1, 0, true);
  for (let row = 0; row < 6; row++) table.zNm[row] = focusNm[2 * row + 1]! + row;
  table.zNm[5] = Number.NaN;
  table.sigmaZNm.fill(2.5);
  table.chiSquared.set([1, 1, 1, 2, 2, 2]);
  table.status[4] = 512;
  expect(scoreSweep(table, focusNm, { from: 4, to: 12 })).toEqual({
    ...{ frames: 4, found: 3, medianErrorNm: 3, errorNm90: 3.8 },
    ...{ sigmaZNm: 2.5, chiSquared: 2, withinSigma: 1 / 3, poorFit: 1 },
  });
});

test('a series is scored by the steps between frames, and by what is left of other tracks but for a shift', () => {
  const table = createTrackTable(4, 1, 0);
  table.xPx.set([0, 2, 0, 2]);
  table.yPx.set([5, 5, 5, Number.NaN]);
  const score = scoreSeries({ table, halves: [] });
  // Steps of 2 px along x and of none along y, between three frames.
  expect(score).toMatchObject({ frames: 4, found: 3, sigmaPx: null, chiSquared: null, halvesSpread: null });
  expect(score.noisePx).toBeCloseTo(1, 9);
  expect(agreement(table, { xPx: [1, 3, 1, 3], yPx: [5, 5, 5, 5] })).toBeCloseTo(0, 9);
  expect(agreement(table, { xPx: [1, 1, 1, 1], yPx: [5, 5, 5, 5] })).toBeCloseTo(Math.SQRT1_2, 9);
});
