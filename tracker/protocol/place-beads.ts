import type { Roi } from './roi.ts';

export type { PlacedRoi } from './place-beads-request.ts';

/** Beads that one request places or removes at most: 64 kB of a message hold them. */
export const MOST_PLACED_BEADS = 1000;
/** Largest id that may be asked for: ids that follow still fit into 32 bits. */
export const MAX_BEAD_ID = 999_999_999;

/** Where the beads of a request to add, move or place them are now; sent before its reply to whoever asked. */
export interface PlacedMessage {
  type: 'placed';
  /** Of the request. */
  id: number;
  /** In the order of the request. */
  rois: Roi[];
}
