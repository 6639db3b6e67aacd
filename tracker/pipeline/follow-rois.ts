import type { Roi } from '#protocol/roi.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** How far a bead gets from the middle of its ROI before the ROI moves, px: more than rounding leaves, 0.5 px. */
export const FOLLOW_PX = 1;

/** A position with one of these is not known well enough to go there. */
const UNSURE = TRACK_STATUS.lost | TRACK_STATUS['no-light'];

/** Pearson correlation with the best plane of a Z-LUT below which what is tracked is not the bead. */
const LEAST_SCORE = 0.5;

/**
 * ROIs for the frames to come: those that follow, moved by whole px onto their beads, as far as the frame reaches.
 *
 * An ROI stays where its bead was not found, does not resemble its Z-LUT, or is near enough to the middle.
 * Positions are px of the full frame, so tracks of an ROI that has moved since still tell where to go.
 * @param rois of the frames to come
 * @param table tracks of the same beads; the last frame counts
 * @returns null when none moves, which costs no memory
 */
export function followRois(
  rois: readonly Roi[],
  table: TrackTable,
  frame: { width: number; height: number },
  farPx: number,
): Roi[] | null {
  const last = (table.frames - 1) * table.beads;
  let moved: Roi[] | null = null;
  for (let bead = 0; bead < rois.length; bead++) {
    const roi = rois[bead]!;
    if (!roi.follow) continue;
    const row = last + bead;
    if ((table.status[row]! & UNSURE) !== 0 || table.score[row]! < LEAST_SCORE) continue;
    const middle = (roi.size - 1) / 2;
    const xPx = table.xPx[row]! - middle;
    const yPx = table.yPx[row]! - middle;
    if (!(Math.max(Math.abs(xPx - roi.left), Math.abs(yPx - roi.top)) > farPx)) continue;
    const left = Math.max(0, Math.min(Math.round(xPx), frame.width - roi.size));
    const top = Math.max(0, Math.min(Math.round(yPx), frame.height - roi.size));
    if (left === roi.left && top === roi.top) continue;
    moved ??= [...rois];
    moved[bead] = { ...roi, left, top };
  }
  return moved;
}
