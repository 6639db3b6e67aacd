import { describe, expect, test } from 'vitest';
import { type BeadProposal, chooseProposals } from '#protocol/bead-proposal.ts';
import { FrameError, RoiError } from '#protocol/errors.ts';
import { proposeBeads } from '#rois/propose-beads.ts';
import { type BeadField, beadField, type FieldObject } from './bead-field.ts';
import { syntheticField } from './synthetic-field.ts';

// Beads whose light mixes are found less exactly than the 1 px of a lone one.
const WITHIN_PX = 4;

function at<T extends { xPx: number; yPx: number }>(
  all: readonly T[],
  { xPx, yPx }: { xPx: number; yPx: number },
) {
  return all.find((one) => Math.hypot(one.xPx - xPx, one.yPx - yPx) < WITHIN_PX);
}

const fields = [1, 2, 3, 4].map(beadField);
const found = fields.map((field) => proposeBeads(field.pixels, field, { roiSize: 64 }));

/** Of all fields: what is in them, with what is proposed there at the usual limit of score. */
function matched(wanted: (object: FieldObject) => boolean): (BeadProposal | undefined)[] {
  return fields.flatMap((field, index) => {
    const proposals = chooseProposals(found[index]!, {});
    return field.objects.filter(wanted).map((object) => at(proposals, object));
  });
}

const share = <T>(all: readonly T[], is: (one: T) => boolean) => all.filter(is).length / all.length;

/** Proposals of a kind with what is in the field there. */
function proposedAs(kind: string): (FieldObject | undefined)[] {
  return fields.flatMap((field: BeadField, index) =>
    chooseProposals(found[index]!, {})
      .filter((proposal) => proposal.kind === kind)
      .map((proposal) => at(field.objects, proposal)),
  );
}

describe('four simulated fields: lone beads of two sizes, pairs, clusters, dust, saturated cells, uneven light', () => {
  test.each([500, 1000])('at least 97 %% of the lone beads of %i nm are proposed as isolated', (radiusNm) => {
    const beads = matched((object) => object.kind === 'isolated' && object.radiusNm === radiusNm);
    expect(beads.length).toBeGreaterThan(40);
    expect(share(beads, (proposal) => proposal?.kind === 'isolated')).toBeGreaterThanOrEqual(0.97);
  });

  test('at least 97 % of what is proposed as isolated is a lone bead, and neither dust nor a cell', () => {
    const proposed = proposedAs('isolated');
    expect(share(proposed, (object) => object?.kind === 'isolated')).toBeGreaterThanOrEqual(0.97);
    expect(proposed.every((object) => object !== undefined && object.radiusNm > 0)).toBe(true);
  });

  test('at least 95 % of the beads of a pair are marked as such, and nothing else but parts of clusters', () => {
    const beads = matched(({ kind }) => kind === 'pair');
    expect(share(beads, (proposal) => proposal?.kind === 'pair')).toBeGreaterThanOrEqual(0.95);
    expect(proposedAs('pair').every((object) => object && ['pair', 'cluster'].includes(object.kind))).toBe(
      true,
    );
  });

  test('of clusters, whose beads hide one another, half of the beads are marked and all marked are theirs', () => {
    const beads = matched(({ kind }) => kind === 'cluster');
    expect(share(beads, (proposal) => proposal?.kind === 'cluster')).toBeGreaterThanOrEqual(0.5);
    // At most one in twenty looks alone.
    expect(share(beads, (proposal) => proposal?.kind === 'isolated')).toBeLessThan(0.05);
    expect(proposedAs('cluster').every((object) => object?.kind === 'cluster')).toBe(true);
  });

  test('nothing is proposed where dust or a cell is, except as something else', () => {
    for (const proposal of matched(({ radiusNm }) => radiusNm === 0)) {
      expect(proposal?.kind ?? 'other').toBe('other');
    }
  });

  test('like a seed of either size: all lone beads of that size above 0.7, none of the other', () => {
    for (const field of fields) {
      for (const radiusNm of [500, 1000]) {
        const lone = field.objects.filter(({ kind }) => kind === 'isolated');
        const own = lone.filter((object) => object.radiusNm === radiusNm);
        const { xPx, yPx } = own[0]!;
        const options = { roiSize: 64, seed: { xPx: xPx + 3, yPx: yPx - 2 } };
        const proposals = chooseProposals(proposeBeads(field.pixels, field, options), {
          minScore: 0.7,
          kinds: ['isolated'],
        });
        expect(own.every((object) => at(proposals, object))).toBe(true);
        const others = lone.filter((object) => object.radiusNm !== radiusNm);
        expect(others.some((object) => at(proposals, object))).toBe(false);
      }
    }
  });
});

describe('proposals for beads', () => {
  const field = syntheticField(480, 320, 3)
    .rings(80, 90, 22)
    .rings(240, 90, 22)
    .rings(262, 200, 22)
    .rings(20, 200, 22);
  const pixels = field.expose(3);
  const kindAt = (proposals: BeadProposal[], xPx: number, yPx: number) => at(proposals, { xPx, yPx })?.kind;

  test('come with the distance of the nearest other bead and the size asked for, the best first', () => {
    const proposals = chooseProposals(proposeBeads(pixels, field, { roiSize: 60 }), {});
    expect(proposals).toHaveLength(4);
    expect(proposals.every(({ roiSize }) => roiSize === 60)).toBe(true);
    expect(at(proposals, { xPx: 240, yPx: 90 })!.neighborPx).toBeCloseTo(Math.hypot(22, 110), 0);
    const scores = proposals.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(proposeBeads(pixels, field, { roiSize: 60 }).every(({ score }) => score >= 0 && score <= 1)).toBe(
      true,
    );
  });

  test('are isolated while their neighbors are as many ROI sizes away as asked, and at the edge when no ROI fits', () => {
    const near = proposeBeads(pixels, field, { roiSize: 60, clearance: 1.8 });
    expect(kindAt(near, 240, 90)).toBe('isolated');
    const far = proposeBeads(pixels, field, { roiSize: 60, clearance: 1.9 });
    expect(kindAt(far, 240, 90)).toBe('pair');
    expect(kindAt(far, 262, 200)).toBe('pair');
    expect(kindAt(far, 80, 90)).toBe('isolated');
    expect(kindAt(far, 20, 200)).toBe('edge');
    expect(kindAt(proposeBeads(pixels, field, { roiSize: 60, clearance: 3 }), 80, 90)).toBe('cluster');
  });

  test('without an ROI size, suggest one that covers the rings', () => {
    for (const { roiSize } of chooseProposals(proposeBeads(pixels, field), {})) {
      expect(roiSize % 2).toBe(0);
      expect(roiSize).toBeGreaterThanOrEqual(48);
      expect(roiSize).toBeLessThanOrEqual(76);
    }
  });

  test('two beads half within one another are a pair', () => {
    const merged = syntheticField(480, 320, 4).rings(80, 90, 24).rings(393, 200, 24).rings(407, 200, 24);
    const proposals = proposeBeads(merged.expose(2), merged, { roiSize: 60 });
    expect(kindAt(proposals, 80, 90)).toBe('isolated');
    expect(kindAt(proposals, 393, 200)).toBe('pair');
    expect(kindAt(proposals, 407, 200)).toBe('pair');
  });

  test('the seed itself is as like itself as can be, whatever it is', () => {
    const odd = syntheticField(480, 320, 5).rings(80, 90, 22).rings(240, 90, 22).rings(400, 90, 9, 0.1);
    const proposals = proposeBeads(odd.expose(1), odd, { roiSize: 60, seed: { xPx: 402, yPx: 91 } });
    expect(proposals[0]).toMatchObject({ kind: 'isolated' });
    expect(proposals[0]!.score).toBeGreaterThan(0.95);
    expect(Math.hypot(proposals[0]!.xPx - 400, proposals[0]!.yPx - 90)).toBeLessThan(1);
    expect(kindAt(proposals, 80, 90)).toBe('other');
  });

  test('a seed where nothing is, is refused with its place', () => {
    expect(() => proposeBeads(pixels, field, { seed: { xPx: 400, yPx: 280 } })).toThrow(RoiError);
    expect(() => proposeBeads(pixels, field, { seed: { xPx: 400, yPx: 280 } })).toThrow(/x 400.0, y 280.0/);
  });

  test('a frame of noise, of one color or of a few pixels gives none', () => {
    const noise = syntheticField(300, 200, 6);
    expect(chooseProposals(proposeBeads(noise.expose(5), noise), {})).toEqual([]);
    expect(proposeBeads(new Uint8Array(300 * 200).fill(9), noise)).toEqual([]);
    expect(proposeBeads(new Uint8Array(3), { width: 3, height: 1 })).toEqual([]);
  });

  test('pixels that are not a frame of the size given are refused', () => {
    expect(() => proposeBeads(new Uint8Array(99), { width: 10, height: 10 })).toThrow(FrameError);
  });
});

test('choosing proposals keeps kinds and scores asked for', () => {
  const base = { xPx: 0, yPx: 0, radiusPx: 9, roiSize: 32, neighborPx: null };
  const all: BeadProposal[] = [
    { ...base, kind: 'isolated', score: 0.9 },
    { ...base, kind: 'pair', score: 0.8 },
    { ...base, kind: 'isolated', score: 0.4 },
  ];
  expect(chooseProposals(all, {})).toEqual(all.slice(0, 2));
  expect(chooseProposals(all, { minScore: 0, kinds: ['isolated'] })).toEqual([all[0], all[2]]);
});
