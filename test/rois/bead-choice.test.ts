import { describe, expect, test } from 'vitest';
import { ofOneKind, oneEach, type RingFind } from '#rois/bead-choice.ts';

function find(facts: Partial<RingFind>): RingFind {
  return {
    x: 100,
    y: 60,
    scale: 1,
    radius: 20,
    extent: 24,
    strength: 10,
    balance: 0.6,
    agreement: 0.97,
    lowAgreement: 0.95,
    mirror: 0.95,
    ...facts,
  };
}

describe('one find for each set of rings', () => {
  test('is the finest of equals, and a coarser one when it is clearly rounder', () => {
    const fine = find({});
    const coarse = find({ x: 101, scale: 2 });
    expect(oneEach([coarse, fine])).toEqual([fine]);
    const blurred = find({ lowAgreement: 0.7 });
    expect(oneEach([blurred, coarse])).toEqual([coarse]);
  });

  test('keeps touching beads apart', () => {
    const pair = [find({}), find({ x: 118 }), find({ x: 104, strength: 2 })];
    expect(oneEach(pair)).toEqual(pair.slice(0, 2));
  });
});

describe('finds of one kind', () => {
  test('two beads outweigh a hundred specks of dust', () => {
    const beads = [
      find({ radius: 32, agreement: 0.85, lowAgreement: 0.8 }),
      find({ x: 300, radius: 30, agreement: 0.9 }),
    ];
    const dust = Array.from({ length: 100 }, (_, i) =>
      find({ x: i, radius: 6, strength: 1, agreement: 0.99 }),
    );
    expect(ofOneKind([...dust, ...beads], 0.2)).toEqual(beads);
  });

  test('twenty beads outweigh a large shadow', () => {
    const beads = Array.from({ length: 20 }, (_, i) => find({ x: 80 * i }));
    const shadow = find({ radius: 200, strength: 4, agreement: 0.9, lowAgreement: 0.85 });
    expect(ofOneKind([shadow, ...beads], 0.2)).toEqual(beads);
  });

  test('weak, small, large and ragged ones are left out', () => {
    const beads = [
      find({}),
      find({}),
      find({}),
      find({}),
      find({}),
      find({ strength: 3 }),
      find({ radius: 8 }),
      find({ agreement: 0.9 }),
    ];
    const others = [
      find({ strength: 1 }),
      find({ radius: 6 }),
      find({ radius: 61, strength: 3 }),
      find({ agreement: 0.8 }),
    ];
    expect(ofOneKind([...beads, ...others], 0.2)).toEqual(beads);
  });

  test('nothing gives nothing', () => {
    expect(ofOneKind([], 0.2)).toEqual([]);
    expect(oneEach([])).toEqual([]);
  });
});
