import { expect } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { type RealFolder, type RoiEdges, readStack, roiOfEdges, trackReal } from './real-recording.ts';

interface ListedBead {
  id: number;
  roi: RoiEdges;
  x: number | null;
  y: number | null;
  x_sym: number;
  y_sym: number;
  quality: string;
}

/** How a bead of a list of pictures was tracked. */
export interface PictureTrack {
  picture: string;
  quality: string;
  /** px to what MagTrack gives; 0 where both have no x or both no y. */
  offMagtrackPx: number;
  /** px to the center of symmetry; NaN where it was not found. */
  offSymmetryPx: number;
  status: number;
}

/** Tracks every bead of every picture an `expected.json` lists, with MagTrack's plan. */
export async function trackPictures(data: RealFolder): Promise<PictureTrack[]> {
  const tracks: PictureTrack[] = [];
  for (const { image, beads } of data.expected<{ images: { image: string; beads: ListedBead[] }[] }>()
    .images) {
    const rois = beads.map(({ id, roi }) => roiOfEdges(id, roi));
    const { xPx, yPx, status } = await trackReal(await readStack(data.path(image)), rois);
    for (const [row, { x, y, x_sym, y_sym, quality }] of beads.entries()) {
      const off = (got: number, want: number | null) =>
        Number.isNaN(got) && want === null ? 0 : got - (want ?? Number.NaN);
      tracks.push({
        picture: image,
        quality,
        offMagtrackPx: Math.hypot(off(xPx[row]!, x), off(yPx[row]!, y)),
        offSymmetryPx: Math.hypot(xPx[row]! - x_sym, yPx[row]! - y_sym),
        status: status[row]!,
      });
    }
  }
  return tracks;
}

/** Every bead within `px` of MagTrack, and what was not found is said to be lost. */
export function expectMagtrack(tracks: readonly PictureTrack[], px: number): void {
  for (const track of tracks) {
    expect(track.offMagtrackPx, JSON.stringify(track)).toBeLessThan(px);
    expect((track.status & TRACK_STATUS.lost) !== 0).toBe(Number.isNaN(track.offSymmetryPx));
  }
}
