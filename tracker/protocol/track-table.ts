/**
 * Results of a batch of frames as columns over one buffer, which threads may share.
 * Every column is [frame, bead]; x and y are px of the full frame, z is nm, NaN where there is no result.
 */
export interface TrackTable {
  readonly buffer: ArrayBufferLike;
  readonly frames: number;
  readonly beads: number;
  /** Radii of a stored profile; 0 when profiles were not asked for. */
  readonly radii: number;
  readonly xPx: Float64Array;
  readonly yPx: Float64Array;
  readonly zNm: Float64Array;
  /** Pearson correlation with the best plane, -1 to 1. */
  readonly score: Float64Array;
  /** Bits of `TRACK_STATUS`. */
  readonly status: Uint16Array;
  /** [frame, bead, radius] counts; NaN beyond a smaller bead's own radii and where a bin is empty. */
  readonly profiles: Float64Array;
}

/** Bytes a table needs, a multiple of 8. */
export function trackTableBytes(frames: number, beads: number, radii = 0): number {
  const rows = frames * beads;
  return rows * 8 * (4 + radii) + Math.ceil((rows * 2) / 8) * 8;
}

/** Columns over `buffer`, which must hold at least `trackTableBytes` bytes from `byteOffset`, a multiple of 8, on. */
export function trackTableOver(
  buffer: ArrayBufferLike,
  frames: number,
  beads: number,
  radii = 0,
  byteOffset = 0,
): TrackTable {
  const rows = frames * beads;
  const column = (index: number) => new Float64Array(buffer, byteOffset + index * rows * 8, rows);
  return {
    buffer,
    frames,
    beads,
    radii,
    xPx: column(0),
    yPx: column(1),
    zNm: column(2),
    score: column(3),
    profiles: new Float64Array(buffer, byteOffset + 4 * rows * 8, rows * radii),
    status: new Uint16Array(buffer, byteOffset + rows * 8 * (4 + radii), rows),
  };
}

/** A new table with its own buffer. */
export function createTrackTable(frames: number, beads: number, radii = 0): TrackTable {
  return trackTableOver(new ArrayBuffer(trackTableBytes(frames, beads, radii)), frames, beads, radii);
}
