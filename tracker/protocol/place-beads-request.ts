import { z } from 'zod';
import { MAX_BEAD_ID, MOST_PLACED_BEADS } from './place-beads.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from './roi.ts';

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
  /** Whether beads whose Z-LUTs are of another ROI size may lose them, and z with them; refused otherwise. */
  mayLoseZ: z.boolean().optional(),
});

type PlaceBeadsRequest = z.output<typeof placeBeadsRequest>;

export type PlacedRoi = NonNullable<PlaceBeadsRequest['place']>[number];
