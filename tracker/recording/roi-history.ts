import type { Roi } from '#protocol/roi.ts';

/** ROIs added, moved or resized by somebody, and beads removed, from `frame` on. */
export interface RoiChange {
  frame: number;
  set: Roi[];
  removed: number[];
}

/** Notices when the ROIs of a run change, so that the recording can be tracked again with the same ROIs. */
export class RoiHistory {
  readonly changes: RoiChange[] = [];
  readonly #followed: (frame: number, roi: Roi) => void;
  #seen: readonly Roi[];
  #known: readonly Roi[];

  /**
   * @param rois those the run starts with
   * @param followed told of the new place of a bead whose ROI follows it; these are no part of `changes`
   */
  constructor(rois: readonly Roi[], followed: (frame: number, roi: Roi) => void) {
    this.#seen = rois;
    this.#known = rois.map((roi) => ({ ...roi }));
    this.#followed = followed;
  }

  /** @returns whether `changes` has grown */
  note(frame: number, rois: readonly Roi[]): boolean {
    if (rois === this.#seen) return false;
    this.#seen = rois;
    const known = this.#known;
    if (rois.length === known.length && rois.every((roi, index) => sameRoi(roi, known[index]))) return false;
    const before = new Map(known.map((roi) => [roi.bead, roi]));
    const set: Roi[] = [];
    for (const roi of rois) {
      const old = before.get(roi.bead);
      if (sameRoi(roi, old)) continue;
      if (roi.follow && old?.follow && old.size === roi.size) this.#followed(frame, roi);
      else set.push({ ...roi });
    }
    const beads = new Set(rois.map(({ bead }) => bead));
    const removed = known.map(({ bead }) => bead).filter((bead) => !beads.has(bead));
    this.#known = rois.map((roi) => ({ ...roi }));
    if (set.length === 0 && removed.length === 0) return false;
    this.changes.push({ frame, set, removed });
    return true;
  }
}

function sameRoi(roi: Roi, other: Roi | undefined): boolean {
  return (
    other !== undefined &&
    roi.bead === other.bead &&
    roi.left === other.left &&
    roi.top === other.top &&
    roi.size === other.size &&
    roi.follow === other.follow
  );
}
