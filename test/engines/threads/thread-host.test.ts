import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { watchWorkers } from '../../support/watch-workers.ts';
import { inThisThread, numbers, roomWith, shifted } from '../host-frames.ts';

const { setup, frame } = ringExample(3, 32, 40);

describe('thread host', () => {
  let workers: { started: Worker[]; stop(): void };
  let notices: string[];
  let host: EngineHost;
  beforeEach(async () => {
    workers = watchWorkers();
    notices = [];
    host = await startThreadHost('reference', { onNotice: (text) => notices.push(text) });
    await host.configure(setup);
  });
  afterEach(async () => {
    await host.close();
    workers.stop();
  });
  const want = (pixels: Uint8Array) => inThisThread('reference', setup, [pixels]);

  test('a thread that throws what nobody foresaw is replaced', async () => {
    // Rooms it was never shown.
    const task = { type: 'track', rooms: [7777], table: 7777, beads: 3, radii: 0 };
    workers.started[0]!.postMessage({ type: 'task', job: 7777, task });
    expect(numbers(await host.track([roomWith(host, frame)]))).toEqual(await want(frame));
    expect(host.restarts).toBe(1);
    expect(notices).toEqual([expect.stringMatching(/undefined.*; replaced, 1 batches tracked again$/)]);
  });

  test('frames that two threads died of are given up, and the next ones are tracked', async () => {
    // Many, so that no thread has done them before it is ended.
    const many = Array.from({ length: 400 }, () => roomWith(host, frame));
    const fatal = host.track(many).catch((error: unknown) => error);
    const next = host.track([roomWith(host, shifted(setup, frame, 1))]);
    await workers.started[0]!.terminate();
    await workers.started[1]!.terminate();
    expect(await fatal).toBeInstanceOf(DeviceError);
    expect(numbers(await next)).toEqual(await want(shifted(setup, frame, 1)));
    expect(host.restarts).toBe(2);
  });
});

const noGpu = gpuSkipReason();

describe.skipIf(noGpu)(`thread host of a GPU${noGpu ? ` (skipped: ${noGpu})` : ''}`, () => {
  const frames = [0, 1, 2, 3, 4].map((rows) => shifted(setup, frame, rows));

  test('has several batches under way, and each setup holds for the batches after it', async () => {
    const host = await startThreadHost('gpu');
    expect(host.batches).toBeGreaterThan(1);
    await host.configure(setup);
    const moved = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, top: roi.top + 2 })) };
    const before = frames.map((pixels) => host.track([roomWith(host, pixels)]));
    const moving = host.moveRois(moved.rois);
    const after = frames.map((pixels) => host.track([roomWith(host, pixels)]));
    await moving;
    const got = (await Promise.all([...before, ...after])).map(numbers);
    const engine = await startThreadHost('gpu');
    for (const [index, { rois }] of [setup, moved].entries()) {
      await engine.configure({ ...setup, rois });
      for (const [row, pixels] of frames.entries()) {
        const table = await engine.track([roomWith(engine, pixels)]);
        expect(got[index * frames.length + row]).toEqual(numbers(table));
        engine.returnTable(table);
      }
    }
    await Promise.all([host.close(), engine.close()]);
  });

  test('a thread that throws with batches under way ends them, is replaced, and loses none', async () => {
    const workers = watchWorkers();
    const host = await startThreadHost('gpu');
    await host.configure(setup);
    const table = await host.track([roomWith(host, frame)]);
    const want = numbers(table);
    const tracked = [0, 1, 2, 3].map(() => host.track([roomWith(host, frame)]));
    // No rooms at all.
    const task = { type: 'track', rooms: null, table: 7777, beads: 3, radii: 0 };
    workers.started[0]!.postMessage({ type: 'task', job: 7777, task });
    tracked.push(host.track([roomWith(host, frame)]));
    for (const one of await Promise.all(tracked)) expect(numbers(one)).toEqual(want);
    expect(host.restarts).toBe(1);
    await host.close();
    workers.stop();
  });
});

test('an engine that cannot be opened is an error that says why', async () => {
  const before = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = '/nowhere.json';
  await expect(startThreadHost('gpu')).rejects.toBeInstanceOf(DeviceError);
  if (before === undefined) delete process.env.VK_DRIVER_FILES;
  else process.env.VK_DRIVER_FILES = before;
});
