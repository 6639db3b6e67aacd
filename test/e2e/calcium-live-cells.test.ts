import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { cellLabels } from '#protocol/cell-map.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import {
  BLINKING_CELLS,
  BLINKING_FPS,
  BLINKING_PERIOD,
  BLINKING_SHAPE,
  blinkingLabels,
  blinkingMap,
  lightOf,
} from '../support/blinking-cells.ts';
import {
  all,
  calcium,
  eachInFolder,
  film,
  folder,
  log,
  open,
  setCells,
  start,
  told,
  tracker,
  url,
} from '../support/calcium-tracker.ts';
import { rawCamera } from '../support/raw-camera.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('a tracker that measures cells', () => {
  eachInFolder();

  test('cells are found in the light that changes, set, watched, and tell their events at once', async () => {
    await start();
    const client = await open();
    await film(0, BLINKING_PERIOD);
    await expect.poll(() => calcium().measured).toBe(BLINKING_PERIOD);
    expect(await client.ask({ type: 'calcium-projection', kind: 'max' })).toBeNull();
    const { pixels, ...projection } = all('calcium-projection')[0]!;
    expect(projection).toMatchObject({ kind: 'max', frames: BLINKING_PERIOD, width: 160, height: 96 });
    expect(pixels).toHaveLength(160 * 96);
    // Cells rise by 80 counts; 8 is far above the noise of 1.4 and of the still bead.
    const search = { kind: 'std', method: 'absolute', value: 8, leastPixels: 20 } as const;
    expect(await client.ask({ type: 'find-cells', ...search })).toBeNull();
    const found = all('cells-found')[0]!.map;
    // Found in the order of their first rows, as they are listed.
    expect(cellLabels(found)).toEqual(Int32Array.from(blinkingLabels()));
    expect(await client.ask({ type: 'watch-cells', cells: [3, 1] })).toBeNull();
    expect(await client.ask(setCells(found))).toBeNull();
    expect(all('calcium').at(-1)!.calcium.map).toEqual(found);

    await film(BLINKING_PERIOD, 3 * BLINKING_PERIOD);
    await expect.poll(() => all('cell-traces').at(-1)?.newest.timeS).toBeCloseTo(11.99, 6);
    const events = all('cell-events').flatMap(({ cells, frames }) =>
      [...cells].map((cell, index) => ({ cell, frame: frames[index]! })),
    );
    for (const [index, cell] of BLINKING_CELLS.entries()) {
      const rises = [1, 2].flatMap((period) => cell.risesAt.map((at) => at + period * BLINKING_PERIOD));
      const seen = events.filter((event) => event.cell === index + 1).map(({ frame }) => frame);
      // 8 frames: the average that sees a rise takes 80 ms.
      expect(seen, `cell ${index + 1}`).toHaveLength(rises.length);
      for (const [at, rise] of rises.entries()) {
        expect(seen[at]! - rise, `rise at frame ${rise}`).toBeGreaterThanOrEqual(0);
        expect(seen[at]! - rise, `rise at frame ${rise}`).toBeLessThanOrEqual(8);
      }
    }
    expect([...all('cell-traces').at(-1)!.newest.events]).toEqual([4, 2, 2]);
    for (const [order, cell] of [3, 1].entries()) {
      const history = all('cell-history').filter((message) => message.cell === cell);
      expect(history).toHaveLength(1);
      const parts = [...history, ...all('cell-traces').map(({ traces }) => traces[order]!)];
      const frames = parts.flatMap((part) =>
        [...part.timeS].map((timeS) => Math.round(timeS * BLINKING_FPS)),
      );
      expect(frames).toEqual(range(BLINKING_PERIOD, 3 * BLINKING_PERIOD));
      const counts = parts.flatMap((part) => [...part.counts]);
      for (const [at, frame] of frames.entries()) {
        // A background of 60 and noise of 2 in the mean; 1.8: six sigma of it over 113 px, and up to 1 that is cut off.
        expect(Math.abs(counts[at]! - 62 - lightOf(BLINKING_CELLS[cell - 1]!, frame))).toBeLessThan(1.8);
      }
      const events = parts.flatMap((part) => [...part.eventS]);
      expect(events).toEqual(
        all('cell-events').flatMap(({ cells, timeS }) =>
          [...timeS].filter((_, index) => cells[index] === cell),
        ),
      );
    }
    client.close();
  });

  test('a ring of neuropil takes its share of the light away from the next frame on', async () => {
    await start();
    const client = await open();
    await client.ask({ type: 'watch-cells', cells: [2] });
    await film(0, 20);
    expect(await client.ask(setCells(blinkingMap()))).toBeNull();
    await film(20, 60);
    await expect.poll(() => all('cell-traces').at(-1)?.newest.timeS).toBeCloseTo(0.59, 6);
    const ring = { width: 3, gap: 2, share: 0.5 };
    expect(await client.ask({ type: 'set-calcium', neuropil: ring })).toBeNull();
    expect(all('calcium').at(-1)!.calcium).toMatchObject({ on: true, neuropil: ring });
    await film(60, 100);
    await expect.poll(() => all('cell-traces').at(-1)?.newest.timeS).toBeCloseTo(0.99, 6);
    const counts = [...all('cell-history'), ...all('cell-traces').map(({ traces }) => traces[0]!)].flatMap(
      (part) => [...part.counts],
    );
    expect(counts).toHaveLength(80);
    for (const [at, value] of counts.entries()) {
      // Half of a background of 62 in the mean is gone; 1.2: six sigma of the noise of 1.4 over 81 px, and of the ring.
      expect(Math.abs(value - (at < 40 ? 102 : 71)), `frame ${20 + at}`).toBeLessThan(1.2);
    }
    client.close();
  });

  test('who only looks is shown cells and changes nothing', async () => {
    await start();
    await film(0, 10);
    const door = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    door.on('connection', (socket) => tracker.mount.onViewer(socket, 'viewer'));
    await once(door, 'listening');
    const address = door.address() as AddressInfo;
    const viewer = await LiveClient.open(`ws://127.0.0.1:${address.port}`, {}, (message) =>
      told.push(message),
    );
    expect(await viewer.ask({ type: 'watch-cells', cells: [] })).toBeNull();
    expect(await viewer.ask({ type: 'calcium-projection', kind: 'mean' })).toBeNull();
    expect(all('calcium-projection')).toHaveLength(1);
    const changes: RequestWithoutId[] = [
      { type: 'set-calcium', on: false },
      setCells(blinkingMap()),
      { type: 'reset-projections' },
    ];
    for (const change of changes) {
      expect(await viewer.ask(change)).toMatch(/^E_ACCESS .*expected the role operator/);
    }
    expect(calcium()).toMatchObject({ on: true, cells: 0 });
    viewer.close();
    door.close();
  });

  test('a map that is none is refused by name, and the cells stay', async () => {
    await start();
    await film(0, 2);
    const client = await open();
    const wrong = (...runs: number[]) => setCells({ ...BLINKING_SHAPE, runs: Uint32Array.from(runs) });
    expect(await client.ask(setCells(blinkingMap()))).toBeNull();
    expect(await client.ask(wrong(158, 4, 1))).toMatch(/^E_PROTOCOL cells: .*run 0: pixel 158, 4 px, cell 1/);
    expect(await client.ask(wrong(20, 4, 1, 10, 4, 2))).toContain('run 1: pixel 10');
    expect(await client.ask({ type: 'set-cells', runs: Buffer.alloc(13) })).toContain('received 13 bytes');
    // Cell 3 goes; its number is not for another, but cell 3 may come back.
    const runs = blinkingMap().runs;
    const two = runs.filter((_, at) => runs[at - (at % 3) + 2] !== 3);
    expect(await client.ask(wrong(...two))).toBeNull();
    expect(await client.ask(wrong(...two, 15_000, 4, 3))).toMatch(/^E_PROTOCOL cell 3: .*from 4 on/);
    expect(calcium().cells).toBe(2);
    expect(await client.ask(setCells(blinkingMap()))).toBeNull();
    expect(calcium().cells).toBe(3);
    client.close();
  });

  test('cells are there again after a restart, where the frames are as large', async () => {
    await start();
    await film(0, 2);
    const client = await open();
    await client.ask(setCells(blinkingMap()));
    expect(all('calcium').at(-1)!.calcium.savedAs).toBe(join(folder, 'rig-cells.npy'));
    client.close();
    await tracker.close();
    await start();
    await film(0, 5);
    expect(calcium()).toMatchObject({ on: true, cells: 3 });
    await tracker.close();
    await start();
    const camera = await rawCamera(url(), {
      ...{ type: 'hello', version: 1, camera: 'small', ...BLINKING_SHAPE, width: 120, fps: 100 },
    });
    expect(calcium()).toMatchObject({ on: true, cells: 0 });
    expect(log.join('\n')).toContain('the cells of last time do not fit');
    camera.ws.close();
  });
});
