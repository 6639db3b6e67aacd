import { describe, expect, test } from 'vitest';
import { RoiError, ZLutError } from '#protocol/errors.ts';
import { createRoiTable } from '#rois/roi-table.ts';

/** Beads 0, 1 and 2 with ROIs of 32 px at 10, 110 and 210. */
function table() {
  const rois = [0, 1, 2].map((bead) => ({ bead, left: 10 + 100 * bead, top: 20, size: 32 }));
  return createRoiTable({ width: 320, height: 200, roiSize: 32, rois });
}

describe('placing many beads at a time', () => {
  test('a bead that was removed comes back as itself, in its place of the list', () => {
    const beads = table();
    const [, gone] = beads.list();
    beads.remove(1);
    expect(beads.place([gone!], [])).toEqual([gone]);
    expect(beads.list().map(({ bead }) => bead)).toEqual([0, 1, 2]);
    expect(beads.add(50, 150).bead).toBe(3);
  });

  test('removes, moves, resizes and adds in one step; new beads get the next ids', () => {
    const beads = table();
    const { version } = beads;
    const placed = beads.place(
      [
        { bead: 0, left: 5, top: 6, size: 48 },
        { left: 100, top: 100, size: 24 },
        { left: 150, top: 100, size: 24, follow: true },
      ],
      [2],
    );
    expect(placed).toEqual([
      { bead: 0, left: 5, top: 6, size: 48 },
      { bead: 3, left: 100, top: 100, size: 24 },
      { bead: 4, left: 150, top: 100, size: 24, follow: true },
    ]);
    expect(beads.list().map(({ bead }) => bead)).toEqual([0, 1, 3, 4]);
    expect(beads.version).toBe(version + 1);
  });

  test('an ROI that reaches out of the frame is moved inside; following is kept unless told', () => {
    const beads = table();
    beads.setFollow(1, true);
    expect(beads.place([{ bead: 1, left: -30, top: 190, size: 40 }], [])).toEqual([
      { bead: 1, left: 0, top: 160, size: 40, follow: true },
    ]);
  });

  test.each([
    ['a bead to remove that is not there', [], [9], 'bead: expected one of 0, 1, 2, received 9'],
    ['a bead twice', [{ bead: 1, left: 0, top: 0, size: 32 }], [1], 'every id once, received bead 1 twice'],
    ['an ROI larger than the frame', [{ left: 0, top: 0, size: 201 }], [2], 'inside the 320 x 200 frame'],
  ])('%s: nothing is changed', (_, rois, removed, message) => {
    const beads = table();
    const before = beads.list();
    const attempt = () => beads.place([{ bead: 0, left: 50, top: 50, size: 16 }, ...rois], removed);
    expect(attempt).toThrow(RoiError);
    expect(attempt).toThrow(message);
    expect(beads.list()).toBe(before);
    expect(beads.add(50, 150).bead).toBe(3);
  });

  test('what the check refuses changes nothing', () => {
    const beads = table();
    const before = beads.list();
    const refuse = ({ size }: { size: number }) => {
      if (size !== 32) throw new ZLutError({ where: 'Z-LUT', expected: '32', received: `${size}` });
    };
    expect(() => beads.place([{ bead: 0, left: 0, top: 0, size: 40 }], [1], refuse)).toThrow(ZLutError);
    expect(beads.list()).toBe(before);
    expect(beads.place([{ bead: 0, left: 0, top: 0, size: 32 }], [1], refuse)).toHaveLength(1);
  });
});
