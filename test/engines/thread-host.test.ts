import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/thread-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { watchWorkers } from '../support/watch-workers.ts';
import { inThisThread, numbers, roomWith, shifted } from './host-frames.ts';

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
    const fatal = host.track([roomWith(host, frame)]).catch((error: unknown) => error);
    const next = host.track([roomWith(host, shifted(setup, frame, 1))]);
    await workers.started[0]!.terminate();
    await workers.started[1]!.terminate();
    expect(await fatal).toBeInstanceOf(DeviceError);
    expect(numbers(await next)).toEqual(await want(shifted(setup, frame, 1)));
    expect(host.restarts).toBe(2);
  });
});

test('an engine that cannot be opened is an error that says why', async () => {
  const before = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = '/nowhere.json';
  await expect(startThreadHost('gpu')).rejects.toBeInstanceOf(DeviceError);
  if (before === undefined) delete process.env.VK_DRIVER_FILES;
  else process.env.VK_DRIVER_FILES = before;
});
