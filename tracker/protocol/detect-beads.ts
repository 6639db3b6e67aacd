import { z } from 'zod';
import { PROPOSAL_KINDS, type ProposalKind } from './bead-proposal.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from './roi.ts';

const kinds = z.enum(Object.keys(PROPOSAL_KINDS) as [ProposalKind, ...ProposalKind[]]);

/** Asks for proposals in the next whole frame; a `proposals` message to whoever asks comes before the reply. */
export const detectBeadsRequest = z.strictObject({
  type: z.literal('detect-beads'),
  id: z.number().int(),
  /** A place on a bead: what is like it is proposed. Without one, all that is like most beads. */
  seed: z.strictObject({ xPx: z.number().finite(), yPx: z.number().finite() }).optional(),
  /** Least score of what is sent; 0 when left out, so that a limit can be moved without asking again. */
  minScore: z.number().min(0).max(1).optional(),
  /** px; suggested from the beads when left out. */
  roiSize: z.number().int().min(MIN_ROI_SIZE).max(MAX_ROI_SIZE).optional(),
  /** Kinds to send; all when left out. */
  kinds: z.array(kinds).max(Object.keys(PROPOSAL_KINDS).length).optional(),
  /** In ROI sizes; 0.8 when left out. */
  clearance: z.number().min(0).max(4).optional(),
});

export type DetectBeadsRequest = z.output<typeof detectBeadsRequest>;
