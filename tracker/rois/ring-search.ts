import { FrameError } from '#protocol/errors.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import { MAX_ROI_SIZE } from '#protocol/roi.ts';
import type { RingFind } from './bead-choice.ts';
import { type FrameLevel, frameLevels } from './frame-levels.ts';
import { findRingCenters } from './ring-centers.ts';
import { createRingMeter, MEASURE_REACH, type RingMeasure } from './ring-measure.ts';

/** Radii of the outermost ring to look for, px of the frame. */
export interface RadiusRange {
  smallest: number;
  largest: number;
}

/** Where less is shown by the fourth direction in four, what the others share is a coincidence; neighbors hide less. */
export const MIN_LOW_AGREEMENT = 0.4;

// At a level: rings of fewer px are a point, of more are cut off.
const MIN_LEVEL_RADIUS = 6;
const MAX_LEVEL_RADIUS = MEASURE_REACH - 2;
// Rings rise and fall; shadows, outlines and the field stop do one of both.
const MIN_BALANCE = 0.05;

/** Radii that suit ROIs of a size, any without one: what is smaller than `minRadiusPx` is dust, and cannot be tracked. */
export function radiiToFind(roiSize: number | undefined, minRadiusPx = 6): RadiusRange {
  return {
    smallest: Math.max(minRadiusPx, roiSize === undefined ? 0 : roiSize / 16),
    largest: roiSize === undefined ? MAX_ROI_SIZE / 2 : (roiSize * 3) / 4,
  };
}

/**
 * The levels of a frame at which rings of such radii are seen.
 * @param pixels [row, column]
 * @throws {FrameError} when the number of pixels is not width x height
 */
export function levelsToSearch(
  pixels: Pixels,
  frame: { width: number; height: number },
  { smallest, largest }: RadiusRange,
): FrameLevel[] {
  if (pixels.length !== frame.width * frame.height) {
    throw new FrameError({
      where: 'frame to find beads in',
      expected: `${frame.width} x ${frame.height} pixels`,
      received: `${pixels.length}`,
    });
  }
  const seesRings = (scale: number) =>
    scale * MAX_LEVEL_RADIUS >= smallest && scale * MIN_LEVEL_RADIUS <= largest;
  return frameLevels(pixels, frame, seesRings);
}

/**
 * Rings around every place that slopes point to, at all levels: one set of rings is found several times.
 * @param minAgreement least agreement of the middle direction
 * @param minLowAgreement least one that three quarters of the directions have
 */
export function searchRings(
  levels: readonly FrameLevel[],
  { smallest, largest }: RadiusRange,
  minAgreement: number,
  minLowAgreement: number,
): RingFind[] {
  const measure = createRingMeter();
  const finds: RingFind[] = [];
  for (const level of levels) {
    for (const { x, y } of findRingCenters(level)) {
      const rings = measure(level, x, y);
      if (rings.balance < MIN_BALANCE) continue;
      if (rings.agreement < minAgreement || rings.lowAgreement < minLowAgreement) continue;
      if (rings.radius < MIN_LEVEL_RADIUS || rings.extent > MAX_LEVEL_RADIUS) continue;
      const find = inFramePx(rings, level.scale, x, y);
      if (find.radius >= smallest && find.radius <= largest) finds.push(find);
    }
  }
  return finds;
}

/** Rings measured at a place of a level, in px of the frame. */
function inFramePx(rings: RingMeasure, scale: number, x: number, y: number): RingFind {
  return {
    ...rings,
    scale,
    radius: rings.radius * scale,
    extent: rings.extent * scale,
    x: (x + 0.5) * scale - 0.5,
    y: (y + 0.5) * scale - 0.5,
  };
}
