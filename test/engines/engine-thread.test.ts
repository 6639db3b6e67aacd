import { describe, expect, test } from 'vitest';
import { BatchFailure, startEngineThread } from '#engines/engine-thread.ts';
import { openEngine } from '#engines/open-engine.ts';
import { ringExample } from '#engines/ring-example.ts';
import { createTrackTable } from '#protocol/track-table.ts';

describe('engine thread', () => {
  const { setup, frame } = ringExample(3, 32, 40);

  test('gives the very numbers of the engine in this thread and hands the buffers back', async () => {
    const engine = await openEngine('reference');
    await engine.configure(setup);
    const want = createTrackTable(2, 3);
    await engine.track([frame.buffer as ArrayBuffer, frame.buffer as ArrayBuffer], want);

    const thread = await startEngineThread('reference');
    await thread.configure(setup);
    const buffers = [frame.slice().buffer, frame.slice().buffer];
    const { table, frames } = await thread.track(buffers, createTrackTable(2, 3).buffer, 3, 0);
    expect(buffers[0]!.byteLength).toBe(0);
    expect(frames.map(({ byteLength }) => byteLength)).toEqual([frame.length, frame.length]);
    expect([...table.xPx, ...table.zNm]).toEqual([...want.xPx, ...want.zNm]);
    expect([...table.xPx].every(Number.isFinite)).toBe(true);
    await thread.close();
  });

  test('a setup that cannot be tracked is an error with its code, and the thread goes on', async () => {
    const thread = await startEngineThread('reference');
    const outside = { ...setup, rois: setup.rois.map((roi) => ({ ...roi, left: 5000 })) };
    const failure = await thread.configure(outside).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BatchFailure);
    expect((failure as BatchFailure).cause).toMatchObject({
      code: 'E_ROI',
      message: expect.stringContaining('left 5000'),
    });
    await thread.configure(setup);
    const { table } = await thread.track([frame.slice().buffer], createTrackTable(1, 3).buffer, 3, 0);
    expect(Number.isFinite(table.xPx[0])).toBe(true);
    await thread.close();
  });
});
