import type { SweepPass, SweepPlaneMessage } from '#protocol/sweep.ts';

/** Profiles of one bead in one pass as a picture: a row a plane, the highest at the top; a column a radius. */
export interface TablePicture {
  width: number;
  height: number;
  /** [row, column] gray, 0 to 255; -1 where there is nothing yet, or no pixel. */
  gray: Int16Array;
  /** Counts that are black and white; NaN without any. */
  blackCounts: number;
  whiteCounts: number;
  /** Planes in it. */
  planes: number;
}

/**
 * The growing table of a bead.
 * @param rows planes of one pass
 */
export function tablePicture(
  planes: readonly SweepPlaneMessage[],
  bead: number,
  pass: SweepPass,
  rows: number,
): TablePicture {
  const profiles = planes
    .filter((plane) => plane.pass === pass)
    .flatMap((plane) => {
      const profile = profileOf(plane, bead);
      // The second pass goes back over the same planes.
      const row = pass === 'up' ? rows - 1 - plane.plane : plane.plane - rows;
      return profile && row >= 0 && row < rows ? [{ row, profile }] : [];
    });
  const width = Math.max(1, ...profiles.map(({ profile }) => profile.length));
  let blackCounts = Number.POSITIVE_INFINITY;
  let whiteCounts = Number.NEGATIVE_INFINITY;
  for (const { profile } of profiles) {
    for (const counts of profile) {
      if (counts < blackCounts) blackCounts = counts;
      if (counts > whiteCounts) whiteCounts = counts;
    }
  }
  const gray = new Int16Array(width * rows).fill(-1);
  const scale = whiteCounts > blackCounts ? 255 / (whiteCounts - blackCounts) : 0;
  for (const { row, profile } of profiles) {
    for (const [column, counts] of profile.entries()) {
      if (Number.isFinite(counts)) gray[row * width + column] = Math.round((counts - blackCounts) * scale);
    }
  }
  const isEmpty = !(whiteCounts >= blackCounts);
  return {
    ...{ width, height: rows, gray, planes: profiles.length },
    blackCounts: isEmpty ? Number.NaN : blackCounts,
    whiteCounts: isEmpty ? Number.NaN : whiteCounts,
  };
}

/** Profile of a bead in a plane, [radius] counts; null when the sweep does not take it. */
export function profileOf({ beads, profiles }: SweepPlaneMessage, bead: number): Float32Array | null {
  const at = beads.indexOf(bead);
  return profiles[at] ?? null;
}

/** Points of an SVG line of a profile in a box, NaN left out. */
export function profilePoints(profile: Float32Array, width: number, height: number): string {
  const finite = Array.from(profile).filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const scale = most > least ? height / (most - least) : 0;
  const step = width / Math.max(1, profile.length - 1);
  const points: string[] = [];
  for (const [radius, counts] of profile.entries()) {
    if (!Number.isFinite(counts)) continue;
    points.push(`${(radius * step).toFixed(1)},${(height - (counts - least) * scale).toFixed(1)}`);
  }
  return points.join(' ');
}
