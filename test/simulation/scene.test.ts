import { describe, expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { assertRoiInFrame } from '#protocol/roi.ts';
import { createScene, sceneRois } from '#simulation/scene.ts';

const params = {
  beads: 50,
  referenceBeads: 5,
  radiiNm: [1400, 500],
  zRangeNm: [4000, 5000],
  seed: 3,
} as const;

test('50 beads at 80 px fit a frame of 640 x 560 px', () => {
  const scene = createScene(params);
  expect([scene.width, scene.height]).toEqual([640, 560]);
  expect(scene.beads.map(({ bead }) => bead)).toEqual(Array.from({ length: 50 }, (_, bead) => bead));
});

test('ROIs of 64 px lie in the frame and apart from one another', () => {
  const scene = createScene({ ...params, width: 801, height: 563 });
  const rois = sceneRois(scene, 64);
  for (const roi of rois) assertRoiInFrame(roi, scene);
  rois.forEach((a, index) => {
    for (const b of rois.slice(index + 1)) {
      expect(Math.max(Math.abs(a.left - b.left), Math.abs(a.top - b.top))).toBeGreaterThanOrEqual(64);
    }
  });
});

test('every bead lies within 0.5 px of the middle of its ROI, at a random place within the pixel', () => {
  const scene = createScene(params);
  const offsets = sceneRois(scene, 64).map(({ left, bead }) => scene.beads[bead]!.xPx - (left + 32));
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(0.5);
  const mean = offsets.reduce((sum, offset) => sum + offset, 0) / offsets.length;
  const variance = offsets.reduce((sum, offset) => sum + (offset - mean) ** 2, 0) / offsets.length;
  // Uniform over one px has variance 1 / 12.
  expect(variance).toBeGreaterThan(0.05);
  expect(variance).toBeLessThan(0.12);
});

test('kinds take turns, heights stay in their range, and as many beads stick as asked for', () => {
  const { beads } = createScene(params);
  expect(beads.filter(({ radiusNm }) => radiusNm === 1400)).toHaveLength(25);
  expect(beads.every(({ zNm }) => zNm >= 4000 && zNm < 5000)).toBe(true);
  expect(new Set(beads.map(({ zNm }) => zNm)).size).toBe(50);
  expect(beads.filter(({ reference }) => reference)).toHaveLength(5);
});

test('the same seed makes the same scene, another one another', () => {
  expect(createScene(params)).toEqual(createScene(params));
  expect(createScene({ ...params, seed: 4 }).beads).not.toEqual(createScene(params).beads);
});

describe('is refused', () => {
  test('when the frame has room for fewer beads, with how many it has', () => {
    const crowd = () => createScene({ ...params, width: 300, height: 250 });
    expect(crowd).toThrow(ConfigError);
    expect(crowd).toThrow(/at most 9 in 300 x 250 px at a spacing of 80 px, received 50/);
    expect(() => createScene({ ...params, width: 40 })).toThrow(/at most 0 in 40 x/);
  });

  test('when more beads should stick than there are', () => {
    expect(() => createScene({ ...params, beads: 4 })).toThrow(
      /referenceBeads: expected at most 4.* received 5/,
    );
  });
});
