import type { Roi } from '#protocol/roi.ts';

/** ROIs added, moved or resized, and beads removed, from `frame` on. */
export interface RoiChange {
  frame: number;
  set: Roi[];
  removed: number[];
}

/** Notices when the ROIs of a run change, so that the recording can be tracked again with the same ROIs. */
export class RoiHistory {
  readonly changes: RoiChange[] = [];
  #known: readonly Roi[];

  /** @param rois those the run starts with */
  constructor(rois: readonly Roi[]) {
    this.#known = rois.map((roi) => ({ ...roi }));
  }

  /** @returns whether the ROIs differ from those of the frames before */
  note(frame: number, rois: readonly Roi[]): boolean {
    const known = this.#known;
    if (rois.length === known.length && rois.every((roi, index) => sameRoi(roi, known[index]))) return false;
    const before = new Map(known.map((roi) => [roi.bead, roi]));
    const set = rois.filter((roi) => !sameRoi(roi, before.get(roi.bead))).map((roi) => ({ ...roi }));
    const beads = new Set(rois.map(({ bead }) => bead));
    const removed = known.map(({ bead }) => bead).filter((bead) => !beads.has(bead));
    this.changes.push({ frame, set, removed });
    this.#known = rois.map((roi) => ({ ...roi }));
    return true;
  }
}

function sameRoi(roi: Roi, other: Roi | undefined): boolean {
  return (
    other !== undefined &&
    roi.bead === other.bead &&
    roi.left === other.left &&
    roi.top === other.top &&
    roi.size === other.size
  );
}
