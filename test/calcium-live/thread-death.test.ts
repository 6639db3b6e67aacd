import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { DeviceError, TweezertrackError } from '#protocol/errors.ts';
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
  await turn();
});
afterEach(async () => {
  vi.useRealTimers();
  await watched.host.close();
  await engine.close();
  workers.stop();
});

/** Node tells of a new thread with the next turn, long before it is ready to measure. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const push = (...ids: number[]) => ids.map((id) => watched.push(id).room);

/** Fates of frames from 1 to `last`, of which some were measured before the thread died. */
const until = (last: number, measured: number) => [
  ...Array.from({ length: measured }, (_, index) => index + 1),
  ...(measured < last ? [[measured + 1, last]] : []),
];

test('frames of a thread that is killed are skipped, their rooms come back, and another goes on', async () => {
  const { host, fates, troubles, released } = watched;
  const rooms = push(1, 2, 3, 4, 5);
  await workers.started[0]!.terminate();
  const killed = until(5, host.measured);
  expect(fates).toEqual(killed);
  expect([host.waiting, host.skipped + host.measured, host.projected]).toEqual([0, 5, 0]);
  expect(released).toEqual(rooms);
  expect(troubles).toEqual([expect.any(DeviceError)]);
  expect(troubles[0]!.message).toContain('calcium thread: expected a running thread');
  push(6, 7);
  await host.close();
  expect(fates).toEqual([...killed, 6, 7]);
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
  await workers.started[0]!.terminate();
  const asked = host.project('mean').catch((error: unknown) => error);
  await turn();
  await workers.started[1]!.terminate();
  expect(await asked).toBeInstanceOf(TweezertrackError);
  push(1, 2);
  await expect(host.project('mean')).rejects.toBeInstanceOf(DeviceError);
  // Runs that nothing holds up are told at once.
  expect(fates).toEqual([
    [1, 1],
    [2, 2],
  ]);
  vi.advanceTimersByTime(1000);
  push(3);
  await host.close();
  expect(fates).toEqual([[1, 1], [2, 2], 3]);
  expect(workers.started).toHaveLength(3);
  expect(troubles).toHaveLength(1);
  expect(watched.released).toHaveLength(3);
});

test('close of a thread that dies of it lets go of every room', async () => {
  push(1, 2, 3);
  const closing = watched.host.close();
  await workers.started[0]!.terminate();
  await closing;
  expect(watched.fates).toEqual(until(3, watched.host.measured));
  expect(watched.released).toHaveLength(3);
  await watched.host.close();
});

test('close without a frame ends the thread, and what is asked then is refused', async () => {
  await watched.host.close();
  expect(workers.started.map(({ threadId }) => threadId)).toEqual([-1]);
  await expect(watched.host.project('max')).rejects.toMatchObject({ code: 'E_DEVICE' });
  expect(watched.troubles).toEqual([]);
});
