import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SweepPlaces } from '#calibration/sweep-places.ts';
import type { Roi } from '#protocol/roi.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROIS } from './sweep-bench.ts';

const folder = temporaryFolder();
const other: Roi = { bead: 1, left: 0, top: 0, size: 8 };
const moved = [other, { ...ROIS[0]!, left: 5 }, ROIS[1]!];
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n');

test('the list has the beads of the sweep that are elsewhere than before, and goes on where its frames end', async () => {
  const path = join(folder, 'list.csv');
  const places = await SweepPlaces.create(path, ROIS);
  await places.append([{ frame: 0, rois: ROIS }]);
  await places.append([
    { frame: 3, rois: [other, ...ROIS] },
    { frame: 4, rois: moved },
  ]);
  const upTo4 = ['page,bead,left,top,size', '0,3,4,8,24', '0,7,40,6,20', '4,3,5,8,24'];
  expect(linesOf(path)).toEqual([...upTo4, '']);

  appendFileSync(path, '6,3,9,9,24\n6,7,4');
  const again = await SweepPlaces.open(path, ROIS, 6);
  await again!.append([
    { frame: 6, rois: moved },
    { frame: 7, rois: ROIS },
  ]);
  expect(linesOf(path)).toEqual([...upTo4, '7,3,4,8,24', '']);
});

test('a sweep that began without a list goes on without one', async () => {
  const path = join(folder, 'none.csv');
  expect(await SweepPlaces.open(path, ROIS, 6)).toBeNull();
  expect(existsSync(path)).toBe(false);
});
