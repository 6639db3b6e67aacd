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
  /** Whether the plan fits a model, which says how far off its numbers may be. */
  readonly fits: boolean;
  readonly xPx: Float64Array;
  readonly yPx: Float64Array;
  readonly zNm: Float64Array;
  /** Pearson correlation with the best plane, -1 to 1. */
  readonly score: Float64Array;
  /** Bits of `TRACK_STATUS`. */
  readonly status: Uint16Array;
  /** [frame, bead, radius] counts; NaN beyond a smaller bead's own radii and where a bin is empty. */
  readonly profiles: Float64Array;
  /** Standard deviations by the photons of the image; empty unless `fits`, as is chi-squared. */
  readonly sigmaXPx: Float64Array;
  readonly sigmaYPx: Float64Array;
  readonly sigmaZNm: Float64Array;
  /** Squared residuals of the fit over what is expected: 1 is a good fit. */
  readonly chiSquared: Float64Array;
}

/** Columns that only a fit writes. */
const FIT_COLUMNS = 4;

/** Bytes a table needs, a multiple of 8. */
export function trackTableBytes(frames: number, beads: number, radii = 0, fits = false): number {
  const rows = frames * beads;
  return fitColumnsAt(rows, radii) + (fits ? rows * 8 * FIT_COLUMNS : 0);
}

/** Behind all other columns, so that those lie at the same bytes in every table. */
function fitColumnsAt(rows: number, radii: number): number {
  return rows * 8 * (4 + radii) + Math.ceil((rows * 2) / 8) * 8;
}

/** Columns over `buffer`, which must hold at least `trackTableBytes` bytes from `byteOffset`, a multiple of 8, on. */
export function trackTableOver(
  buffer: ArrayBufferLike,
  frames: number,
  beads: number,
  radii = 0,
  byteOffset = 0,
  fits = false,
): TrackTable {
  const rows = frames * beads;
  const column = (index: number) => new Float64Array(buffer, byteOffset + index * rows * 8, rows);
  const fitColumn = (index: number) => {
    if (!fits) return new Float64Array(0);
    return new Float64Array(buffer, byteOffset + fitColumnsAt(rows, radii) + index * rows * 8, rows);
  };
  return {
    buffer,
    frames,
    beads,
    radii,
    fits,
    xPx: column(0),
    yPx: column(1),
    zNm: column(2),
    score: column(3),
    profiles: new Float64Array(buffer, byteOffset + 4 * rows * 8, rows * radii),
    status: new Uint16Array(buffer, byteOffset + rows * 8 * (4 + radii), rows),
    sigmaXPx: fitColumn(0),
    sigmaYPx: fitColumn(1),
    sigmaZNm: fitColumn(2),
    chiSquared: fitColumn(3),
  };
}

/** A new table with its own buffer. */
export function createTrackTable(frames: number, beads: number, radii = 0, fits = false): TrackTable {
  const buffer = new ArrayBuffer(trackTableBytes(frames, beads, radii, fits));
  return trackTableOver(buffer, frames, beads, radii, 0, fits);
}
