import type { Pixels } from '#protocol/pixel-format.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE, type Roi, roiAround } from '#protocol/roi.ts';
import { distance, ofOneKind, oneEach } from './bead-choice.ts';
import { levelsToSearch, MIN_LOW_AGREEMENT, radiiToFind, searchRings } from './ring-search.ts';

/** A bead found in a frame. */
export interface FoundBead {
  /** Middle of the rings, px of the frame, good to about 1 px. */
  xPx: number;
  yPx: number;
  /** Radius of the outermost clear ring, px. */
  radiusPx: number;
  /** How alike the rings are in all directions, 0 to 1. */
  score: number;
  /** Its rings do not touch those of another found bead. */
  isolated: boolean;
}

export interface FindBeadsOptions {
  /** Size of the ROIs the beads will be tracked in, px: rings of 1/16 to 3/4 of it in radius are looked for. Default: any. */
  roiSize?: number;
  /** Smallest radius of the outermost ring, px. Default 6: what is smaller is dust, and cannot be tracked. */
  minRadiusPx?: number;
  /** Least score of a bead, 0 to 1. Default 0.7. */
  minScore?: number;
  /** Least strength of a bead's rings (contrast squared) as a share of the typical bead's, 0 to 1. Default 0.2. */
  minRelativeStrength?: number;
}

/** Where a bead is and how far its clear rings reach. */
type Ringed = Pick<FoundBead, 'xPx' | 'yPx' | 'radiusPx'>;

interface Frame {
  width: number;
  height: number;
}

/**
 * Finds beads, that is sets of rings around one middle, in a single frame, without an example.
 *
 * Slopes vote for ring centers at several scales; of each center it is measured how strong its rings are and how alike
 * in all directions. What is round enough and not far weaker, smaller or less round than the typical find is a bead:
 * dust is smaller or weaker, cells and debris are less round. A vesicle as round as the beads, with an outline as strong
 * as their rings, is taken for one; a frame without beads may give the dust or cells in it that are most like beads.
 * A bead cut by the border is found when more than half of its rings are inside.
 * @param pixels [row, column]
 * @returns the roundest first; none for a frame of one color or of noise
 * @throws {FrameError} when the number of pixels is not width x height
 */
export function findBeads(pixels: Pixels, frame: Frame, options: FindBeadsOptions = {}): FoundBead[] {
  const { roiSize, minRadiusPx, minScore = 0.7, minRelativeStrength = 0.2 } = options;
  const radii = radiiToFind(roiSize, minRadiusPx);
  const finds = searchRings(levelsToSearch(pixels, frame, radii), radii, minScore, MIN_LOW_AGREEMENT);
  const beads = ofOneKind(oneEach(finds), minRelativeStrength);
  return beads
    .map((bead) => ({
      xPx: bead.x,
      yPx: bead.y,
      radiusPx: bead.radius,
      score: Math.min(1, bead.agreement),
      isolated: !beads.some((other) => other !== bead && distance(bead, other) < bead.radius + other.radius),
    }))
    .sort((a, b) => b.score - a.score || a.yPx - b.yPx || a.xPx - b.xPx);
}

// The fainter rings, to two thirds as far again as the clear ones, carry z and leave room to move.
const ROI_PER_RADIUS = 3.4;
const MIN_ROI_PER_RADIUS = 1.5;
const ROI_WITHOUT_BEADS = 64;

/**
 * Even ROI size, px, that covers the rings of the typical found bead and fits around most beads.
 * Where the frame is hardly larger than a bead, it shrinks to what fits, but not into the clear rings; 64 without beads.
 */
export function suggestRoiSize(found: readonly Ringed[], frame: Frame): number {
  const largest = evenBelow(Math.min(MAX_ROI_SIZE, frame.width, frame.height));
  const radius = lowerMedian(found.map(({ radiusPx }) => radiusPx));
  const room = lowerMedian(found.map((bead) => roomAround(bead, frame)));
  const wanted =
    found.length === 0
      ? ROI_WITHOUT_BEADS
      : Math.max(evenBelow(MIN_ROI_PER_RADIUS * radius), Math.min(evenBelow(ROI_PER_RADIUS * radius), room));
  return Math.max(MIN_ROI_SIZE, Math.min(wanted, largest));
}

/** A found bead that gets no ROI, and why. */
export interface LeftOutBead {
  found: FoundBead;
  reason: 'edge' | 'overlap';
}

// As much as a bead may drift anyway before its ROI has to follow.
const MAX_OFF_MIDDLE = 1 / 16;

/**
 * ROIs around found beads; ids count from 0 in reading order, by row and then by column.
 *
 * An ROI that sticks out of the frame is moved inside; a bead that would then lie more than 1/16 of the ROI off its middle
 * is left out (`edge`), as are beads that are not isolated (`overlap`) if `isolatedOnly`.
 * @param size px
 */
export function roisOfBeads(
  found: readonly FoundBead[],
  size: number,
  frame: Frame,
  { isolatedOnly = false }: { isolatedOnly?: boolean } = {},
): { rois: Roi[]; leftOut: LeftOutBead[] } {
  const rois: Roi[] = [];
  const leftOut: LeftOutBead[] = [];
  for (const bead of [...found].sort((a, b) => a.yPx - b.yPx || a.xPx - b.xPx)) {
    const roi = roiInside(rois.length, bead, size, frame);
    if (!roi) leftOut.push({ found: bead, reason: 'edge' });
    else if (isolatedOnly && !bead.isolated) leftOut.push({ found: bead, reason: 'overlap' });
    else rois.push(roi);
  }
  return { rois, leftOut };
}

/** ROI around a place, moved inside the frame; null when the place would lie more than 1/16 of it off its middle. */
export function roiInside(
  bead: number,
  { xPx, yPx }: { xPx: number; yPx: number },
  size: number,
  frame: Frame,
): Roi | null {
  const around = roiAround(bead, xPx, yPx, size);
  const left = Math.max(0, Math.min(around.left, frame.width - size));
  const top = Math.max(0, Math.min(around.top, frame.height - size));
  const moved = Math.max(Math.abs(left - around.left), Math.abs(top - around.top));
  const fits = size <= Math.min(frame.width, frame.height) && moved <= size * MAX_OFF_MIDDLE;
  return fits ? { ...around, left, top } : null;
}

/** Largest even size of an ROI around a bead inside the frame. */
function roomAround({ xPx, yPx }: Ringed, { width, height }: Frame): number {
  const toBorder = Math.min(xPx, yPx, width - 1 - xPx, height - 1 - yPx);
  return Math.max(0, evenBelow(2 * toBorder + 1));
}

function evenBelow(size: number): number {
  return 2 * Math.floor(size / 2);
}

function lowerMedian(values: number[]): number {
  return values.sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
