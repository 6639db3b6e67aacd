import { expect, test } from 'vitest';
import type { SweepPass, SweepPlaneMessage } from '#protocol/sweep.ts';
import { profilePoints, tablePicture } from '../../../../dashboard/views/z-lut/table.ts';

const plane = (at: number, pass: SweepPass, ...profiles: number[][]): SweepPlaneMessage => ({
  ...{ type: 'sweep-plane', sweep: 's', plane: at, pass, zNm: 50 * at },
  beads: Uint32Array.from(profiles, (_, index) => 3 + index),
  profiles: profiles.map((profile) => Float32Array.from(profile)),
});

test('the table of a bead has its highest plane at the top, in both passes, and gaps where nothing is yet', () => {
  const planes = [
    plane(0, 'up', [9, 9], [10, 20]),
    plane(1, 'up', [9, 9], [30, Number.NaN]),
    plane(3, 'down', [9, 9], [40, 40]),
    plane(4, 'down', [9, 9], [50, 45]),
  ];
  const up = tablePicture(planes, 4, 'up', 3);
  expect([up.width, up.height, up.planes, up.blackCounts, up.whiteCounts]).toEqual([2, 3, 2, 10, 30]);
  expect([...up.gray]).toEqual([-1, -1, 255, -1, 0, 128]);
  expect([...tablePicture(planes, 4, 'down', 3).gray]).toEqual([0, 0, 255, 128, -1, -1]);
});

test('a bead that the sweep does not take, and one of flat profiles, make a picture all the same', () => {
  const none = tablePicture([plane(0, 'up', [1, 2])], 9, 'up', 2);
  expect([...none.gray, none.planes, none.blackCounts]).toEqual([-1, -1, 0, Number.NaN]);
  expect([...tablePicture([plane(0, 'up', [7, 7])], 3, 'up', 1).gray]).toEqual([0, 0]);
});

test('a profile is a line over the whole box, high counts at the top, NaN left out', () => {
  expect(profilePoints(Float32Array.of(10, Number.NaN, 30), 100, 40)).toBe('0.0,40.0 100.0,0.0');
});
