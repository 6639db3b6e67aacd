import { expect, test } from 'vitest';
import type { LiveBead } from '#protocol/live.ts';
import { lossOfZ } from '../../../dashboard/camera/unfit-z-luts.ts';

const bead = (id: number, zLut: string | null, size = 64): LiveBead => ({
  ...{ bead: id, left: 0, top: 0, size, zLut },
});

test('a bead that would lose its Z-LUT is named, with what it loses and how it gets z again', () => {
  expect(lossOfZ([bead(0, null), bead(3, 'bead-3.zlut')], 48)).toEqual({
    title: 'Change the ROI of bead 3 to 48 px and take its Z-LUT off?',
    consequence:
      'Its Z-LUT bead-3.zlut holds for ROIs of 64 px. The bead goes on as itself, with its trace, but has no z until it is calibrated again or assigned a Z-LUT of 48 px in the view Z-LUT. Undo brings back the size, not the Z-LUT.',
    yes: 'Change to 48 px without z',
  });
});

test('of many beads the first three are named', () => {
  const many = [1, 2, 4, 7, 9].map((id) => bead(id, 'shared'));
  expect(lossOfZ(many, 48)?.title).toBe(
    'Change the ROIs of beads 1, 2, 4 and 2 more to 48 px and take their Z-LUTs off?',
  );
  expect(lossOfZ(many.slice(3), 48)?.title).toMatch(/^Change the ROIs of beads 7, 9 to 48 px/);
});

test('nothing is lost by beads without a Z-LUT, nor by those that have the size already', () => {
  expect(lossOfZ([bead(0, null), bead(3, 'bead-3.zlut', 48)], 48)).toBeNull();
  expect(lossOfZ([], 48)).toBeNull();
});
