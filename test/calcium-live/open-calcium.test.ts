import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CalciumHost } from '#calcium-live/calcium-host.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { ringExample } from '#engines/ring-example.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { nowNs } from '#protocol/clock.ts';
import { frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import {
  calciumSetup,
  columnOf,
  FPS,
  filmedPixels,
  HEIGHT,
  squares,
  WIDTH,
  watchedCalcium,
} from './filmed-cells.ts';

let engine: EngineHost;
let watched: ReturnType<typeof watchedCalcium>;
let host: CalciumHost;

const start = (mostWaiting?: number) => {
  watched = watchedCalcium(engine, mostWaiting);
  host = watched.host;
};
const ids = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

beforeEach(async () => {
  engine = await startWasmHost({ threads: 1 });
});
afterEach(async () => {
  await host.close();
  await engine.close();
});

describe('frames', () => {
  test.each(['mono8', 'mono12', 'mono16', 'float32'] as const)(
    'of %s are measured in their rooms to the very numbers of the stages',
    async (pixelFormat) => {
      start(20);
      const setup = calciumSetup(['welford-projections', 'roi-traces', 'running-baseline', 'delta-f'], {
        pixelFormat,
        neuropil: { width: 3, gap: 1, share: 0.7 },
      });
      host.configure(setup);
      const films = ids(1, 20).map((id) => filmedPixels(id, pixelFormat));
      for (const [index, pixels] of films.entries()) watched.push(index + 1, pixels);
      await host.close();
      const pipeline = new CellPipeline(setup, setup.steps);
      const frames = films.map((pixels, index) => pipeline.measure(index + 1, (index + 1) / FPS, pixels));
      expect(watched.fates).toEqual(ids(1, 20));
      expect(frames).toHaveLength(20);
      for (const name of CELL_COLUMNS) {
        const again = new CellPipeline(setup, setup.steps);
        const want = films.flatMap((pixels, index) => [
          ...Float32Array.from(again.measure(index + 1, (index + 1) / FPS, pixels).columns[name]),
        ]);
        expect(columnOf(watched.batches, name)).toEqual(want);
      }
      expect(columnOf(watched.batches, 'counts').every(Number.isFinite)).toBe(true);
      expect([...watched.batches[0]!.cells]).toEqual([1, 2, 7]);
    },
  );

  test('are told of with their times, the last of them when they were measured', async () => {
    start();
    host.configure(calciumSetup());
    const beforeNs = nowNs();
    for (const id of ids(1, 5)) watched.push(id);
    await host.close();
    const frames = watched.batches.flatMap((batch) => batch.frames);
    expect(frames.map(({ timeNs, receivedNs }) => [timeNs, receivedNs])).toEqual(
      ids(1, 5).map((id) => [BigInt(id) * 20_000_000n, BigInt(id)]),
    );
    const measured = frames.map(({ measuredNs }) => measuredNs);
    expect(measured).toEqual([...measured].sort((a, b) => Number(a - b)));
    // Threads read one clock: only what the host rounds, 1 µs, lies between.
    expect(measured[0]! > beforeNs - 1000n && measured.at(-1)! < nowNs() + 1000n).toBe(true);
  });

  test('beyond the bound are skipped, told in frame order as one run, and their rooms are free at once', async () => {
    start(3);
    host.configure(calciumSetup());
    const rooms = ids(1, 8).map((id) => watched.push(id).room);
    expect([host.waiting, host.skipped, host.measured]).toEqual([3, 5, 0]);
    // The room of a skipped frame went round.
    expect(new Set(rooms).size).toBe(4);
    expect(watched.fates).toEqual([]);
    await expect.poll(() => host.waiting).toBe(0);
    expect(watched.fates).toEqual([1, 2, 3, [4, 8]]);
    watched.push(9);
    await host.close();
    expect(watched.fates).toEqual([1, 2, 3, [4, 8], 9]);
    expect([host.waiting, host.skipped, host.measured]).toEqual([0, 5, 4]);
  });

  test('that the camera left out are in no run of skipped ones', async () => {
    start(1);
    host.configure(calciumSetup());
    for (const id of [1, 2, 3, 6, 7]) watched.push(id);
    await host.close();
    expect(watched.fates).toEqual([1, [2, 3], [6, 7]]);
  });

  test('before the first setting, after the last, and shorter than it says are skipped', async () => {
    start();
    watched.push(1);
    host.configure(calciumSetup());
    watched.push(2, filmedPixels(2).subarray(1));
    watched.push(3);
    await host.close();
    watched.push(4);
    expect(watched.fates).toEqual([[1, 1], [2, 2], 3, [4, 4]]);
    expect(watched.released).toHaveLength(4);
  });

  test('a thousand of them take no more rooms than may wait', async () => {
    start(4);
    host.configure(calciumSetup(['roi-traces']));
    const pixels = filmedPixels(1);
    const rooms = new Set<object>();
    for (const id of ids(1, 1000)) {
      rooms.add(watched.push(id, pixels).room);
      if (id % 4 === 0) await expect.poll(() => host.waiting, { interval: 1 }).toBe(0);
    }
    await host.close();
    expect(watched.fates).toEqual(ids(1, 1000));
    expect(rooms.size).toBeLessThanOrEqual(4);
    expect(watched.released).toHaveLength(1000);
  });

  test('in more rooms than the thread remembers are read where they are, however often they come', async () => {
    await engine.close();
    engine = await startThreadHost('reference');
    start(1);
    host.configure(calciumSetup(['roi-traces']));
    const rooms = ids(0, 29).map((seed) => {
      const room = engine.takeRoom(frameBytes(calciumSetup()));
      room.pixels.fill(seed);
      return room;
    });
    const order = [...ids(0, 29), ...ids(10, 29), ...ids(0, 9)];
    for (const [id, seed] of order.entries()) {
      const room = rooms[seed]!;
      engine.holdRoom(room);
      host.push({ id, timeNs: BigInt(id), receivedNs: 0n, room });
      await expect.poll(() => host.waiting, { interval: 1 }).toBe(0);
    }
    const counts = columnOf(watched.batches, 'counts').filter((_, at) => at % 3 === 0);
    expect(counts).toEqual(order.map((seed) => 257 * seed));
    expect([watched.troubles, host.skipped]).toEqual([[], 0]);
  });

  test('the engine tracks and others hold are measured from the same pixels', async () => {
    start();
    const { setup, frame } = ringExample(2, 16, 20);
    const { width, height } = setup;
    await engine.configure(setup);
    const map = cellMapOf(new Int32Array(width * height).fill(1), width, height);
    host.configure(calciumSetup(['roi-traces'], { width, height, map, pixelFormat: 'mono8' }));
    const first = engine.takeRoom(frame.length);
    first.pixels.set(frame);
    engine.holdRoom(first);
    const tracked = engine.track([first]);
    host.push({ id: 1, timeNs: 1n, receivedNs: 1n, room: first });
    const table = await tracked;
    await expect.poll(() => host.measured).toBe(1);
    expect(table.xPx.every(Number.isFinite)).toBe(true);
    const mean = frame.reduce((sum, value) => sum + value, 0) / frame.length;
    expect(columnOf(watched.batches, 'counts')[0]).toBeCloseTo(mean, 3 /* digits: float32 */);
    expect(engine.takeRoom(frame.length)).toBe(first);
  });
});

describe('a setting', () => {
  const two = cellMapOf(
    Int32Array.from({ length: WIDTH * HEIGHT }, (_, at) => (at < WIDTH ? 3 : at < 2 * WIDTH ? 5 : 0)),
    WIDTH,
    HEIGHT,
  );

  test('holds for the frames after it, while those before are under way', async () => {
    start(20);
    host.configure(calciumSetup());
    for (const id of ids(1, 3)) watched.push(id);
    host.configure(calciumSetup(undefined, { map: two }));
    for (const id of ids(4, 6)) watched.push(id);
    await host.close();
    const told = watched.batches.flatMap(({ frames, cells }) => frames.map(({ id }) => [id, ...cells]));
    expect(told).toEqual([...ids(1, 3).map((id) => [id, 1, 2, 7]), ...ids(4, 6).map((id) => [id, 3, 5])]);
    const top = filmedPixels(6).subarray(0, WIDTH) as Uint16Array;
    const mean = top.reduce((sum, value) => sum + value, 0) / WIDTH;
    expect(columnOf(watched.batches, 'counts').at(-2)).toBeCloseTo(mean, 1 /* digits: float32 of 10 000 */);
  });

  test('of other cells keeps the projections, one of another size does not', async () => {
    start();
    host.configure(calciumSetup());
    for (const id of ids(1, 3)) watched.push(id);
    host.configure(calciumSetup(undefined, { map: two }));
    watched.push(4);
    expect((await host.project('mean')).frames).toBe(4);
    const map = cellMapOf(new Int32Array(50).fill(1), 10, 5);
    host.configure(calciumSetup(undefined, { map, width: 10, height: 5 }));
    await expect(host.project('mean')).rejects.toMatchObject({ code: 'E_CONFIG' });
    watched.push(5, filmedPixels(5).subarray(0, 50));
    expect(await host.project('mean')).toMatchObject({ frames: 1, width: 10, height: 5 });
  });

  test('that cannot be measured with is told, its frames are skipped, and the next one holds', async () => {
    start();
    host.configure(calciumSetup());
    watched.push(1);
    host.configure(calciumSetup(undefined, { map: { ...squares, width: 7 } }));
    watched.push(2);
    watched.push(3);
    host.configure(calciumSetup());
    watched.push(4);
    expect((await host.project('max')).frames).toBe(2);
    await host.close();
    expect(watched.fates).toEqual([1, [2, 3], 4]);
    expect(watched.troubles).toEqual([expect.objectContaining({ code: 'E_CONFIG' })]);
    expect(watched.released).toHaveLength(4);
  });

  test('of frames of another size lets the thread forget the memory of those before', async () => {
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    start();
    host.configure(calciumSetup());
    watched.push(1);
    host.configure(calciumSetup(['roi-traces']));
    const types = () => post.mock.calls.map(([message]) => (message as { type: string }).type);
    expect(types()).toEqual(['configure', 'share', 'frame', 'configure']);
    host.configure(calciumSetup(undefined, { pixelFormat: 'float32' }));
    watched.push(2, filmedPixels(2, 'float32'));
    expect(types().slice(4)).toEqual(['forget', 'configure', 'share', 'frame']);
    post.mockRestore();
    await host.close();
    expect(watched.fates).toEqual([1, 2]);
  });

  test('of larger pixels is read as such', async () => {
    start();
    for (const [id, pixelFormat] of (['mono8', 'float32', 'mono12'] as PixelFormat[]).entries()) {
      host.configure(calciumSetup(undefined, { pixelFormat }));
      watched.push(id, filmedPixels(id, pixelFormat));
    }
    await host.close();
    expect(watched.batches.map(({ frames, columns }) => [frames.length, columns.counts[0]! > 0])).toEqual([
      [1, true],
      [1, true],
      [1, true],
    ]);
    expect(frameBytes(calciumSetup())).toBe(2 * WIDTH * HEIGHT);
  });
});
