import { beforeAll, describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { parsePlan } from '#stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import { rms } from '../support/cli.ts';
import type { WholeStack } from '../support/read-stack.ts';
import {
  expectSameZ,
  planeZInNm,
  type RoiEdges,
  readStack,
  realFolder,
  roiOfEdges,
  trackReal,
  type ZTest,
  zPlan,
} from './real-recording.ts';

const data = realFolder('mt_zsweep_vannoort_hard');

interface Sweep {
  roi: RoiEdges;
  x_sym: number[];
  y_sym: number[];
}

interface LowContrast extends Sweep {
  x: number[];
  y: number[];
  bad_frames_dsym_gt_0p7: number[];
  z_test: ZTest;
}

interface NearBorder extends Sweep {
  x_magtrack: (number | null)[];
  y_magtrack: (number | null)[];
}

/** [frame] px to the center of symmetry; NaN where nothing was found. */
function offSymmetry({ xPx, yPx }: TrackTable, { x_sym, y_sym }: Sweep): number[] {
  return x_sym.map((x, frame) => Math.hypot(xPx[frame]! - x, yPx[frame]! - y_sym[frame]!));
}

/** Halves that need not be alike, only find each other: half of these rings are missing. */
const quadrants = parsePlan([
  { stage: 'center-of-mass', params: { background: 'median' } },
  { stage: 'auto-conv' },
  { stage: 'quadrant-interpolation', params: { minSymmetry: 0 } },
]);

describe.skipIf(data.absent)(
  `data_153, 99 frames of a bead of low contrast off the middle${data.skipped}`,
  () => {
    let film: WholeStack;
    let sweep: LowContrast;
    beforeAll(async () => {
      film = await readStack(data.path('data_153.tif'));
      sweep = data.expected<{ data_153: LowContrast }>().data_153;
    });

    test("MagTrack's plan agrees with MagTrack to 1e-4 px, also in the 28 frames where it is up to 5.4 px off, unflagged", async () => {
      const tracks = await trackReal(film, [roiOfEdges(0, sweep.roi)]);
      const off = sweep.x.map((x, frame) =>
        Math.hypot(tracks.xPx[frame]! - x, tracks.yPx[frame]! - sweep.y[frame]!),
      );
      expect(Math.max(...off)).toBeLessThan(1e-4);
      const symmetry = offSymmetry(tracks, sweep);
      const bad = symmetry.flatMap((px, frame) => (px > 0.7 ? [frame] : []));
      expect(bad).toEqual(sweep.bad_frames_dsym_gt_0p7);
      expect(bad).toHaveLength(28);
      expect(Math.max(...symmetry)).toBeCloseTo(5.41, 2);
    });

    test('quadrant interpolation gives no wrong center: it finds the bead in 60 frames or more within 0.7 px, the others are lost', async () => {
      const tracks = await trackReal(film, [roiOfEdges(0, sweep.roi)], { plan: quadrants });
      const symmetry = offSymmetry(tracks, sweep);
      const found = symmetry.filter(Number.isFinite);
      expect(found.length).toBeGreaterThanOrEqual(60);
      expect(Math.max(...found)).toBeLessThan(0.7);
      const lost = tracks.status.filter((bits) => bits & TRACK_STATUS.lost);
      expect(lost).toHaveLength(99 - found.length);
    });

    test('the preset quadrant gives no center that is off by 0.7 px in any of the 99 frames', async () => {
      const tracks = await trackReal(film, [roiOfEdges(0, sweep.roi)], { plan: presetPlan('quadrant') });
      expect(offSymmetry(tracks, sweep).filter((px) => px > 0.7)).toEqual([]);
    });

    test('z of 30 frames with its own Z-LUT is that of MagTrack to 0.06 nm: 303 nm rms from the focus, 7 without', async () => {
      const zLut = planeZInNm(await readZLut(data.path('data_153_zlut.npy')));
      const { frames, true_focus_um, z_magtrack_n_local5 } = sweep.z_test;
      const { zNm, status } = await trackReal(film, [roiOfEdges(0, sweep.roi)], {
        plan: zPlan(5),
        zLut,
        frames,
      });
      expectSameZ(zNm, z_magtrack_n_local5);
      const errors = true_focus_um.map((um, row) => zNm[row]! - 1000 * um);
      expect(rms(errors)).toBeCloseTo(303.4, 0);
      expect(errors.filter(Number.isNaN)).toHaveLength(7);
      expect(status.filter((bits) => bits & TRACK_STATUS['out-of-range'])).toHaveLength(7);
    });
  },
);

describe.skipIf(data.absent)(`data_006, 102 frames of a bead 15 px from the border${data.skipped}`, () => {
  let film: WholeStack;
  let sweep: NearBorder;
  beforeAll(async () => {
    film = await readStack(data.path('data_006.tif'));
    sweep = data.expected<{ data_006: NearBorder }>().data_006;
  });

  test("MagTrack's plan in the 28 px that fit agrees with MagTrack to 1e-4 px, its 9 lost frames are lost", async () => {
    const { xPx, yPx, status } = await trackReal(film, [roiOfEdges(0, sweep.roi)]);
    const expectSame = (got: Float64Array, want: readonly (number | null)[]) => {
      for (const [frame, px] of want.entries()) {
        if (px === null) expect(got[frame]).toBeNaN();
        else expect(Math.abs(got[frame]! - px)).toBeLessThan(1e-4);
      }
    };
    expectSame(xPx, sweep.x_magtrack);
    expectSame(yPx, sweep.y_magtrack);
    expect(status.filter((bits) => bits & TRACK_STATUS.lost)).toHaveLength(9);
  });

  test('an ROI that would reach over the border is refused by name', async () => {
    const over = { bead: 3, left: -17, top: 16, size: 64 };
    await expect(trackReal(film, [over])).rejects.toThrow(
      /bead 3 ROI: expected a square inside the 100 x 100 frame/,
    );
  });
});
