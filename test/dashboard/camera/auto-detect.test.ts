import { expect, test } from 'vitest';
import type { BeadProposal, ProposalKind } from '#protocol/bead-proposal.ts';
import type { PlacedRoi } from '#protocol/place-beads.ts';
import { createAutoDetect, proposalAt } from '../../../dashboard/camera/auto-detect.ts';
import type { BeadActions } from '../../../dashboard/link/bead-actions.ts';
import type { Answer, Ask } from '../../../dashboard/link/live-connection.ts';
import { createLiveStore } from '../../../dashboard/store/live-store.ts';

const proposal = (xPx: number, score: number, kind: ProposalKind = 'isolated'): BeadProposal => ({
  ...{ xPx, yPx: 50, score, kind, radiusPx: 12, roiSize: 32, neighborPx: null },
});
const FOUND = [proposal(40, 0.9), proposal(100, 0.6), proposal(160, 0.3), proposal(220, 0.8, 'pair')];

/** Auto-detect on a tracker that finds these, or refuses. */
function bench(refusal: string | null = null, accepts = true) {
  const asked: Ask[] = [];
  const placed: (readonly PlacedRoi[])[] = [];
  const request = async (ask: Ask, onAnswer?: (answer: Answer) => void) => {
    asked.push(ask);
    if (refusal === null) onAnswer?.({ type: 'proposals', id: 1, frame: 4, proposals: FOUND, tracked: 3 });
    return refusal;
  };
  const place = async (_: string, rois: readonly PlacedRoi[]) => {
    placed.push(rois);
    return accepts;
  };
  const connection = { request, close: () => {} };
  const detect = createAutoDetect(createLiveStore(), connection, { place } as unknown as BeadActions);
  return { asked, placed, detect };
}

test('one search serves every score and kind; what is clicked away is not added', async () => {
  const { asked, placed, detect } = bench();
  await detect.search();
  expect([detect.shown.value.length, detect.tracked.value]).toEqual([2, 3]);
  detect.minScore.value = 0.2;
  detect.toggleKind('pair');
  expect(detect.chosen.value).toEqual(FOUND);
  expect(detect.click(101, 49)).toBe(true);
  expect(detect.click(300, 50)).toBe(false);
  expect(detect.chosen.value).not.toContain(FOUND[1]);
  detect.click(40, 50);
  detect.click(40, 50);
  await detect.accept();
  expect(placed).toEqual([[40, 160, 220].map((xPx) => ({ left: xPx - 16, top: 34, size: 32 }))]);
  expect(detect.found.value).toBeNull();
  expect(asked).toEqual([{ type: 'detect-beads', roiSize: 64, clearance: 0.8 }]);
});

test('a click picks the seed and searches; a refusal is told and leaves no proposals', async () => {
  const { asked, detect } = bench('E_ROI seed bead: no rings there');
  detect.isPickingSeed.value = true;
  expect(detect.click(12.5, 30)).toBe(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toMatchObject([{ seed: { xPx: 12.5, yPx: 30 } }]);
  expect([detect.error.value, detect.found.value, detect.isSearching.value]).toEqual([
    'E_ROI seed bead: no rings there',
    null,
    false,
  ]);
});

test('beads that the tracker refuses to add stay proposed', async () => {
  const { detect } = bench(null, false);
  await detect.search();
  await detect.accept();
  expect(detect.found.value).toEqual(FOUND);
});

test('where rings overlap the nearer one is meant, and none beyond their radius', () => {
  expect(proposalAt([proposal(40, 1), proposal(50, 1)], 46, 50)?.xPx).toBe(50);
  expect(proposalAt([proposal(40, 1)], 53, 50)).toBeNull();
});
