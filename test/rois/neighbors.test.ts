import { expect, test } from 'vitest';
import type { RingFind } from '#rois/bead-choice.ts';
import { groupSizes, nearestPx } from '#rois/neighbors.ts';

function place(x: number, y: number, beads = 1) {
  const rings = { strength: 9, balance: 0.5, agreement: 1, lowAgreement: 1, mirror: 1 };
  const find: RingFind = { x, y, scale: 1, radius: 20, extent: 24, ...rings };
  return { find, beads };
}

test('a group is whoever is near somebody of it, and its size counts two beads within one another twice', () => {
  const chain = [place(0, 0), place(45, 0), place(90, 0)];
  const alone = place(300, 0);
  const merged = place(500, 0, 2);
  const sizes = groupSizes([...chain, alone, merged], 50);
  expect(chain.map((one) => sizes.get(one))).toEqual([3, 3, 3]);
  expect(sizes.get(alone)).toBe(1);
  expect(sizes.get(merged)).toBe(2);
});

test('two beads within one another reach half a radius further', () => {
  const one = place(0, 0);
  const near = place(59, 0, 2);
  const far = place(61, 0, 2);
  expect(groupSizes([one, near], 50).get(one)).toBe(3);
  expect(groupSizes([one, far], 50).get(one)).toBe(1);
});

test('the nearest other one is told in px, none as null', () => {
  const [a, b, c] = [place(0, 0), place(30, 40), place(0, 200)];
  expect(nearestPx(a, [a, b, c])).toBe(50);
  expect(nearestPx(a, [a])).toBeNull();
});
