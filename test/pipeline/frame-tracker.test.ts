import { describe, expect, test } from 'vitest';
import { BatchFailure, type EngineThread } from '#engines/engine-thread.ts';
import { ringExample } from '#engines/ring-example.ts';
import { FrameTracker } from '#pipeline/frame-tracker.ts';
import { DeviceError } from '#protocol/errors.ts';
import { trackTableOver } from '#protocol/track-table.ts';

/** A thread whose batches finish when the test says so; x is the first pixel of the frame. */
function manualThread() {
  const open: (() => void)[] = [];
  const sizes: number[] = [];
  let fails = false;
  const thread: EngineThread = {
    facts: { engine: 'reference', device: 'test', fallback: false },
    configure: async () => {},
    moveRois: async () => {},
    track: (frames, table, beads, radii) =>
      new Promise((resolve, reject) => {
        sizes.push(frames.length);
        open.push(() => {
          const columns = trackTableOver(table, frames.length, beads, radii);
          for (const [index, frame] of frames.entries()) {
            columns.xPx.fill(new Uint8Array(frame)[0]!, index * beads, (index + 1) * beads);
          }
          const cause = new DeviceError({ where: 'test', expected: 'a device', received: 'none' });
          if (fails) reject(new BatchFailure(cause, frames, table));
          else resolve({ frames, table: columns });
        });
      }),
    close: async () => {},
  };
  return {
    thread,
    sizes,
    open,
    fail: () => {
      fails = true;
    },
  };
}

function harness(threads: EngineThread[], batchesPerThread = 1) {
  const tracked: number[][] = [];
  const failed: number[] = [];
  const free: ArrayBuffer[] = [];
  const tracker = new FrameTracker({
    threads,
    batchesPerThread,
    maxBatch: 3,
    onTracked: ({ frames, table, rois }) => {
      for (const [index, { id }] of frames.entries()) tracked.push([id, table.xPx[index * rois.length]!]);
    },
    onFailed: (frames) => failed.push(...frames.map(({ id }) => id)),
    onBufferFree: (buffer) => free.push(buffer),
  });
  const push = (id: number) =>
    tracker.push({ pixels: Uint8Array.of(id, 0, 0, 0, 0, 0, 0, 0).buffer, id, timeNs: 0n, receivedNs: 0n });
  return { tracker, tracked, failed, free, push };
}

const { setup } = ringExample(2, 16, 8);
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('FrameTracker', () => {
  test('tracks come in frame order although a later batch is done first', async () => {
    const [slow, quick] = [manualThread(), manualThread()];
    const { tracker, tracked, push } = harness([slow.thread, quick.thread]);
    await tracker.configure(setup);
    push(0);
    push(1);
    quick.open[0]!();
    await settle();
    expect(tracked).toEqual([]);
    slow.open[0]!();
    await tracker.idle();
    expect(tracked).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('frames that arrive while the thread is busy share a batch of at most maxBatch', async () => {
    const { thread, sizes, open } = manualThread();
    const { tracker, push } = harness([thread]);
    await tracker.configure(setup);
    for (let id = 0; id < 6; id++) push(id);
    while (tracker.pending > 0) {
      open.shift()!();
      await settle();
    }
    expect(sizes).toEqual([1, 3, 2]);
  });

  test('a failed batch is reported frame by frame, its buffers come back, the next one is tracked', async () => {
    const broken = manualThread();
    const { tracker, failed, free, push } = harness([broken.thread]);
    await tracker.configure(setup);
    push(0);
    broken.fail();
    broken.open[0]!();
    await tracker.idle();
    expect(failed).toEqual([0]);
    expect(free).toHaveLength(1);
    expect(tracker.pending).toBe(0);
  });

  test('frames wait until the first setup, and pass without a bead', async () => {
    const { thread } = manualThread();
    const { tracker, free, push } = harness([thread]);
    push(0);
    await settle();
    expect(tracker.pending).toBe(1);
    await tracker.configure({ ...setup, rois: [], zLutOfBead: [] });
    await tracker.idle();
    push(1);
    await tracker.idle();
    expect(free).toHaveLength(2);
  });
});
