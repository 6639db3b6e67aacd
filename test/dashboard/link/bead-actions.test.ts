import { describe, expect, test } from 'vitest';
import { LIVE_VERSION, type LiveBead } from '#protocol/live.ts';
import type { Role } from '#protocol/role.ts';
import { beadActions } from '../../../dashboard/link/bead-actions.ts';
import type { Answer, Ask } from '../../../dashboard/link/live-connection.ts';
import { createLiveStore } from '../../../dashboard/store/live-store.ts';
import { obeyBeads } from '../../support/fake-beads.ts';

const bead = (id: number): LiveBead => ({
  ...{ bead: id, left: 50 * id, top: 20, size: 48 },
  zLut: 'simulated',
});

/** Actions on a tracker that answers when `answer` is called, oldest request first. */
function bench(role: Role = 'operator') {
  const store = createLiveStore();
  const field = { beads: [bead(0), bead(1), bead(2)], nextBead: 3, width: 640, height: 480 };
  store.link.value = { phase: 'live' };
  store.apply({
    ...{ type: 'snapshot', version: LIVE_VERSION, role, camera: null, beads: field.beads, roiSize: 48 },
    ...{ engine: { engine: 'reference', device: '', why: '' }, pipeline: [], fits: false, recording: null },
  });
  const waiting: (() => void)[] = [];
  const asked: Ask[] = [];
  const request = (ask: Ask, onAnswer?: (answer: Answer) => void) => {
    asked.push(ask);
    return new Promise<string | null>((resolve) => {
      waiting.push(() => {
        const { error, message } = obeyBeads(field, { ...ask, id: 1 })!;
        if (message) onAnswer?.(message as Answer);
        if (error === null) store.apply({ type: 'beads', beads: field.beads });
        resolve(error);
      });
    });
  };
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const answer = async () => {
    await settle();
    waiting.shift()?.();
    await settle();
  };
  return { store, field, asked, answer, actions: beadActions(store, { request, close: () => {} }) };
}

describe('what a person does to beads', () => {
  test('is done one after the other, so that an undo waits for what it undoes', async () => {
    const { field, asked, answer, actions } = bench();
    void actions.remove(1);
    void actions.undo();
    void actions.undo();
    await answer();
    expect(field.beads.map((one) => one.bead)).toEqual([0, 2]);
    await answer();
    expect(field.beads).toEqual([bead(0), bead(1), bead(2)]);
    expect(asked).toEqual([
      { type: 'remove-bead', bead: 1 },
      { type: 'place-beads', remove: [], place: [{ bead: 1, left: 50, top: 20, size: 48 }] },
    ]);
  });

  test('nudges that come while one is under way are added up to one', async () => {
    const { field, asked, answer, actions } = bench();
    for (let press = 0; press < 5; press++) actions.nudge(2, 1, -1);
    await answer();
    await answer();
    expect(asked).toHaveLength(2);
    expect(field.beads[2]).toMatchObject({ left: 105, top: 15 });
    void actions.undo();
    await answer();
    expect(field.beads[2]).toMatchObject({ left: 100, top: 20 });
  });

  test('a refusal becomes the notice and is no step to undo', async () => {
    const { store, actions, answer } = bench();
    void actions.move(0, -500, 10);
    await answer();
    expect(store.notice.value).toContain('move the ROI inside the frame');
    expect(actions.nextUndo.value).toBeNull();
  });

  test('ROIs of another size lie about the tracked beads, and about their ROIs while these are lost', async () => {
    const { store, field, answer, actions } = bench();
    const point = { xPx: 60, yPx: 70, status: 0 } as never;
    store.newest.value = new Map([[1, point]]);
    void actions.resize([0, 1], 20, true);
    await answer();
    expect(field.beads.slice(0, 2)).toMatchObject([
      { left: 14, top: 34, size: 20 },
      { left: 50, top: 60, size: 20 },
    ]);
  });

  test('a Z-LUT of another ROI size is not lost unasked', async () => {
    const { store, field, asked, answer, actions } = bench();
    void actions.resize([1], 20, false);
    await answer();
    expect(store.notice.value).toMatch(/^E_ZLUT bead 1/);
    expect([field.beads[1], asked]).toMatchObject([bead(1), [{ type: 'place-beads' }]]);
    expect(asked[0]).not.toHaveProperty('mayLoseZ');
    void actions.resize([1], 20, true);
    await answer();
    expect(field.beads[1]).toMatchObject({ bead: 1, size: 20, zLut: null });
  });

  test('is not asked for a viewer, who is told why', async () => {
    const { store, asked, actions } = bench('viewer');
    await actions.add(10, 10);
    expect(asked).toEqual([]);
    expect(store.notice.value).toContain('operator');
    expect(actions.whyNot.value).toContain('operator');
  });
});
