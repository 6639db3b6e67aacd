import { RoiError } from '#protocol/errors.ts';
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
