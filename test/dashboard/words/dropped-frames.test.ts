import { expect, test } from 'vitest';
import { noFates } from '#protocol/frame-fate.ts';
import { droppedFrames } from '../../../dashboard/words/dropped-frames.ts';

test('every fate but tracked counts as dropped, with its meaning', () => {
  const ledger = { ...noFates(), offered: 110, 'in-flight': 3, tracked: 90, 'dropped-ring': 12, refused: 5 };
  const { drops, total } = droppedFrames(ledger);
  expect(total).toBe(17);
  expect(drops).toContainEqual({
    reason: 'dropped-ring',
    frames: 12,
    meaning: expect.stringContaining('ring'),
  });
  expect(drops.map(({ reason }) => reason)).not.toContain('in-flight');
});

test('a reason this page does not know counts, too', () => {
  expect(droppedFrames({ offered: 2, tracked: 1, 'dropped-moon': 1 }).total).toBe(1);
});
