import { describe, expect, test } from 'vitest';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const skipReason = gpuSkipReason();
const BEADS = 4;

describe.skipIf(skipReason)(
  `the thread of the GPU engine${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    // A thread that ends while a device has work to hand back aborts the whole process.
    test('ends once the batches in flight are done, over and over', async () => {
      const { setup, frame } = ringExample(BEADS, 32, 40);
      for (let turn = 0; turn < 3; turn++) {
        const host = await startThreadHost('gpu');
        expect(host.batches).toBeGreaterThanOrEqual(2);
        await host.configure(setup);
        const tracking = Array.from({ length: 2 * host.batches }, () => {
          const room = host.takeRoom(frame.byteLength);
          room.pixels.set(frame);
          return host.track([room]);
        });
        await host.close();
        for (const table of await Promise.all(tracking)) {
          expect([...table.status]).toEqual(new Array(BEADS).fill(0));
        }
        const time = host.deviceTime();
        if (time) expect(time.rois).toBe(2 * host.batches * BEADS);
        expect(host.restarts).toBe(0);
      }
    });
  },
);
