import type { Strip } from '#calibration/strip.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** What the pages of a file look like; a file has one of these. */
export interface PageLayout {
  /** Of a page. */
  shape: FrameShape;
  /** Where the ROIs of the beads lie in a page; null where a page is a whole frame. */
  strip: Strip | null;
}

/** A frame as a page of a movie. */
export interface FilmFrame {
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  /** Bytes of the page, [row, column], little-endian; read until the page is written. */
  pixels: Uint8Array;
  layout: PageLayout;
  /** Where the ROIs of a strip were in the frame, a list that does not change; null for a whole frame. */
  rois: readonly Roi[] | null;
  /** Frames lost since the one before, because the disk was behind. */
  lostBefore: number;
}
