import { expect, test } from 'vitest';
import type { LiveBead } from '#protocol/live.ts';
import { whySizeIsKept } from '../../../dashboard/camera/kept-roi-size.ts';

const bead = (id: number, zLut: string | null, size = 64): LiveBead => ({
  ...{ bead: id, left: 0, top: 0, size, zLut },
});

test('a bead with a Z-LUT keeps its size, and it is said which, why and what to do', () => {
  expect(whySizeIsKept([bead(0, null), bead(3, 'bead-3.zlut')], 48)).toBe(
    'Bead 3 keeps its 64 px: its Z-LUT bead-3.zlut holds for that ROI size. Remove it in the view Z-LUT first, then change the size, and calibrate again or assign a Z-LUT of the new size.',
  );
  expect(
    whySizeIsKept(
      [1, 2, 4, 7, 9].map((id) => bead(id, 'shared')),
      48,
    ),
  ).toMatch(/^Beads 1, 2, 4 and 2 more keep their ROI size: .* Remove them in the view Z-LUT/);
});

test('nothing holds beads without a Z-LUT, nor those that have the size already', () => {
  expect(whySizeIsKept([bead(0, null), bead(3, 'bead-3.zlut', 48)], 48)).toBeNull();
  expect(whySizeIsKept([], 48)).toBeNull();
});
