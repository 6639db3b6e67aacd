import { describe, expect, test } from 'vitest';
import { ringExample } from '#engines/ring-example.ts';
import { FrameTracker } from '#pipeline/frame-tracker.ts';
import type { Roi } from '#protocol/roi.ts';
import type { TrackedFrame } from '#sinks/track-sink.ts';
import { manualHost } from '../support/manual-host.ts';

function harness(batches = 1) {
  const manual = manualHost(batches);
  /** What the host was told, in order, batches by their frames' first pixels. */
  const told: string[] = [];
  const { host } = manual;
  const { configure, moveRois, track } = host;
  const places = (rois: readonly Roi[]) => rois.map(({ left }) => left).join(' ');
  host.configure = (setup) => {
    told.push(`${setup.layout} ${places(setup.rois)}`);
    return configure(setup);
  };
  host.moveRois = (rois) => {
    told.push(`move ${places(rois)}`);
    return moveRois(rois);
  };
  host.track = (rooms) => {
    told.push(`track ${rooms.map(({ pixels }) => pixels[0]).join(' ')}`);
    return track(rooms);
  };
  const tracked: number[][] = [];
  const times: TrackedFrame[] = [];
  const failed: number[] = [];
  /** [frame] the list its tracks came with. */
  const usedRois: (readonly Roi[])[] = [];
  const tracker = new FrameTracker({
    host: manual.host,
    maxBatch: 3,
    onTracked: ({ frames, table, rois }) => {
      times.push(...frames);
      usedRois.push(...frames.map(() => rois));
      for (const [index, { id }] of frames.entries()) tracked.push([id, table.xPx[index * rois.length]!]);
    },
    onFailed: (frames) => failed.push(...frames.map(({ id }) => id)),
  });
  const push = (id: number, rois: readonly Roi[] | null = null) => {
    const room = manual.host.takeRoom(8);
    room.pixels[0] = id;
    tracker.push({ room, rois, id, timeNs: 0n, receivedNs: 0n });
  };
  return { ...manual, told, usedRois, tracker, tracked, times, failed, push };
}

const { setup } = ringExample(2, 16, 8);
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('FrameTracker', () => {
  test('tracks come in frame order although a later batch is done first', async () => {
    const { open, tracker, tracked, push } = harness(2);
    await tracker.configure(setup);
    push(0);
    push(1);
    open[1]!.done();
    await settle();
    expect(tracked).toEqual([]);
    open[0]!.done();
    await tracker.idle();
    expect(tracked).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('frames that arrive while the engine is busy share a batch of at most maxBatch', async () => {
    const { open, tracker, push } = harness();
    const sizes: number[] = [];
    await tracker.configure(setup);
    for (let id = 0; id < 6; id++) push(id);
    while (tracker.pending > 0) {
      const batch = open.shift()!;
      sizes.push(batch.rooms.length);
      batch.done();
      await settle();
    }
    expect(sizes).toEqual([1, 3, 2]);
  });

  test('the engine has as many batches as it takes at a time, and no more', async () => {
    const { open, tracker, push } = harness(2);
    await tracker.configure(setup);
    for (let id = 0; id < 9; id++) push(id);
    expect(open).toHaveLength(2);
    open[0]!.done();
    await settle();
    expect(open).toHaveLength(3);
  });

  test('a failed batch is reported frame by frame, its rooms come back, the next one is tracked', async () => {
    const { open, tracker, tracked, failed, lent, push } = harness();
    await tracker.configure(setup);
    push(0);
    push(1);
    open[0]!.fail();
    await settle();
    open[1]!.done();
    await tracker.idle();
    expect(failed).toEqual([0]);
    expect(tracked).toEqual([[1, 1]]);
    expect([lent.rooms.size, lent.tables.size]).toEqual([0, 0]);
  });

  test('a frame is submitted after it was received and before it is tracked', async () => {
    const { open, tracker, times, push } = harness();
    await tracker.configure(setup);
    push(0);
    open[0]!.done();
    await tracker.idle();
    const [{ receivedNs, submittedNs, trackedNs }] = times as [TrackedFrame];
    expect(receivedNs < submittedNs && submittedNs <= trackedNs).toBe(true);
  });

  test('frames wait until the first setup, and pass without a bead', async () => {
    const { tracker, lent, times, push } = harness();
    push(0);
    await settle();
    expect(tracker.pending).toBe(1);
    await tracker.configure({ ...setup, rois: [], zLutOfBead: [] });
    await tracker.idle();
    push(1);
    await tracker.idle();
    expect(times.map(({ id }) => id)).toEqual([0, 1]);
    expect(lent.rooms.size).toBe(0);
  });

  describe('frames that are cut to ROIs', () => {
    const at = (left: number) => ({ ...setup, rois: setup.rois.map((roi) => ({ ...roi, left })) });
    const [first, second] = [at(1), at(2)];
    const drain = async ({ open, tracker }: ReturnType<typeof harness>) => {
      while (tracker.pending > 0) {
        open.shift()!.done();
        await settle();
      }
    };

    test('are tracked with the ROIs they are cut to, old ones in batches of their own', async () => {
      const bench = harness();
      const { told, tracker, usedRois, push } = bench;
      await tracker.configure(first);
      push(0);
      for (const id of [1, 2]) push(id, first.rois);
      await tracker.configure(second);
      push(3, first.rois);
      for (const id of [4, 5]) push(id, second.rois);
      push(6);
      await drain(bench);
      expect(told).toEqual([
        'whole 1 1',
        'track 0',
        'rois 1 1',
        'track 1 2 3',
        'rois 2 2',
        'track 4 5',
        'whole 2 2',
        'track 6',
      ]);
      const [a, b] = [first.rois, second.rois];
      expect(usedRois.map((rois) => [a, b].indexOf(rois as Roi[]))).toEqual([0, 0, 0, 0, 1, 1, 1]);
    });

    test('a setup the engine does not take fails the batches that need it, and is told again', async () => {
      const bench = harness();
      const { host, open, told, tracker, failed, lent, push } = bench;
      await tracker.configure(first);
      const { configure } = host;
      host.configure = async () => {
        throw new Error('no');
      };
      push(0, first.rois);
      open.shift()!.done();
      await tracker.idle();
      expect(failed).toEqual([0]);
      host.configure = configure;
      push(1, first.rois);
      await drain(bench);
      expect(told.slice(1)).toEqual(['track 0', 'rois 1 1', 'track 1']);
      expect([lent.rooms.size, lent.tables.size]).toEqual([0, 0]);
    });
  });
});
