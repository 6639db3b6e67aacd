import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTracks } from '#recording/read-recording.ts';
import { readRunRecord } from '#recording/run-record.ts';
import {
  BLINKING_FPS,
  BLINKING_ROI,
  BLINKING_SHAPE,
  blinkingMap,
  blinkingPixels,
} from '../support/blinking-cells.ts';
import {
  calcium,
  eachInFolder,
  film,
  log,
  open,
  setCells,
  start,
  tracker,
  url,
} from '../support/calcium-tracker.ts';
import { rawCamera } from '../support/raw-camera.ts';

describe('a tracker that measures cells', () => {
  eachInFolder();

  /** [frame, bead] every column of the recorded tracks. */
  async function tracks() {
    const rows: number[][] = [];
    for await (const { frame, xPx, yPx, status } of readTracks(join(tracker.recording!, 'tracks.arrows'))) {
      for (const [row, id] of frame.entries()) rows.push([id, xPx[row]!, yPx[row]!, status[row]!]);
    }
    return rows;
  }

  test('beads are tracked to the same bit whether cells are measured or not', async () => {
    await start((config) => {
      config.calcium.enabled = false;
    });
    await film(0, 120);
    await tracker.close();
    expect(calcium()).toMatchObject({ on: false, measured: 0 });
    const without = await tracks();
    await start();
    const client = await open();
    await film(0, 1);
    await client.ask(setCells(blinkingMap()));
    await film(1, 120);
    client.close();
    await tracker.close();
    expect(calcium()).toMatchObject({ on: true, cells: 3, measured: 120, skipped: 0 });
    expect(without).toHaveLength(120);
    expect(await tracks()).toEqual(without);
  });

  test('cells are measured without any bead, and recorded', async () => {
    await start(() => {}, false);
    await film(0, 1);
    const client = await open();
    await client.ask(setCells(blinkingMap()));
    await film(1, 41);
    client.close();
    await tracker.close();
    expect(calcium()).toMatchObject({ cells: 3, measured: 41, skipped: 0 });
    const run = await readRunRecord(tracker.recording!);
    expect(run.calcium).toMatchObject({
      frames: { measured: 41, skipped: 0, lost: 0 },
      settings: [
        { frame: 0, cells: 0 },
        { frame: 1, cells: 3, fps: BLINKING_FPS },
      ],
    });
  });

  test('a camera that cuts its frames sends whole ones while cells are measured', async () => {
    await start((config) => {
      config.calcium.enabled = false;
    });
    const camera = await rawCamera(url(), {
      ...{ type: 'hello', version: 1, camera: 'cuts', ...BLINKING_SHAPE, fps: 100, roiStreaming: true },
    });
    const client = await open();
    const cut = await camera.next('rois');
    expect(cut.rois).toHaveLength(1);
    expect(await client.ask({ type: 'set-calcium', on: true })).toBeNull();
    expect((await camera.next('rois')).rois).toEqual([]);
    // Sent before the camera heard of it: tracked, not measured.
    const { left, top, size } = BLINKING_ROI;
    const square = new Uint8Array(size * size).map((_, pixel) => {
      const [x, y] = [left + (pixel % size), top + Math.floor(pixel / size)];
      return blinkingPixels(0)[y * BLINKING_SHAPE.width + x]!;
    });
    await camera.frame(0, square, { rois: cut.version });
    await camera.frame(1, blinkingPixels(1));
    await expect.poll(() => calcium().measured).toBe(1);
    expect(await client.ask({ type: 'add-bead', xPx: 110, yPx: 40 })).toBeNull();
    expect(await client.ask({ type: 'set-calcium', on: false })).toBeNull();
    expect((await camera.next('rois')).rois).toEqual([
      { left, top, size },
      { left: 86, top: 16, size },
    ]);
    expect(tracker.totals()).toMatchObject({ tracked: 2, refused: 0 });
    camera.ws.close();
    client.close();
  });

  test('without a frame rate no cell is measured, and beads are tracked', async () => {
    await start((config) => {
      config.calcium.fps = undefined;
    });
    await film(0, 3);
    expect(calcium()).toMatchObject({ on: false, measured: 0 });
    expect(log.join('\n')).toContain('set calcium.fps in the settings');
    const client = await open();
    expect(await client.ask({ type: 'set-calcium', on: true })).toContain(
      'expected a frame rate, received 0',
    );
    await expect.poll(() => tracker.totals().tracked).toBe(3);
    client.close();
  });
});
