import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineHost } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { planRadii } from '#stages/plan.ts';
import { watchWorkers } from '../support/watch-workers.ts';
import { inThisThread, numbers, roomWith, shifted } from './host-frames.ts';

const { setup, frame } = ringExample(3, 32, 40);
const frames = [0, 1, 2, 3].map((rows) => shifted(setup, frame, rows));
const moved = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, top: roi.top + 2 })) };

describe.each(['reference', 'wasm'] as const)('a host of threads with %s', (kind) => {
  let workers: { started: Worker[]; stop(): void };
  let notices: string[];
  let host: EngineHost;

  async function start(threads: number): Promise<void> {
    const options = { threads, onNotice: (text: string) => notices.push(text) };
    host = await (kind === 'wasm' ? startWasmHost(options) : startThreadHost(kind, options));
  }
  const track = (...batch: Uint8Array[]) => host.track(batch.map((pixels) => roomWith(host, pixels)));
  const want = (batch: Uint8Array[], of = setup) => inThisThread(kind, of, batch);

  beforeEach(() => {
    workers = watchWorkers();
    notices = [];
  });
  afterEach(async () => {
    await host.close();
    workers.stop();
  });

  test('gives the very numbers of the engine in this thread, from whichever thread', async () => {
    await start(2);
    expect([host.facts.engine, host.threads, host.batches]).toEqual([kind, 2, 2]);
    await host.configure(setup);
    const batches = [[frames[0]!, frames[1]!], [frames[2]!], [frames[3]!, frames[0]!, frames[1]!]];
    const got = await Promise.all(batches.map((batch) => track(...batch)));
    expect(got.map(numbers)).toEqual(await Promise.all(batches.map((batch) => want(batch))));
    expect(got[0]!.xPx.every(Number.isFinite)).toBe(true);
  });

  test('gives profiles where they are asked for', async () => {
    await start(1);
    const withProfiles = { ...setup, profiles: true };
    await host.configure(withProfiles);
    const radii = planRadii(setup.plan, 32);
    const table = await track(frame);
    expect(table.radii).toBe(radii);
    expect(numbers(table)).toEqual(await inThisThread(kind, withProfiles, [frame], radii));
  });

  test('rooms and tables go round: ten frames one after the other use one of each', async () => {
    await start(1);
    await host.configure(setup);
    const used = new Set<object>();
    for (let turn = 0; turn < 10; turn++) {
      const room = roomWith(host, frame);
      const table = await host.track([room]);
      used.add(room).add(table).add(room.pixels).add(table.xPx);
      host.returnTable(table);
    }
    expect(used.size).toBe(4);
  });

  test('a table that is not handed back is not written to again', async () => {
    await start(1);
    await host.configure(setup);
    const kept = await track(frames[0]!);
    await track(frames[2]!);
    expect(numbers(kept)).toEqual(await want([frames[0]!]));
  });

  test('a larger frame gets a larger room, and the smaller one that comes back is not lent again', async () => {
    await start(1);
    const small = host.takeRoom(100);
    const large = host.takeRoom(1000);
    large.pixels.fill(7);
    host.returnRoom(small);
    const next = host.takeRoom(900);
    expect(next).not.toBe(small);
    next.pixels.fill(9);
    expect([next.pixels.length, large.pixels.every((value) => value === 7)]).toEqual([900, true]);
  });

  test('ROIs that move hold for the batches after, not for those before', async () => {
    await start(2);
    await host.configure(setup);
    const before = track(frame);
    const moving = host.moveRois(moved.rois);
    const after = track(frame);
    const back = host.moveRois(setup.rois);
    const last = track(frame);
    await Promise.all([moving, back]);
    expect(numbers(await before)).toEqual(await want([frame]));
    expect(numbers(await after)).toEqual(await want([frame], moved));
    expect(numbers(await last)).toEqual(await want([frame]));
    expect(await want([frame])).not.toEqual(await want([frame], moved));
  });

  test('a setup of other beads holds for the batches after, while those before are under way', async () => {
    await start(1);
    await host.configure(setup);
    const fewer = { ...setup, rois: setup.rois.slice(1), zLutOfBead: [0, -1] };
    const before = track(...frames);
    const configured = host.configure(fewer);
    const after = track(...frames);
    await configured;
    expect(numbers(await before)).toEqual(await want(frames));
    expect(numbers(await after)).toEqual(await want(frames, fewer));
  });

  test('a setup that cannot be tracked is an error with its code, and the last one goes on', async () => {
    await start(1);
    await host.configure(setup);
    const outside = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, left: 5000 })) };
    await expect(host.configure(outside)).rejects.toMatchObject({
      code: 'E_ROI',
      message: expect.stringContaining('left 5000'),
    });
    expect(numbers(await track(frame))).toEqual(await want([frame]));
    expect(workers.started).toHaveLength(1);
  });

  test('a frame that is shorter than its setup is an error, and the next one is tracked', async () => {
    await start(1);
    await host.configure(setup);
    await expect(track(frame.subarray(1))).rejects.toMatchObject({ code: 'E_FRAME' });
    expect(numbers(await track(frame))).toEqual(await want([frame]));
  });

  test('batches of a thread that is killed are tracked again with their setup, and a person is told', async () => {
    await start(1);
    await host.configure(setup);
    await host.moveRois(moved.rois);
    const batch = Array.from({ length: 32 }, (_, index) => frames[index % frames.length]!);
    const tracked = Array.from({ length: 16 }, () => track(...batch));
    await workers.started[0]!.terminate();
    const wanted = await want(batch, moved);
    for (const table of await Promise.all(tracked)) expect(numbers(table)).toEqual(wanted);
    expect([workers.started.length, host.restarts]).toEqual([2, 1]);
    expect(notices).toEqual([expect.stringMatching(/exit with code 1; replaced, \d+ \w+ tracked again$/)]);
  });

  test('close lets what was asked for end first', async () => {
    await start(2);
    await host.configure(setup);
    const tracked = frames.map((pixels) => track(pixels));
    await host.close();
    const got = (await Promise.all(tracked)).map(numbers);
    expect(got).toEqual(await Promise.all(frames.map((pixels) => want([pixels]))));
  });

  test('a host that is closed takes no more, and may be closed again', async () => {
    await start(1);
    await host.configure(setup);
    const [closing, again] = [host.close(), host.close()];
    await expect(track(frame)).rejects.toMatchObject({ code: 'E_DEVICE' });
    await Promise.all([closing, again]);
    // The number of a thread that has ended.
    await expect.poll(() => workers.started.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  test('a thread that dies with nothing to do loses nothing', async () => {
    await start(1);
    await host.configure(setup);
    await workers.started[0]!.terminate();
    expect(numbers(await track(frame))).toEqual(await want([frame]));
  });
});
