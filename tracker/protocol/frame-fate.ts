/** What can become of a frame the camera numbered; every frame has exactly one fate. */
export const FRAME_FATES = {
  tracked: 'tracked and handed to every sink',
  'dropped-adapter': 'the adapter had no credit left and dropped it',
  'dropped-link':
    'its number is missing although the adapter reported no drop: lost by the camera or on the way',
  'dropped-ring': 'it arrived while the ring of frames waiting for the engine was full',
  'dropped-engine': 'the engine failed on it or went away while it was in flight',
  'dropped-late': 'it arrived after a later frame, when it had been given up',
  refused: 'it was not what the hello announced',
  'camera-away': 'its number passed while the camera was disconnected',
  'recorder-overrun': 'tracked, but not recorded: the disk could not keep up',
} as const;

export type FrameFate = keyof typeof FRAME_FATES;

/** How many frames met each fate; the sum is the frames the camera offered. */
export type FateCounts = Record<FrameFate, number>;

/** No frame yet. */
export function noFates(): FateCounts {
  const counts: Partial<FateCounts> = {};
  for (const fate of Object.keys(FRAME_FATES) as FrameFate[]) counts[fate] = 0;
  return counts as FateCounts;
}
