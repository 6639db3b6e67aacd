import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FrameRoom } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { watchWorkers } from '../../support/watch-workers.ts';
import { inThisThread, numbers, roomWith, shifted } from '../host-frames.ts';

const { setup, frame } = ringExample(40, 24, 30);

describe('wasm host', () => {
  let workers: { started: Worker[]; stop(): void };
  beforeEach(() => {
    workers = watchWorkers();
  });
  afterEach(() => workers.stop());

  test('more batches than there are slots wait and lose nothing', async () => {
    const host = await startWasmHost({ threads: 3 });
    await host.configure(setup);
    const batches = Array.from({ length: 40 }, (_, index) =>
      [0, 1, 2].slice(0, 1 + (index % 3)).map((more) => shifted(setup, frame, (index + more) % 20)),
    );
    const tracked = batches.map((batch) => host.track(batch.map((pixels) => roomWith(host, pixels))));
    for (const [index, table] of (await Promise.all(tracked)).entries()) {
      expect(numbers(table)).toEqual(await inThisThread('wasm', setup, batches[index]!));
    }
    await host.close();
  });

  test('the memory grows under the threads, with rooms, tables and setups of any size', async () => {
    const host = await startWasmHost({ threads: 2 });
    for (const [beads, size] of [
      [3, 16],
      [120, 64],
      [10, 24],
      [250, 48],
    ] as const) {
      const larger = ringExample(beads, size, 60);
      await host.configure(larger.setup);
      const table = await host.track([roomWith(host, larger.frame), roomWith(host, larger.frame)]);
      expect(numbers(table)).toEqual(await inThisThread('wasm', larger.setup, [larger.frame, larger.frame]));
      host.returnTable(table);
    }
    await host.close();
  });

  test('ROIs that move with every batch take no memory but that of the batches under way', async () => {
    const host = await startWasmHost({ threads: 1 });
    await host.configure(setup);
    const memory = () => roomWith(host, frame).pixels.buffer.byteLength;
    const step = async (top: number) => {
      const moved = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, top: roi.top + top })) };
      await host.moveRois(moved.rois);
      const table = await host.track([roomWith(host, frame)]);
      expect(numbers(table)).toEqual(await inThisThread('wasm', moved, [frame]));
      host.returnTable(table);
    };
    await step(1);
    const before = memory();
    for (let turn = 0; turn < 40; turn++) await step(turn % 5);
    expect(memory()).toBe(before);
    await host.close();
  });

  test('one thread of several that dies is replaced and its chunks are tracked by all', async () => {
    const notices: string[] = [];
    const host = await startWasmHost({ threads: 3, onNotice: (text) => notices.push(text) });
    await host.configure(setup);
    const batch = Array.from({ length: 60 }, (_, rows) => shifted(setup, frame, rows % 20));
    const tracked = Array.from({ length: 4 }, () =>
      host.track(batch.map((pixels) => roomWith(host, pixels))),
    );
    await workers.started[1]!.terminate();
    const want = await inThisThread('wasm', setup, batch);
    for (const table of await Promise.all(tracked)) expect(numbers(table)).toEqual(want);
    expect([host.restarts, workers.started.length, notices.length]).toEqual([1, 4, 1]);
    await host.close();
  });

  test('frames that two threads died of are given up, and the next ones are tracked', async () => {
    const host = await startWasmHost({ threads: 2 });
    await host.configure(setup);
    const room = roomWith(host, frame) as FrameRoom & { stretch: { byteOffset: number } };
    // Beyond the end of the memory, where a thread dies of the first pixel.
    const nowhere = { pixels: room.pixels, stretch: { ...room.stretch, byteOffset: 2 ** 31 } };
    const failure = await host.track([nowhere]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeviceError);
    expect((failure as DeviceError).message).toContain('out of bounds');
    expect(numbers(await host.track([room]))).toEqual(await inThisThread('wasm', setup, [frame]));
    expect(host.restarts).toBe(2);
    await host.close();
  });
});
