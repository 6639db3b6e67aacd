import type { Roi } from '#protocol/roi.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** How far a bead gets from the middle of its ROI before the ROI moves, px: more than rounding leaves, 0.5 px. */
export const FOLLOW_PX = 1;

/** A position with one of these is not known well enough to go there. */
const UNSURE = TRACK_STATUS.lost | TRACK_STATUS['no-light'] | TRACK_STATUS.unsure;

/** Pearson correlation with the best plane of a Z-LUT below which what is tracked is not the bead. */
const LEAST_SCORE = 0.5;

/**
 * Frames in a row that must see the bead, all within this share of the ROI. What auto-convolution finds in noise lies
 * anywhere in half of the ROI: five of these agree so well once in 60 000 frames.
 */
const FRAMES_TO_AGREE = 5;
const SHARE_TO_AGREE = 1 / 12;

/**
 * Moves ROIs with their beads. An ROI stays where its bead is lost, does not resemble its Z-LUT, is near enough to the
 * middle, or was not seen in one place, or moving slowly, for five frames: noise in its place does not carry it away.
 * A bead may move by a 48th of the ROI a frame.
 */
export class RoiFollower {
  readonly #frame: { width: number; height: number };
  readonly #farPx: number;
  /** [bead, frame modulo `FRAMES_TO_AGREE`] px of the full frame; NaN where unsure. */
  readonly #xPx: Float64Array;
  readonly #yPx: Float64Array;
  #frames = 0;

  /** @param farPx how far a bead may get from the middle of its ROI */
  constructor(frame: { width: number; height: number }, beads: number, farPx: number) {
    this.#frame = frame;
    this.#farPx = farPx;
    this.#xPx = new Float64Array(beads * FRAMES_TO_AGREE).fill(Number.NaN);
    this.#yPx = new Float64Array(beads * FRAMES_TO_AGREE).fill(Number.NaN);
  }

  /**
   * ROIs for the frames to come: those that follow, moved by whole px onto their beads, as far as the frame reaches.
   *
   * Positions are px of the full frame, so tracks of an ROI that has moved since still tell where to go.
   * @param rois of the frames to come
   * @param table tracks of the same beads
   * @returns null when none moves, which costs no memory
   */
  follow(rois: readonly Roi[], table: TrackTable): Roi[] | null {
    this.#note(table);
    const newest = (this.#frames - 1) % FRAMES_TO_AGREE;
    let moved: Roi[] | null = null;
    for (let bead = 0; bead < rois.length; bead++) {
      const roi = rois[bead]!;
      if (!roi.follow) continue;
      const from = bead * FRAMES_TO_AGREE;
      const agreePx = roi.size * SHARE_TO_AGREE;
      if (!(spread(this.#xPx, from) <= agreePx && spread(this.#yPx, from) <= agreePx)) continue;
      const place = this.#placeFor(roi, this.#xPx[from + newest]!, this.#yPx[from + newest]!);
      if (!place) continue;
      moved ??= [...rois];
      moved[bead] = place;
    }
    return moved;
  }

  #note({ frames, beads, xPx, yPx, score, status }: TrackTable): void {
    for (let frame = 0; frame < frames; frame++) {
      const turn = this.#frames++ % FRAMES_TO_AGREE;
      for (let bead = 0; bead < beads; bead++) {
        const row = frame * beads + bead;
        const sure = (status[row]! & UNSURE) === 0 && !(score[row]! < LEAST_SCORE);
        this.#xPx[bead * FRAMES_TO_AGREE + turn] = sure ? xPx[row]! : Number.NaN;
        this.#yPx[bead * FRAMES_TO_AGREE + turn] = sure ? yPx[row]! : Number.NaN;
      }
    }
  }

  /** The ROI around a bead, or null when it is there already. */
  #placeFor(roi: Roi, xPx: number, yPx: number): Roi | null {
    const middle = (roi.size - 1) / 2;
    const x = xPx - middle;
    const y = yPx - middle;
    if (Math.max(Math.abs(x - roi.left), Math.abs(y - roi.top)) <= this.#farPx) return null;
    const left = Math.max(0, Math.min(Math.round(x), this.#frame.width - roi.size));
    const top = Math.max(0, Math.min(Math.round(y), this.#frame.height - roi.size));
    return left === roi.left && top === roi.top ? null : { ...roi, left, top };
  }
}

/** Range of the last positions along one axis; NaN when one is unsure. */
function spread(positions: Float64Array, from: number): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = from; index < from + FRAMES_TO_AGREE; index++) {
    least = Math.min(least, positions[index]!);
    most = Math.max(most, positions[index]!);
  }
  return most - least;
}
