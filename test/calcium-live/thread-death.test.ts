import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { type WatchedWorkers, watchWorkers } from '../support/watch-workers.ts';
import { calciumSetup, columnOf, watchedCalcium } from './filmed-cells.ts';

let engine: EngineHost;
let workers: WatchedWorkers;
let watched: ReturnType<typeof watchedCalcium>;

beforeEach(async () => {
  engine = await startThreadHost('reference');
  workers = watchWorkers();
  watched = watchedCalcium(engine);
  watched.host.configure(calciumSetup());
  await started(1);
});
afterEach(async () => {
  vi.useRealTimers();
  await watched.host.close();
  await engine.close();
  workers.stop();
});

/** Node tells of a new thread a little later. */
const started = (threads: number) =>
  expect.poll(() => workers.started.length, { timeout: 20_000 }).toBe(threads);
const push = (...ids: number[]) => ids.map((id) => watched.push(id).room);

test('frames of a thread that is killed are skipped, their rooms come back, and another goes on', async () => {
  const { host, fates, troubles, released } = watched;
  const rooms = push(1, 2, 3, 4, 5);
  await workers.started[0]!.terminate();
  expect(fates).toEqual([[1, 5]]);
  expect([host.waiting, host.skipped, host.measured, host.projected]).toEqual([0, 5, 0, 0]);
  expect(released).toEqual(rooms);
  expect(troubles).toEqual([expect.any(DeviceError)]);
  expect(troubles[0]!.message).toContain('exit with code 1');
  push(6, 7);
  await host.close();
  expect(fates).toEqual([[1, 5], 6, 7]);
  expect(columnOf(watched.batches, 'counts').every(Number.isFinite)).toBe(true);
  expect(workers.started).toHaveLength(2);
});

test('a thread that throws what nobody foresaw is replaced, with all that it remembered gone', async () => {
  const { host, fates, troubles } = watched;
  push(1, 2, 3);
  expect((await host.project('mean')).frames).toBe(3);
  expect([host.projected, Number.isFinite(host.usPerFrame)]).toEqual([3, true]);
  workers.started[0]!.postMessage(null);
  push(4);
  const question = host.project('mean');
  await expect(question).rejects.toMatchObject({
    code: 'E_DEVICE',
    message: expect.stringContaining('null'),
  });
  expect(troubles).toHaveLength(1);
  expect(host.usPerFrame).toBeNaN();
  push(5);
  expect((await host.project('mean')).frames).toBe(1);
  expect(fates).toEqual([1, 2, 3, [4, 4], 5]);
});

test('deaths of one spell are told once; a thread that measures nothing is not replaced at once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { host, fates, troubles } = watched;
  push(1);
  await workers.started[0]!.terminate();
  push(2);
  await started(2);
  await workers.started[1]!.terminate();
  push(3, 4);
  await expect(host.project('mean')).rejects.toBeInstanceOf(DeviceError);
  expect(host.waiting).toBe(0);
  vi.advanceTimersByTime(1000);
  push(5);
  await host.close();
  expect(workers.started).toHaveLength(3);
  // Runs that nothing holds up are told at once, one by one.
  expect(fates).toEqual([[1, 1], [2, 2], [3, 3], [4, 4], 5]);
  expect(troubles).toHaveLength(1);
  expect(watched.released).toHaveLength(5);
});

test('close of a thread that dies of it lets go of every room', async () => {
  push(1, 2, 3);
  const closing = watched.host.close();
  await workers.started[0]!.terminate();
  await closing;
  expect(watched.fates).toEqual([[1, 3]]);
  expect(watched.released).toHaveLength(3);
  await watched.host.close();
});

test('close without a frame ends the thread, and what is asked then is refused', async () => {
  await watched.host.close();
  expect(workers.started.map(({ threadId }) => threadId)).toEqual([-1]);
  await expect(watched.host.project('max')).rejects.toMatchObject({ code: 'E_DEVICE' });
  expect(watched.troubles).toEqual([]);
});
