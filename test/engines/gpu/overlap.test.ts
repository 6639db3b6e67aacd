import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { recovering } from '#engines/threads/recovering-engine.ts';
import { DeviceError } from '#protocol/errors.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import {
  beadRow,
  emptyTable,
  planWith,
  ringFrame,
  ringZLut,
  setupOf,
  shapeOf,
} from '../../support/ring-beads.ts';
import { expectSameTracks, tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();

// Single precision against double: 1e-6 px and 0.001 nm on these images.
const AS_REFERENCE = { px: 1e-3, zNm: 0.5, score: 1e-5, profileShare: 1e-4 };

const beads = beadRow([24, 24], { seed: 301 });
const shape = shapeOf(beads, 'mono8');
const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40)]);
const batches = [0, 1, 2].map((batch) =>
  [1, 2].map((seed) => ringFrame(shape, beads, { seed: 10 * batch + seed })),
);

/** Counts what is handed to devices from here on. */
function watchSubmissions() {
  const spy = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
  return {
    /** Waits without a turn of the event loop, in which Dawn would tell what is done. */
    async inFlight(count: number): Promise<void> {
      while (spy.mock.calls.length < count) await Promise.resolve();
      spy.mockClear();
    },
    end: () => spy.mockRestore(),
  };
}

describe.skipIf(skipReason)(
  `batches under way together${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    test('are as many as the engine says, each with its own tracks', async () => {
      const want = [];
      for (const frames of batches) want.push(await tracksBy(createReferenceEngine(), setup, frames));
      expect(engine.tracksAtOnce).toBe(batches.length);
      await engine.configure(setup);
      const tables = batches.map((frames) => emptyTable(setup, frames.length));
      await Promise.all(batches.map((frames, index) => engine.track(frames, tables[index]!)));
      for (const [index, table] of tables.entries()) expectSameTracks(table, want[index]!, AS_REFERENCE);
    });

    test('keep the ROIs and the setup they began with', async () => {
      const frame = batches[0]![0]!;
      // More than one submission: the last are written after the ROIs have moved.
      const many = new Array<ArrayBuffer>(60).fill(frame);
      const moved = setup.rois.map((roi) => ({ ...roi, left: roi.left - (roi.left % 2), top: 0 }));
      const coarse = setupOf(beads, shape, planWith({ 'lookup-z': { nLocal: 7 } }), [ringZLut(24, 30)]);
      const setups = [setup, { ...setup, rois: moved }, coarse];
      const want = [];
      for (const each of setups) want.push(await tracksBy(engine, each, [frame]));
      expect(want[1]!.zNm).not.toEqual(want[0]!.zNm);
      expect(want[2]!.zNm).not.toEqual(want[0]!.zNm);

      await engine.configure(setup);
      const tables = setups.map((each) => emptyTable(each, many.length));
      const first = engine.track(many, tables[0]!);
      await engine.moveRois(moved);
      const second = engine.track(many, tables[1]!);
      await engine.configure(coarse);
      const third = engine.track(many, tables[2]!);
      await Promise.all([first, second, third]);
      for (const [index, table] of tables.entries()) {
        for (let row = 0; row < many.length; row++) {
          const from = row * table.beads;
          expect(table.zNm.subarray(from, from + table.beads)).toEqual(want[index]!.zNm);
          expect(table.xPx.subarray(from, from + table.beads)).toEqual(want[index]!.xPx);
        }
      }
    });

    test('make no buffer of the device', async () => {
      await engine.configure(setup);
      const table = emptyTable(setup, 2);
      const made = vi.spyOn(GPUDevice.prototype, 'createBuffer');
      for (let turn = 0; turn < 6; turn++) {
        await engine.moveRois(setup.rois);
        await Promise.all(batches.map((frames) => engine.track(frames, table)));
      }
      expect(made).not.toHaveBeenCalled();
      // The count would be 0, too, if nothing were seen.
      await engine.configure(setupOf(beads, { ...shape, height: 900 }, planWith(), [ringZLut(24, 40)]));
      expect(made).toHaveBeenCalled();
      made.mockRestore();
    });

    test('are done before the engine closes', async () => {
      const closing = await createGpuEngine();
      const submissions = watchSubmissions();
      await closing.configure(setup);
      const tables = batches.map((frames) => emptyTable(setup, frames.length));
      const tracking = batches.map((frames, index) => closing.track(frames, tables[index]!));
      await submissions.inFlight(batches.length);
      submissions.end();
      await closing.close();
      await Promise.all(tracking);
      for (const table of tables) expect([...table.status]).toEqual([0, 0, 0, 0]);
      await expect(closing.track(batches[0]!, tables[0]!)).rejects.toThrow(/before configure/);
    });

    test('are tracked again when the device is lost under them, none missing', async () => {
      const want = [];
      for (const frames of batches) want.push(await tracksBy(createReferenceEngine(), setup, frames));
      const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
      const submissions = watchSubmissions();
      const notices: string[] = [];
      const lossy = await recovering(
        () => createGpuEngine(),
        (text) => notices.push(text),
      );
      await lossy.configure(setup);
      for (let loss = 0; loss < 3; loss++) {
        const tables = batches.map((frames) => emptyTable(setup, frames.length));
        const tracking = batches.map((frames, index) => lossy.track(frames, tables[index]!));
        await submissions.inFlight(batches.length);
        const device = (await requested.mock.results.at(-1)!.value) as GPUDevice;
        device.destroy();
        await Promise.all(tracking);
        await submissions.inFlight(batches.length);
        for (const [index, table] of tables.entries()) expectSameTracks(table, want[index]!, AS_REFERENCE);
        expect(requested).toHaveBeenCalledTimes(loss + 2);
      }
      requested.mockRestore();
      submissions.end();
      expect(notices.length).toBeGreaterThanOrEqual(3);
      await lossy.close();
    });

    test('begin on a new device when the old one was lost before them, even if it can be opened late only', async () => {
      const want = await tracksBy(createReferenceEngine(), setup, batches[0]!);
      const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
      const lose = async () => ((await requested.mock.results.at(-1)!.value) as GPUDevice).destroy();
      const gone = new DeviceError({ where: 'GPU', expected: 'an adapter', received: 'none' });
      let isGone = false;
      const lossy = await recovering(
        async () => {
          if (isGone) throw gone;
          return createGpuEngine();
        },
        () => {},
      );
      await lossy.configure(
        setupOf(beads, shape, planWith({ 'lookup-z': { nLocal: 7 } }), [ringZLut(24, 30)]),
      );
      await lose();
      await lossy.configure(setup);
      const table = emptyTable(setup, 2);
      await lossy.track(batches[0]!, table);
      expectSameTracks(table, want, AS_REFERENCE);

      await lose();
      isGone = true;
      await lossy.moveRois(setup.rois);
      await expect(lossy.track(batches[0]!, table)).rejects.toBe(gone);
      await expect(lossy.track(batches[0]!, table)).rejects.toBe(gone);
      isGone = false;
      table.xPx.fill(0);
      await lossy.track(batches[0]!, table);
      expectSameTracks(table, want, AS_REFERENCE);
      requested.mockRestore();
      await lossy.close();
    });

    test('all fail when the device is lost and nobody opens it again', async () => {
      const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
      const lossy = await createGpuEngine();
      await lossy.configure(setup);
      const device = (await requested.mock.results[0]!.value) as GPUDevice;
      requested.mockRestore();
      const submissions = watchSubmissions();
      const tracking = batches.map((frames) => lossy.track(frames, emptyTable(setup, frames.length)));
      await submissions.inFlight(batches.length);
      submissions.end();
      device.destroy();
      for (const result of await Promise.allSettled(tracking)) {
        expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DeviceError) });
      }
      await lossy.close();
    });

    test('are timed by the clock of the device, where it has one', async () => {
      const timed = await createGpuEngine();
      expect(timed.deviceTime!()).toBeNull();
      await timed.configure(setup);
      await Promise.all(batches.map((frames) => timed.track(frames, emptyTable(setup, frames.length))));
      const time = timed.deviceTime!();
      if (time) {
        expect(time.rois).toBe(12);
        expect(time.us).toBeGreaterThan(0);
        expect(time.lastUsPerRoi).toBeGreaterThan(0);
        expect(4 * time.lastUsPerRoi).toBeLessThanOrEqual(time.us);
      }
      await timed.close();
    });
  },
);
