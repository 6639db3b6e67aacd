/** Status bits of one bead in one frame; 0 is a good point. The reason for every NaN is among them. */
export const TRACK_STATUS = {
  /** All pixels of the ROI are equal: nothing to track. */
  'no-light': 1,
  /** x or y is NaN: no center was found in the ROI, or in the part of it the stage searches. */
  lost: 2,
  /** z is NaN: the best plane is too near the first or last of the Z-LUT. */
  'out-of-range': 4,
  /** z is NaN: this bead has no Z-LUT. */
  'no-zlut': 8,
  /** The center is outside the middle half of the ROI: move the ROI. */
  'roi-edge': 16,
  /** At least one pixel is at the camera's largest count. */
  saturated: 32,
  /** z is of the outermost planes of the Z-LUT, where fewer of them could be fitted. */
  'lut-end': 64,
  /** A distinct second height matches nearly as well as the one given, or z is outside the useful range of its Z-LUT. */
  ambiguous: 128,
  /** z is NaN: no plane of the Z-LUT resembles the bead; x and y may be of something else. */
  unsure: 256,
  /** The image is not quite that of the Z-LUT's model: dirt, a neighbor, or another bead. */
  'poor-fit': 512,
} as const;

type TrackStatusName = keyof typeof TRACK_STATUS;

const NAMES = Object.keys(TRACK_STATUS) as TrackStatusName[];

/** Names of the bits that are set, joined by `+`; `ok` when none is. */
export function describeStatus(status: number): string {
  if (status === 0) return 'ok';
  return NAMES.filter((name) => status & TRACK_STATUS[name]).join('+');
}
