import { expect, test } from 'vitest';
import type { Roi } from '#protocol/roi.ts';
import { WholeFrames } from '#tracker/live/whole-frames.ts';

test('frames are whole until nobody needs them whole any more', () => {
  const told: (readonly Roi[])[] = [];
  const frames = new WholeFrames({ setRois: (rois) => told.push(rois) });
  const rois = [{ bead: 0, left: 0, top: 0, size: 8 }];
  const others = [{ bead: 1, left: 0, top: 0, size: 8 }];
  const [cells, movie] = [{}, {}];
  frames.setRois(rois);
  frames.need(cells, true);
  frames.need(movie, true);
  frames.need(movie, true);
  frames.setRois(others);
  frames.need(cells, false);
  expect(told).toEqual([rois, []]);
  frames.need(movie, false);
  expect(told).toEqual([rois, [], others]);
});
