import { describe, expect, test } from 'vitest';
import { RoiError } from '#protocol/errors.ts';
import { createRoiTable } from '#rois/roi-table.ts';

const table = () => createRoiTable({ width: 320, height: 200, roiSize: 64 });

describe('the beads of a run', () => {
  test('are added around a position, each with a new id', () => {
    const beads = table();
    expect(beads.add(100.4, 80)).toEqual({ bead: 0, left: 68, top: 48, size: 64 });
    expect(beads.add(200, 80, 40)).toEqual({ bead: 1, left: 180, top: 60, size: 40 });
    expect(beads.list().map(({ bead }) => bead)).toEqual([0, 1]);
  });

  test('never take the id of a removed bead', () => {
    const beads = table();
    beads.add(100, 80);
    beads.remove(beads.add(150, 80).bead);
    expect(beads.add(200, 80).bead).toBe(2);
    beads.remove(0);
    beads.remove(2);
    expect(beads.list()).toEqual([]);
    expect(beads.add(200, 80).bead).toBe(3);
  });

  test.each([
    [3, 80, 0, 48],
    [318.7, 80, 256, 48],
    [100, 1, 68, 0],
    [100, 199, 68, 136],
    [-50, 900, 0, 136],
  ])('a click at %d, %d still gives an ROI inside the frame', (x, y, left, top) => {
    const beads = table();
    expect(beads.add(x, y)).toEqual({ bead: 0, left, top, size: 64 });
    beads.move(0, 160, 100);
    expect(beads.move(0, x, y)).toEqual({ bead: 0, left, top, size: 64 });
  });

  test('keep their size and place in the list when moved; a list taken before does not change', () => {
    const beads = table();
    beads.add(100, 80, 40);
    beads.add(200, 80);
    const before = beads.list();
    beads.move(0, 150, 120);
    expect(beads.list()).toEqual([
      { bead: 0, left: 130, top: 100, size: 40 },
      { bead: 1, left: 168, top: 48, size: 64 },
    ]);
    expect(before[0]).toEqual({ bead: 0, left: 80, top: 60, size: 40 });
  });

  test('count every change in the version, and no refused one', () => {
    const beads = table();
    const versions = [beads.version];
    beads.add(100, 80);
    versions.push(beads.version);
    beads.move(0, 110, 80);
    versions.push(beads.version);
    expect(() => beads.move(9, 110, 80)).toThrow(RoiError);
    expect(() => beads.add(100, 80, 400)).toThrow(RoiError);
    versions.push(beads.version);
    beads.remove(0);
    versions.push(beads.version);
    expect(versions).toEqual([0, 1, 2, 2, 3]);
  });

  test('can be given at the start; new ids come after theirs', () => {
    const rois = [
      { bead: 7, left: 10, top: 20, size: 64 },
      { bead: 2, left: 100, top: 20, size: 32 },
    ];
    const beads = createRoiTable({ width: 320, height: 200, roiSize: 64, rois });
    expect(beads.list()).toEqual(rois);
    expect(beads.add(200, 100).bead).toBe(8);
  });

  test('follow or stay as each says, and as the table says where they do not', () => {
    const at = (bead: number) => ({ bead, left: 10 * bead, top: 20, size: 32 });
    const rois = [at(0), { ...at(1), follow: false }];
    const beads = createRoiTable({ width: 320, height: 200, roiSize: 64, follow: true, rois });
    beads.add(200, 100);
    expect(beads.list().map(({ follow }) => follow)).toEqual([true, false, true]);
    beads.move(1, 100, 100);
    expect(beads.setFollow(0, false)).toEqual({ ...at(0), follow: false });
    expect(beads.list().map(({ follow }) => follow)).toEqual([false, false, true]);
    expect(() => beads.setFollow(9, true)).toThrow(RoiError);
  });

  test('take over where ROIs went, but not of beads removed meanwhile', () => {
    const beads = table();
    beads.add(100, 80);
    const gone = beads.add(200, 80);
    beads.remove(gone.bead);
    const { version } = beads;
    const moved = { ...beads.list()[0]!, left: 77 };
    beads.followed([moved, { ...gone, left: 3 }]);
    expect(beads.list()).toEqual([moved]);
    expect(beads.version).toBe(version + 1);
  });

  test('that are unknown, without room or nowhere are refused', () => {
    const beads = table();
    expect(() => beads.remove(0)).toThrow('bead: expected one of none, received 0');
    beads.add(100, 80);
    expect(() => beads.move(4, 100, 80)).toThrow('bead: expected one of 0, received 4');
    expect(() => beads.remove(4)).toThrow(RoiError);
    expect(() => beads.add(100, 80, 201)).toThrow('inside the 320 x 200 frame');
    expect(() => beads.add(100, 80, 4)).toThrow('size from 8 to 512 px');
    expect(() => beads.add(100, 80, 33.5)).toThrow(RoiError);
    expect(() => beads.add(Number.NaN, 80)).toThrow(
      'bead 1 position: expected x and y in px, received NaN, 80',
    );
    expect(() => beads.move(0, 1, Number.POSITIVE_INFINITY)).toThrow(RoiError);
    expect(beads.list()).toEqual([{ bead: 0, left: 68, top: 48, size: 64 }]);
    const start = (rois: { bead: number; left: number; top: number; size: number }[]) =>
      createRoiTable({ width: 320, height: 200, roiSize: 64, rois });
    expect(() => start([{ bead: 0, left: 300, top: 0, size: 64 }])).toThrow(RoiError);
    const twice = { bead: 5, left: 0, top: 0, size: 64 };
    expect(() => start([twice, twice])).toThrow('beads: expected every id once, received bead 5 twice');
  });

  test('that lie outside the frames of another camera are dropped and returned', () => {
    const beads = table();
    const inside = beads.add(40, 40);
    const right = beads.add(300, 40);
    const low = beads.add(40, 190);
    const { version } = beads;
    expect(beads.replaceFrame(200, 150)).toEqual([right, low]);
    expect(beads.list()).toEqual([inside]);
    expect(beads.version).toBeGreaterThan(version);
    expect(beads.add(300, 190)).toEqual({ bead: 3, left: 136, top: 86, size: 64 });
  });
});
