import { z } from 'zod';
import { MAX_ROI_SIZE, MIN_ROI_SIZE, type Roi } from './roi.ts';

/** Beads that one request places or removes at most: 64 kB of a message hold them. */
export const MOST_PLACED_BEADS = 1000;
/** Largest id that may be asked for: ids that follow still fit into 32 bits. */
export const MAX_BEAD_ID = 999_999_999;

const beadId = z.number().int().min(0).max(MAX_BEAD_ID);

/** An ROI to be; without an id it gets the next free one. */
const placedRoi = z.strictObject({
  bead: beadId.optional(),
  left: z.number().int(),
  top: z.number().int(),
  size: z.number().int().min(MIN_ROI_SIZE).max(MAX_ROI_SIZE),
  /** As before, or as new beads do, when left out. */
  follow: z.boolean().optional(),
});

/**
 * Removes beads and puts ROIs in place, all or nothing: an ROI of a bead that is there moves and changes its size, one
 * of another id is added, so that a bead that was removed comes back as itself. Near the border an ROI is moved inside.
 */
export const placeBeadsRequest = z.strictObject({
  type: z.literal('place-beads'),
  id: z.number().int(),
  remove: z.array(beadId).max(MOST_PLACED_BEADS).optional(),
  place: z.array(placedRoi).max(MOST_PLACED_BEADS).optional(),
});

export type PlacedRoi = z.output<typeof placedRoi>;

/** Where the beads of a request to add, move or place them are now; sent before its reply to whoever asked. */
export interface PlacedMessage {
  type: 'placed';
  /** Of the request. */
  id: number;
  /** In the order of the request. */
  rois: Roi[];
}
