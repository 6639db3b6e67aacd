import { describe, expect, test } from 'vitest';
import { type BeadStep, changeBetween, createBeadHistory } from '../../../dashboard/store/bead-history.ts';

const roi = (bead: number, left = 10 * bead) => ({ bead, left, top: 5, size: 32 });
const yes = async () => true;

describe('what leads from some ROIs to others', () => {
  test('is to remove the new ones, and to place the old and the changed ones as they were', () => {
    expect(changeBetween([roi(1, 99), roi(4)], [roi(1), roi(2)], () => true)).toEqual({
      remove: [4],
      place: [roi(1), roi(2)],
    });
  });

  test('leaves beads alone that somebody else removed meanwhile', () => {
    const isThere = (bead: number) => bead === 3;
    expect(changeBetween([roi(1, 99), roi(3, 0), roi(4)], [roi(1), roi(3), roi(2)], isThere)).toEqual({
      remove: [],
      place: [roi(3), roi(2)],
    });
  });
});

describe('the history', () => {
  test('undoes the last step first and does it again; a new step ends what could be done again', async () => {
    const history = createBeadHistory();
    const undone: string[] = [];
    const note = async ({ label }: BeadStep) => undone.push(label) > 0;
    history.note({ label: 'first', before: [], after: [roi(1)] });
    history.note({ label: 'second', before: [], after: [roi(2)] });
    await history.takeBack(note);
    expect([undone, history.nextUndo.value, history.nextRedo.value]).toEqual([['second'], 'first', 'second']);
    await history.bringBack(yes);
    expect([history.nextUndo.value, history.nextRedo.value]).toEqual(['second', null]);
    await history.takeBack(yes);
    history.note({ label: 'third', before: [], after: [] });
    expect(history.nextRedo.value).toBeNull();
  });

  test('steps that join keep the first before and the last after; a refused undo stays', async () => {
    const history = createBeadHistory();
    for (const left of [1, 2, 3]) {
      history.note({ label: 'nudge', joins: 'nudge 1', before: [roi(1, left - 1)], after: [roi(1, left)] });
    }
    await history.takeBack(async () => false);
    expect(history.nextUndo.value).toBe('nudge');
    let step: BeadStep | null = null;
    await history.takeBack(async (taken) => {
      step = taken;
      return true;
    });
    expect(step).toMatchObject({ before: [roi(1, 0)], after: [roi(1, 3)] });
    expect(history.nextUndo.value).toBeNull();
  });
});
