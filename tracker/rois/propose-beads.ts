import { type BeadProposal, DEFAULT_CLEARANCE, type ProposalKind } from '#protocol/bead-proposal.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import { distance, isOfKind, oneEach, type RingFind, type RingKind, typicalKind } from './bead-choice.ts';
import { roiInside, suggestRoiSize } from './find-beads.ts';
import { groupSizes, nearestPx } from './neighbors.ts';
import { levelsToSearch, MIN_LOW_AGREEMENT, radiiToFind, searchRings } from './ring-search.ts';
import { createLikeness, seedFind } from './seed-likeness.ts';

export interface ProposeBeadsOptions {
  /** Side of the ROIs, px; suggested from the beads when left out. */
  roiSize?: number | undefined;
  /** Beads nearer than this many ROI sizes are neighbors. Default 0.8. */
  clearance?: number | undefined;
  /** A place on a bead that the others should be like, px of the frame. */
  seed?: { xPx: number; yPx: number } | undefined;
  /** Smallest radius of the outermost ring, px. Default 6. */
  minRadiusPx?: number | undefined;
}

interface Frame {
  width: number;
  height: number;
}

/** Rings with what they are: a bead, two beads within one another, or something else. */
interface Judged {
  find: RingFind;
  beads: 0 | 1 | 2;
}

// As low as the score can tell apart from nothing.
const MIN_AGREEMENT = 0.5;
const BEAD_MIN_AGREEMENT = 0.7;
const BEAD_LIMITS = { minRelativeStrength: 0.2, maxDeficit: 0.15 };
const SEED_LIMITS = { ...BEAD_LIMITS, maxRadiusRatio: 1.5 };
// The point between two beads that touch is a radius from both, and half as round as they are.
const TAKEN_RADII = 1.25;
// Two beads within one another: as strong and large as one, and no direction like its neighbors, but each like its opposite.
const MERGED_MIN_MIRROR = 0.75;
const MERGED_LIMITS = { minRelativeStrength: 0.2, maxDeficit: 0.6, maxRadiusRatio: 1.5 };

// Rings of this share of the usual strength count half.
const WEAK = 0.1;

/**
 * Proposes places for ROIs: beads, with what a person needs to choose among them, and what else has rings.
 *
 * Kinds and scores hold for all limits of score, so that a limit can be moved without another search.
 * @param pixels [row, column]
 * @returns the best first
 * @throws {FrameError} when the number of pixels is not width x height
 * @throws {RoiError} when there are no rings at the seed
 */
export function proposeBeads(
  pixels: Pixels,
  frame: Frame,
  options: ProposeBeadsOptions = {},
): BeadProposal[] {
  const { clearance = DEFAULT_CLEARANCE, seed, minRadiusPx } = options;
  const radii = radiiToFind(options.roiSize, minRadiusPx);
  const levels = levelsToSearch(pixels, frame, radii);
  const finds = searchRings(levels, radii, MIN_AGREEMENT, -1);
  const example = seed ? seedFind(oneEach(finds), seed) : null;
  const judged = judge(finds, example);

  const beads = judged.filter((one) => one.beads > 0);
  const likes = beads.filter(
    ({ find, beads }) => beads === 1 && (!example || isOfKind(find, example, SEED_LIMITS)),
  );
  const common =
    options.roiSize ??
    suggestRoiSize(
      likes.map(({ find }) => ({ xPx: find.x, yPx: find.y, radiusPx: find.radius })),
      frame,
    );
  const kind = example ?? typicalKind(likes.map(({ find }) => find));
  const likeness = example && createLikeness(levels, example);
  const sizes = groupSizes(beads, clearance * common);
  return judged
    .map((one): BeadProposal => {
      const { find } = one;
      const place = { xPx: find.x, yPx: find.y };
      const isLike = one.beads === 2 || likes.includes(one);
      const roiSize =
        options.roiSize ?? (isLike ? common : suggestRoiSize([{ ...place, radiusPx: find.radius }], frame));
      return {
        ...place,
        radiusPx: find.radius,
        roiSize,
        score: likeness ? likeness(find) : qualityOf(one, kind),
        kind: !isLike ? 'other' : roiInside(0, place, roiSize, frame) ? crowdOf(sizes.get(one)!) : 'edge',
        neighborPx: nearestPx(one, beads),
      };
    })
    .sort((a, b) => b.score - a.score || a.yPx - b.yPx || a.xPx - b.xPx);
}

function crowdOf(beads: number): ProposalKind {
  if (beads === 1) return 'isolated';
  return beads === 2 ? 'pair' : 'cluster';
}

/** One judgment for each set of rings: first the beads, then what lies clear of them. */
function judge(finds: readonly RingFind[], example: RingFind | null): Judged[] {
  const round = finds.filter(
    ({ agreement, lowAgreement }) => agreement >= BEAD_MIN_AGREEMENT && lowAgreement >= MIN_LOW_AGREEMENT,
  );
  const each = oneEach(round);
  const kind = typicalKind(each);
  const beads = each.filter(
    (find) => isOfKind(find, kind, BEAD_LIMITS) || (example && isOfKind(find, example, SEED_LIMITS)),
  );
  // Whatever it is, somebody pointed at it.
  if (example && !beads.some((bead) => distance(bead, example) < bead.radius)) beads.push(example);
  const clear = finds.filter(
    (find) => !beads.some((bead) => distance(find, bead) < TAKEN_RADII * bead.radius),
  );
  const pairs = apart(clear.filter((find) => isMergedPair(find, kind)));
  const others = oneEach(clear.filter((find) => !pairs.some((pair) => distance(find, pair) < pair.radius)));
  return [
    ...beads.map((find): Judged => ({ find, beads: 1 })),
    ...pairs.map((find): Judged => ({ find, beads: 2 })),
    ...others.map((find): Judged => ({ find, beads: 0 })),
  ];
}

/** The strongest of those that lie within one another. */
function apart(finds: readonly RingFind[]): RingFind[] {
  const kept: RingFind[] = [];
  for (const find of [...finds].sort((a, b) => b.strength - a.strength)) {
    if (!kept.some((other) => distance(find, other) < other.radius)) kept.push(find);
  }
  return kept;
}

function isMergedPair(find: RingFind, kind: RingKind): boolean {
  return find.mirror >= MERGED_MIN_MIRROR && isOfKind(find, kind, MERGED_LIMITS);
}

/** Roundness, for two beads symmetry, less for rings much weaker or of another size than usual. */
function qualityOf({ find, beads }: Judged, kind: RingKind): number {
  const roundness = beads === 2 ? find.mirror : Math.max(0, (find.agreement + find.lowAgreement) / 2);
  const strength = find.strength / (find.strength + WEAK * kind.strength);
  const ratio = Math.min(find.radius / kind.radius, kind.radius / find.radius);
  return Math.min(1, roundness * strength * (1 + WEAK) * Math.sqrt(ratio));
}
