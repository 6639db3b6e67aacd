import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { RoomRing, separateBuffers } from '#engines/shared-rings.ts';
import type { EngineKind } from '#engines/threads/engine-messages.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { watchWorkers } from '../support/watch-workers.ts';
import { inThisThread, numbers, roomWith, shifted } from './host-frames.ts';

const { setup, frame } = ringExample(3, 32, 40);
const other = shifted(setup, frame, 3);

/** What another thread reads in a room. */
async function readElsewhere({ pixels }: FrameRoom): Promise<Uint8Array> {
  const { buffer, byteOffset, length } = pixels;
  const code = `
    const { parentPort, workerData: [buffer, byteOffset, length] } = require('node:worker_threads');
    parentPort.postMessage(new Uint8Array(buffer, byteOffset, length).slice());`;
  const worker = new Worker(code, { eval: true, workerData: [buffer, byteOffset, length] });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

const start = async (kind: EngineKind) => {
  const host = await (kind === 'wasm' ? startWasmHost({ threads: 1 }) : startThreadHost(kind));
  await host.configure(setup);
  return host;
};

const noGpu = gpuSkipReason();

test.for(['reference', 'wasm', 'gpu'] as const)(
  'a room of %s that is held is not filled again until it is handed back',
  async (kind, { skip }) => {
    if (kind === 'gpu' && noGpu) skip(noGpu);
    const host = await start(kind);
    const held = roomWith(host, frame);
    host.holdRoom(held);
    host.returnTable(await host.track([held]));
    const next = roomWith(host, other);
    expect(next).not.toBe(held);
    host.returnTable(await host.track([next]));
    expect(held.pixels).toEqual(frame);
    host.returnRoom(held);
    expect(host.takeRoom(frame.length)).toBe(held);
    await host.close();
  },
);

describe.each(['reference', 'wasm'] as const)('rooms of a host of threads with %s', (kind) => {
  let host: EngineHost;
  beforeEach(async () => {
    host = await start(kind);
  });
  afterEach(() => host.close());

  test('one that is handed back early stays until it is tracked', async () => {
    const held = roomWith(host, frame);
    host.holdRoom(held);
    const tracked = host.track([held]);
    host.returnRoom(held);
    const next = roomWith(host, other);
    expect(next).not.toBe(held);
    expect(numbers(await tracked)).toEqual(await inThisThread(kind, setup, [frame]));
    expect(host.takeRoom(frame.length)).toBe(held);
  });

  test('another thread reads what is in it, also after rooms had to grow', async () => {
    const held = roomWith(host, frame);
    host.holdRoom(held);
    const large = host.takeRoom(100 * frame.length);
    large.pixels.fill(9);
    host.returnTable(await host.track([held]));
    // The one that is too small now is not lent again, nor is what it lies in.
    for (let room = 0; room < 3; room++) host.takeRoom(frame.length).pixels.fill(8);
    expect(await readElsewhere(held)).toEqual(frame);
    expect((await readElsewhere(large)).every((value) => value === 9)).toBe(true);
    host.returnRoom(held);
    expect(host.takeRoom(frame.length)).not.toBe(held);
  });

  test('one that nobody holds cannot be held', async () => {
    const room = roomWith(host, frame);
    host.returnRoom(room);
    expect(() => host.holdRoom(room)).toThrow(RangeError);
    host.returnRoom(room);
    expect(host.takeRoom(frame.length)).toBe(room);
    expect(host.takeRoom(frame.length)).not.toBe(room);
  });
});

test('one that is held outlives the thread that tracks it', async () => {
  const workers = watchWorkers();
  const host = await startThreadHost('reference');
  await host.configure(setup);
  const held = roomWith(host, frame);
  host.holdRoom(held);
  const tracked = host.track([held]);
  await workers.started[0]!.terminate();
  expect(numbers(await tracked)).toEqual(await inThisThread('reference', setup, [frame]));
  expect(host.restarts).toBe(1);
  expect(host.takeRoom(frame.length)).not.toBe(held);
  expect(await readElsewhere(held)).toEqual(frame);
  await host.close();
  workers.stop();
});

test('memory of one that became too small is given up when the last holder hands it back, not before', () => {
  const dropped: number[] = [];
  const ring = new RoomRing(separateBuffers((memory) => dropped.push(memory)));
  const held = ring.take(100);
  ring.hold(held);
  ring.hold(held);
  ring.take(1000);
  ring.give(held);
  ring.give(held);
  expect([dropped, held.holders]).toEqual([[], 1]);
  ring.give(held);
  ring.give(held);
  expect([dropped, held.holders]).toEqual([[held.stretch.memory], 0]);
});
