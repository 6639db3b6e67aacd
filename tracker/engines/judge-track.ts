import { TRACK_STATUS } from '#protocol/track-status.ts';

/** Farther than this share of the ROI size from its middle, the search range (its middle half) is nearly left. */
const EDGE_SHARE = 0.2;

/** What an engine knows of one bead in one frame before it is judged. */
export interface JudgedTrack {
  /** ROI px; NaN when not found. */
  xPx: number;
  yPx: number;
  zNm: number;
  size: number;
  /** Smallest and largest count of the ROI. */
  darkest: number;
  brightest: number;
  /** Largest count the camera can deliver. */
  saturation: number;
  hasZLut: boolean;
  /** Whether the plan looks z up at all. */
  looksUpZ: boolean;
  /** Bits that the stages set. */
  stageStatus: number;
}

/** Status bits of one track: the same rule for every engine, so that their results can be compared bit by bit. */
export function judgeTrack(track: JudgedTrack): number {
  const { xPx, yPx, zNm, size } = track;
  const middle = (size - 1) / 2;
  const found = Number.isFinite(xPx) && Number.isFinite(yPx);
  let status = track.stageStatus;
  if (!(track.brightest > track.darkest)) status |= TRACK_STATUS['no-light'];
  if (!found) status |= TRACK_STATUS.lost;
  if (track.looksUpZ && !track.hasZLut) status |= TRACK_STATUS['no-zlut'];
  const isUnsure = (track.stageStatus & TRACK_STATUS.unsure) !== 0;
  if (track.looksUpZ && track.hasZLut && found && !isUnsure && !Number.isFinite(zNm)) {
    status |= TRACK_STATUS['out-of-range'];
  }
  if (found && Math.max(Math.abs(xPx - middle), Math.abs(yPx - middle)) > EDGE_SHARE * size) {
    status |= TRACK_STATUS['roi-edge'];
  }
  if (track.brightest >= track.saturation) status |= TRACK_STATUS.saturated;
  return status;
}
