import { computed, signal } from '@preact/signals';
import {
  type BeadProposal,
  chooseProposals,
  DEFAULT_CLEARANCE,
  DEFAULT_MIN_SCORE,
  type ProposalKind,
} from '#protocol/bead-proposal.ts';
import type { PlacedRoi } from '#protocol/place-beads.ts';
import type { BeadActions } from '../link/bead-actions.ts';
import type { LiveConnection } from '../link/live-connection.ts';
import type { LiveStore } from '../store/live-store.ts';

/** A place, px of the frame. */
export interface Place {
  xPx: number;
  yPx: number;
}

/** Beads that the tracker proposes, and what a person makes of them. */
export function createAutoDetect(store: LiveStore, { request }: LiveConnection, actions: BeadActions) {
  const found = signal<readonly BeadProposal[] | null>(null);
  const tracked = signal(0);
  const isSearching = signal(false);
  const error = signal<string | null>(null);
  const minScore = signal(DEFAULT_MIN_SCORE);
  const kinds = signal<ReadonlySet<ProposalKind>>(new Set(['isolated']));
  const rejected = signal<ReadonlySet<BeadProposal>>(new Set());
  /** Whether the next click in the picture is on the bead that the others should be like. */
  const isPickingSeed = signal(false);
  const seed = signal<Place | null>(null);
  /** px; that of new beads when null. */
  const roiSize = signal<number | null>(null);
  /** In ROI sizes. */
  const clearance = signal(DEFAULT_CLEARANCE);
  const sizeNow = () => roiSize.value ?? store.newRoiSize.value ?? store.roiSize.value;

  const shown = computed(() =>
    chooseProposals(found.value ?? [], { minScore: minScore.value, kinds: [...kinds.value] }),
  );
  const chosen = computed(() => shown.value.filter((proposal) => !rejected.value.has(proposal)));

  async function search(): Promise<void> {
    isSearching.value = true;
    error.value = null;
    isPickingSeed.value = false;
    const ask = {
      type: 'detect-beads' as const,
      roiSize: sizeNow(),
      clearance: clearance.value,
      ...(seed.value && { seed: seed.value }),
    };
    error.value = await request(ask, (answer) => {
      if (answer.type !== 'proposals') return;
      found.value = answer.proposals;
      tracked.value = answer.tracked;
      rejected.value = new Set();
    });
    if (error.value !== null) found.value = null;
    isSearching.value = false;
  }

  function close(): void {
    found.value = null;
    error.value = null;
    isPickingSeed.value = false;
  }

  return {
    found,
    tracked,
    isSearching,
    error,
    minScore,
    kinds,
    rejected,
    isPickingSeed,
    seed,
    roiSize,
    clearance,
    /** px of the ROIs that are searched for. */
    size: computed(sizeNow),
    /** Proposals of the kinds and scores wanted, with those that were clicked away. */
    shown,
    /** Those that would be added. */
    chosen,
    search,
    close,
    toggleKind(kind: ProposalKind): void {
      const next = new Set(kinds.value);
      if (!next.delete(kind)) next.add(kind);
      kinds.value = next;
    },
    /** Takes a click in the picture: picks the seed, or rejects a proposal or takes it again. */
    click(xPx: number, yPx: number): boolean {
      if (isPickingSeed.value) {
        seed.value = { xPx, yPx };
        void search();
        return true;
      }
      const hit = proposalAt(shown.value, xPx, yPx);
      if (hit) {
        const next = new Set(rejected.value);
        if (!next.delete(hit)) next.add(hit);
        rejected.value = next;
      }
      return hit !== null;
    },
    /** Adds those chosen, in one step. */
    async accept(): Promise<void> {
      const rois = chosen.value.map(roiOf);
      const label = rois.length === 1 ? 'accept a bead' : `accept ${rois.length} beads`;
      if (await actions.place(label, rois)) close();
    },
  };
}

export type AutoDetect = ReturnType<typeof createAutoDetect>;

function roiOf({ xPx, yPx, roiSize }: BeadProposal): PlacedRoi {
  return { left: Math.round(xPx - roiSize / 2), top: Math.round(yPx - roiSize / 2), size: roiSize };
}

/** The proposal whose rings are under a position, the nearest where they overlap. */
export function proposalAt(
  proposals: readonly BeadProposal[],
  xPx: number,
  yPx: number,
): BeadProposal | null {
  let found: BeadProposal | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const proposal of proposals) {
    const distance = Math.hypot(proposal.xPx - xPx, proposal.yPx - yPx);
    if (distance > Math.max(proposal.radiusPx, proposal.roiSize / 4) || distance >= nearest) continue;
    nearest = distance;
    found = proposal;
  }
  return found;
}
