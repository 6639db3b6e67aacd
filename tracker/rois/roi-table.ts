import { RoiError } from '#protocol/errors.ts';
import type { PlacedRoi } from '#protocol/place-beads.ts';
import { assertRoiInFrame, type Roi, roiAround } from '#protocol/roi.ts';

/** The beads of a run, as they are added, moved and removed while it goes on. */
export interface RoiTable {
  /** Grows with every change, so that others see whether they are up to date. */
  readonly version: number;
  /** The ROIs in the order they were added; a later change makes a new list and leaves this one as it is. */
  list(): readonly Roi[];
  /**
   * Adds a bead with the next free id; ids of removed beads are not used again.
   * @param xPx, yPx where it was seen; near or beyond the border of the frame, the ROI is moved inside
   * @param size px; the table's when left out
   * @throws {RoiError} when no ROI of this size fits the frame or the position is not a number
   */
  add(xPx: number, yPx: number, size?: number): Roi;
  /**
   * Moves the ROI of a bead around another position, as `add` does; its size stays.
   * @throws {RoiError} when there is no such bead
   */
  move(bead: number, xPx: number, yPx: number): Roi;
  /** @throws {RoiError} when there is no such bead */
  remove(bead: number): void;
  /**
   * Removes beads and puts ROIs in place, all or nothing; see `placeBeadsRequest`.
   * @param check throws when an ROI cannot be
   * @returns the ROIs as they lie now, in the order of `rois`
   * @throws {RoiError} when a bead to remove is not there, a bead is named twice, or an ROI is larger than the frame
   */
  place(rois: readonly PlacedRoi[], removed: readonly number[], check?: (roi: Roi) => void): readonly Roi[];
  /**
   * Has the ROI of a bead move with it from now on, or stay.
   * @throws {RoiError} when there is no such bead
   */
  setFollow(bead: number, follow: boolean): Roi;
  /** Takes over where ROIs have followed their beads to; beads that are not in the table any more are passed over. */
  followed(rois: readonly Roi[]): void;
  /** Takes frames of another size from here on; drops the beads whose ROI is not inside, and returns them. */
  replaceFrame(width: number, height: number): readonly Roi[];
}

export interface RoiTableOptions {
  width: number;
  height: number;
  /** px of a new ROI. */
  roiSize: number;
  /** Whether ROIs move with their beads, new ones and those that do not say. Default no. */
  follow?: boolean;
  /** Beads to start with. */
  rois?: readonly Roi[];
}

/**
 * A table of ROIs in frames of one size.
 * @throws {RoiError} when a bead to start with is outside the frame or listed twice
 */
export function createRoiTable({ width, height, roiSize, follow, rois = [] }: RoiTableOptions): RoiTable {
  let frame = { width, height };
  let version = 0;
  let nextBead = 0;
  let list: readonly Roi[] = [];

  const change = (changed: readonly Roi[]) => {
    list = changed;
    version++;
  };
  const indexOf = (bead: number) => {
    const index = list.findIndex((roi) => roi.bead === bead);
    if (index >= 0) return index;
    const known = list.length > 0 ? list.map((roi) => roi.bead).join(', ') : 'none';
    throw new RoiError({ where: 'bead', expected: `one of ${known}`, received: `${bead}` });
  };

  for (const roi of followingRois(rois, follow ?? false)) {
    assertRoiInFrame(roi, frame);
    if (list.some(({ bead }) => bead === roi.bead)) {
      throw new RoiError({ where: 'beads', expected: 'every id once', received: `bead ${roi.bead} twice` });
    }
    list = [...list, { ...roi }];
    nextBead = Math.max(nextBead, roi.bead + 1);
  }

  return {
    get version() {
      return version;
    },
    list: () => list,
    add(xPx, yPx, size = roiSize) {
      const roi = {
        ...roiInside(nextBead, xPx, yPx, size, frame),
        ...(follow === undefined ? {} : { follow }),
      };
      nextBead++;
      change([...list, roi]);
      return roi;
    },
    move(bead, xPx, yPx) {
      const index = indexOf(bead);
      const before = list[index]!;
      const roi = { ...before, ...roiInside(bead, xPx, yPx, before.size, frame) };
      change(list.with(index, roi));
      return roi;
    },
    remove(bead) {
      change(list.toSpliced(indexOf(bead), 1));
    },
    place(rois, removed, check) {
      const named = new Set(removed);
      let changed = [...list];
      for (const bead of removed) indexOf(bead);
      changed = changed.filter(({ bead }) => !named.has(bead));
      let next = nextBead;
      const placed = rois.map(({ bead = next, left, top, size, follow: follows }) => {
        if (named.has(bead)) {
          throw new RoiError({ where: 'beads', expected: 'every id once', received: `bead ${bead} twice` });
        }
        named.add(bead);
        next = Math.max(next, bead + 1);
        const index = changed.findIndex((roi) => roi.bead === bead);
        const keeps = follows ?? (index < 0 ? follow : changed[index]!.follow);
        const roi = {
          ...roiInside(bead, left + size / 2, top + size / 2, size, frame),
          ...(keeps === undefined ? {} : { follow: keeps }),
        };
        check?.(roi);
        if (index >= 0) changed[index] = roi;
        else changed.splice(placeById(changed, bead), 0, roi);
        return roi;
      });
      nextBead = next;
      change(changed);
      return placed;
    },
    setFollow(bead, follows) {
      const index = indexOf(bead);
      const roi = { ...list[index]!, follow: follows };
      change(list.with(index, roi));
      return roi;
    },
    followed(rois) {
      const places = new Map(rois.map((roi) => [roi.bead, roi]));
      change(list.map((roi) => places.get(roi.bead) ?? roi));
    },
    replaceFrame(newWidth, newHeight) {
      frame = { width: newWidth, height: newHeight };
      const fits = ({ left, top, size }: Roi) => left + size <= newWidth && top + size <= newHeight;
      const dropped = list.filter((roi) => !fits(roi));
      change(list.filter(fits));
      return dropped;
    },
  };
}

/** ROIs that follow their beads or not as each says, and as `follow` says where it does not. */
export function followingRois(rois: readonly Roi[], follow: boolean): Roi[] {
  return rois.map((roi) => (follow ? { ...roi, follow: roi.follow ?? true } : roi));
}

/** Where a bead goes: before the first of a larger id, so that one that comes back is where it was. */
function placeById(rois: readonly Roi[], bead: number): number {
  const index = rois.findIndex((roi) => roi.bead > bead);
  return index < 0 ? rois.length : index;
}

/** The ROI inside the frame whose middle is nearest to a position. */
function roiInside(
  bead: number,
  xPx: number,
  yPx: number,
  size: number,
  frame: { width: number; height: number },
): Roi {
  if (!Number.isFinite(xPx) || !Number.isFinite(yPx)) {
    throw new RoiError({
      where: `bead ${bead} position`,
      expected: 'x and y in px',
      received: `${xPx}, ${yPx}`,
    });
  }
  const roi = roiAround(bead, xPx, yPx, size);
  roi.left = Math.max(0, Math.min(roi.left, frame.width - size));
  roi.top = Math.max(0, Math.min(roi.top, frame.height - size));
  assertRoiInFrame(roi, frame);
  return roi;
}
