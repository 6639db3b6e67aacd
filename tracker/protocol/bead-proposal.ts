/** What a set of rings is, for somebody who wants beads to track; every proposal is one of these. */
export const PROPOSAL_KINDS = {
  isolated: 'a bead clear of its neighbors',
  pair: 'one of two beads near each other, or two within one another',
  cluster: 'one of three or more beads near each other',
  edge: 'a bead whose ROI does not fit into the frame',
  other: 'rings unlike the beads: dust, debris, cells, what floats out of focus',
} as const;

export type ProposalKind = keyof typeof PROPOSAL_KINDS;

/** A place where a bead may be. */
export interface BeadProposal {
  /** Middle of the rings, px of the frame, good to about 1 px. */
  xPx: number;
  yPx: number;
  /** Radius of the outermost clear ring, px. */
  radiusPx: number;
  /** Side of an ROI that suits it, px. */
  roiSize: number;
  /** How round and strong its rings are, or how like those of the seed, 0 to 1. */
  score: number;
  kind: ProposalKind;
  /** Distance of the nearest other bead, px; null without one. */
  neighborPx: number | null;
}

/** Proposals below this are not shown unless somebody asks. */
export const DEFAULT_MIN_SCORE = 0.5;
/** Beads nearer than this many ROI sizes are neighbors: the clear rings of one reach into the ROI of the other. */
export const DEFAULT_CLEARANCE = 0.8;

/** Answer to a request to detect beads. */
export interface ProposalsMessage {
  type: 'proposals';
  /** Of the request. */
  id: number;
  /** Of the frame that was searched. */
  frame: number;
  /** The best first; without those in the middle of an ROI that is tracked. */
  proposals: BeadProposal[];
  /** How many those are. */
  tracked: number;
}

/** The proposals of these kinds with at least this score. */
export function chooseProposals(
  proposals: readonly BeadProposal[],
  { minScore = DEFAULT_MIN_SCORE, kinds }: { minScore?: number; kinds?: readonly ProposalKind[] },
): BeadProposal[] {
  return proposals.filter(({ score, kind }) => score >= minScore && (!kinds || kinds.includes(kind)));
}
