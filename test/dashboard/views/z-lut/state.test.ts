import { expect, test } from 'vitest';
import type { CalibrationStatus, SweepPlaneMessage, SweepStatus } from '#protocol/sweep.ts';
import type { ZLutFacts } from '#protocol/z-lut-list.ts';
import { recalibration } from '../../../../dashboard/views/z-lut/recalibrate.ts';
import { createCalibrationState } from '../../../../dashboard/views/z-lut/state.ts';

const status = (sweep: string | null): CalibrationStatus => ({
  ...{ focus: null, suggesting: false, suggestion: null, interrupted: [], stale: [] },
  sweep: sweep === null ? null : ({ sweep } as SweepStatus),
});
const plane = (sweep: string, at: number, zNm = 0): SweepPlaneMessage => ({
  ...{ type: 'sweep-plane', sweep, plane: at, pass: 'up', zNm },
  ...{ beads: new Uint32Array(0), profiles: [] },
});

test('planes of the newest sweep are kept in order, one taken anew in place of the old, those before dropped', () => {
  const state = createCalibrationState();
  const tell = (sweep: string) => state.apply({ type: 'calibration', calibration: status(sweep) });
  tell('a');
  for (const message of [plane('a', 1), plane('a', 0), plane('a', 1, 7)]) state.apply(message);
  expect(state.sweepPlanes.value.map(({ plane: at, zNm }) => [at, zNm])).toEqual([
    [0, 0],
    [1, 7],
  ]);
  const before = state.sweepPlanes.value;
  tell('a');
  expect(state.sweepPlanes.value).toBe(before);
  tell('b');
  expect(state.sweepPlanes.value).toEqual([]);
  state.apply(plane('b', 0));
  state.apply(plane('c', 0));
  expect(state.sweepPlanes.value.map(({ sweep }) => sweep)).toEqual(['c']);
});

const FOCUS = {
  ...{ name: 'simulated', fromNm: -500, toNm: 800, zNm: 0 },
  ...{ settled: true, targetNm: null, error: null },
};
const FACTS: ZLutFacts = {
  ...{ name: 'a', planes: 41, fromNm: -1000, toNm: 1000, radii: 24, roiSize: 48 },
  ...{ method: null, model: false, quality: null, madeAt: null },
};

test('a bead is calibrated again as in the newest sweep, else over its planes within the focus stage', () => {
  const settings = {
    ...{ fromNm: 0, toNm: 500, stepNm: 25, framesPerPlane: 3, bothWays: false },
    ...{ settleMs: 5, assign: true, beads: [1, 2] },
  };
  const sweep = { settings } as SweepStatus;
  expect(recalibration(7, { focus: FOCUS, sweep }, FACTS)).toEqual({
    ...settings,
    assign: false,
    beads: [7],
  });
  expect(recalibration(7, { focus: FOCUS, sweep: null }, FACTS)).toMatchObject({
    ...{ fromNm: -500, toNm: 800, stepNm: 50, beads: [7], assign: false },
  });
  expect(recalibration(7, { focus: null, sweep }, FACTS)).toBeNull();
  expect(recalibration(7, { focus: FOCUS, sweep: null }, null)).toBeNull();
  expect(recalibration(7, { focus: FOCUS, sweep: null }, { ...FACTS, fromNm: 2000, toNm: 4000 })).toBeNull();
});
