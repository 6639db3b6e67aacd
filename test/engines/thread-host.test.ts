import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { openEngine } from '#engines/open-engine.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/thread-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { watchWorkers } from '../support/watch-workers.ts';

const BEADS = 3;
const { setup, frame } = ringExample(BEADS, 32, 40);

/** The frame with every row moved up by some, so that frames differ. */
function shifted(rows: number): Uint8Array {
  const turned = new Uint8Array(frame.length);
  turned.set(frame.subarray(rows * setup.width));
  turned.set(frame.subarray(0, rows * setup.width), frame.length - rows * setup.width);
  return turned;
}

function roomWith(host: EngineHost, pixels: Uint8Array): FrameRoom {
  const room = host.takeRoom(pixels.length);
  room.pixels.set(pixels);
  return room;
}

const numbers = ({ xPx, yPx, zNm, score, status }: TrackTable) => [
  ...xPx,
  ...yPx,
  ...zNm,
  ...score,
  ...status,
];

async function inThisThread(frames: Uint8Array[], rois = setup.rois): Promise<number[]> {
  const engine = await openEngine('reference');
  await engine.configure({ ...setup, rois });
  const table = createTrackTable(frames.length, BEADS);
  await engine.track(
    frames.map((pixels) => pixels.slice().buffer),
    table,
  );
  return numbers(table);
}

describe('thread host', () => {
  let workers: { started: Worker[]; stop(): void };
  let notices: string[];
  const start = (threads: number) =>
    startThreadHost('reference', { threads, onNotice: (text) => notices.push(text) });
  beforeEach(() => {
    workers = watchWorkers();
    notices = [];
  });
  afterEach(() => workers.stop());

  test('gives the very numbers of the engine in this thread, from whichever thread', async () => {
    const host = await start(2);
    expect([host.threads, host.batches]).toEqual([2, 2]);
    await host.configure(setup);
    const batches = [[shifted(0), shifted(1)], [shifted(2)], [shifted(3), shifted(0), shifted(1)]];
    const got = await Promise.all(
      batches.map((frames) => host.track(frames.map((pixels) => roomWith(host, pixels)))),
    );
    expect(got.map(numbers)).toEqual(await Promise.all(batches.map((frames) => inThisThread(frames))));
    expect(got[0]!.xPx.every(Number.isFinite)).toBe(true);
    await host.close();
  });

  test('rooms and tables go round: ten frames one after the other use one of each', async () => {
    const host = await start(1);
    await host.configure(setup);
    const buffers = new Set<ArrayBufferLike>();
    for (let turn = 0; turn < 10; turn++) {
      const room = roomWith(host, frame);
      const table = await host.track([room]);
      buffers.add(room.pixels.buffer).add(table.buffer);
      host.returnTable(table);
    }
    expect(buffers.size).toBe(2);
    await host.close();
  });

  test('a larger frame gets a larger room, and the smaller one that comes back is not lent again', async () => {
    const host = await start(1);
    const small = host.takeRoom(100);
    const large = host.takeRoom(1000);
    host.returnRoom(small);
    expect(large.pixels).toHaveLength(1000);
    const next = host.takeRoom(200);
    expect(next.pixels).toHaveLength(200);
    expect(next.pixels.buffer.byteLength).toBeGreaterThanOrEqual(1000);
    await host.close();
  });

  test('ROIs that move hold for the batches after, not for those before', async () => {
    const host = await start(1);
    await host.configure(setup);
    const moved = setup.rois.map((roi) => ({ ...roi, top: roi.top + 2 }));
    const before = host.track([roomWith(host, frame)]);
    const moving = host.moveRois(moved);
    const after = host.track([roomWith(host, frame)]);
    await moving;
    expect(numbers(await before)).toEqual(await inThisThread([frame]));
    expect(numbers(await after)).toEqual(await inThisThread([frame], moved));
    await host.close();
  });

  test('a setup that cannot be tracked is an error with its code, and the thread goes on', async () => {
    const host = await start(1);
    const outside = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, left: 5000 })) };
    await expect(host.configure(outside)).rejects.toMatchObject({
      code: 'E_ROI',
      message: expect.stringContaining('left 5000'),
    });
    await host.configure(setup);
    expect(numbers(await host.track([roomWith(host, frame)]))).toEqual(await inThisThread([frame]));
    expect(workers.started).toHaveLength(1);
    await host.close();
  });

  test('batches of a thread that is killed are tracked again with their setup, and a person is told', async () => {
    const host = await start(1);
    await host.configure(setup);
    const moved = setup.rois.map((roi) => ({ ...roi, top: roi.top + 1 }));
    await host.moveRois(moved);
    const frames = [shifted(0), shifted(1), shifted(2), shifted(3)];
    const tracked = frames.map((pixels) => host.track([roomWith(host, pixels)]));
    await workers.started[0]!.terminate();
    const got = (await Promise.all(tracked)).map(numbers);
    expect(got).toEqual(await Promise.all(frames.map((pixels) => inThisThread([pixels], moved))));
    expect([workers.started.length, host.restarts]).toEqual([2, 1]);
    expect(notices).toEqual([expect.stringMatching(/exit with code 1; replaced, \d batches tracked again/)]);
    await host.close();
  });

  test('a thread that throws what nobody foresaw is replaced, too', async () => {
    const host = await start(1);
    await host.configure(setup);
    const rooms = [7777];
    const task = { type: 'track', rooms, table: 7777, beads: BEADS, radii: 0 };
    workers.started[0]!.postMessage({ type: 'task', job: 7777, task });
    const table = await host.track([roomWith(host, frame)]);
    expect(numbers(table)).toEqual(await inThisThread([frame]));
    expect(host.restarts).toBe(1);
    expect(notices[0]).toContain('undefined');
    await host.close();
  });

  test('frames that two threads died of are given up, and the next ones are tracked', async () => {
    const host = await start(1);
    await host.configure(setup);
    const fatal = host.track([roomWith(host, frame)]);
    const next = host.track([roomWith(host, shifted(1))]);
    const failure = fatal.catch((error: unknown) => error);
    await workers.started[0]!.terminate();
    await workers.started[1]!.terminate();
    expect(await failure).toBeInstanceOf(DeviceError);
    expect(numbers(await next)).toEqual(await inThisThread([shifted(1)]));
    expect(host.restarts).toBe(2);
    await host.close();
  });

  test('close lets what was asked for end first', async () => {
    const host = await start(2);
    await host.configure(setup);
    const tracked = [0, 1, 2, 3].map((rows) => host.track([roomWith(host, shifted(rows))]));
    await host.close();
    const got = (await Promise.all(tracked)).map(numbers);
    expect(got).toEqual(await Promise.all([0, 1, 2, 3].map((rows) => inThisThread([shifted(rows)]))));
  });

  test('a thread that dies with nothing to do is replaced when there is something', async () => {
    const host = await start(1);
    await host.configure(setup);
    await workers.started[0]!.terminate();
    expect(workers.started).toHaveLength(1);
    expect(numbers(await host.track([roomWith(host, frame)]))).toEqual(await inThisThread([frame]));
    await host.close();
  });
});
