import { z } from 'zod';

/** Beads of one request at most. */
const MOST_BEADS = 512;

/** Names, not paths: what a Z-LUT is called in the list; the tracker looks it up there and nowhere else. */
const zLutId = z.string().min(1).max(300);

/** Has beads tracked with a Z-LUT of the list from now on; an operator's request. */
export const zLutAssignRequest = z.strictObject({
  type: z.literal('z-lut-assign'),
  id: z.number().int(),
  /** Null takes away the one they have: x and y only. */
  zLut: zLutId.nullable(),
  /** All when left out. */
  beads: z.array(z.number().int().min(0)).min(1).max(MOST_BEADS).optional(),
});

export type ZLutAssignRequest = z.output<typeof zLutAssignRequest>;
