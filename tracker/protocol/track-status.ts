/** Status bits of one bead in one frame; 0 is a good point. The reason for every NaN is among them. */
export const TRACK_STATUS = {
  /** All pixels of the ROI are equal: nothing to track. */
  'no-light': 1,
  /** x or y is NaN: the auto-convolution found no peak in the middle half of the ROI. */
  lost: 2,
  /** z is NaN: the best plane is too near the first or last of the Z-LUT. */
  'out-of-range': 4,
  /** z is NaN: this bead has no Z-LUT. */
  'no-zlut': 8,
  /** The center is outside the middle half of the ROI: move the ROI. */
  'roi-edge': 16,
  /** At least one pixel is at the camera's largest count. */
  saturated: 32,
} as const;

type TrackStatusName = keyof typeof TRACK_STATUS;

const NAMES = Object.keys(TRACK_STATUS) as TrackStatusName[];

/** Names of the bits that are set, joined by `+`; `ok` when none is. */
export function describeStatus(status: number): string {
  if (status === 0) return 'ok';
  return NAMES.filter((name) => status & TRACK_STATUS[name]).join('+');
}
