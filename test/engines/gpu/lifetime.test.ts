import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EngineSetup } from '#engines/engine.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { DeviceError } from '#protocol/errors.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
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

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(`the GPU engine${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  async function track(setup: EngineSetup, frames: ArrayBuffer[]): Promise<TrackTable> {
    const table = emptyTable(setup, frames.length);
    await engine.configure(setup);
    await engine.track(frames, table);
    return table;
  }

  test('gives the same numbers every time', async () => {
    const beads = beadRow([24, 24, 24, 24], { seed: 111 });
    const shape = shapeOf(beads, 'float32');
    const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40)]);
    const frames = [ringFrame(shape, beads, { seed: 112 })];
    const once = new Uint8Array((await track(setup, frames)).buffer);
    expect(new Uint8Array((await track(setup, frames)).buffer)).toEqual(once);
  });

  test('refuses an ROI that leaves the frame, naming the bead', async () => {
    const beads = beadRow([24], { seed: 121 });
    const setup = setupOf(beads, shapeOf(beads, 'mono8'), planWith(), []);
    setup.rois = [{ bead: 7, left: 30, top: 0, size: 24 }];
    await expect(engine.configure(setup)).rejects.toThrow(/bead 7 ROI/);
  });

  test('says that the device is lost, whether before or while it tracks', async () => {
    const opened = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
    const beads = beadRow([24], { seed: 151 });
    const shape = shapeOf(beads, 'mono8');
    const setup = setupOf(beads, shape, planWith(), []);
    const frames = new Array<ArrayBuffer>(40).fill(ringFrame(shape, beads, { seed: 152 }));
    const lossy = await createGpuEngine();
    await lossy.configure(setup);
    const device = (await opened.mock.results[0]!.value) as GPUDevice;
    opened.mockRestore();
    const tracking = lossy.track(frames, emptyTable(setup, frames.length));
    device.destroy();
    await expect(tracking).rejects.toThrow(DeviceError);
    await expect(lossy.track(frames, emptyTable(setup, frames.length))).rejects.toThrow(DeviceError);
    await lossy.close();
  });

  test('works in a thread of its own and ends with it', async () => {
    const beads = beadRow([24, 24], { seed: 131 });
    const shape = shapeOf(beads, 'mono8');
    const setup = { ...setupOf(beads, shape, planWith(), [ringZLut(24, 40)]), profiles: false };
    const frame = ringFrame(shape, beads, { seed: 132 });
    const want = createTrackTable(1, 2);
    await engine.configure(setup);
    await engine.track([frame], want);
    const host = await startThreadHost('gpu');
    expect(host.facts).toEqual(engine.facts);
    await host.configure(setup);
    const room = host.takeRoom(frame.byteLength);
    room.pixels.set(new Uint8Array(frame));
    const table = await host.track([room]);
    expect([...table.zNm]).toEqual([...want.zNm]);
    await host.close();
  });

  test('lets the process end by itself once it is closed', async () => {
    const script = `
      const { createGpuEngine } = await import('#engines/gpu/gpu-engine.ts');
      const { createTrackTable } = await import('#protocol/track-table.ts');
      const { parsePlan } = await import('#stages/plan.ts');
      const engine = await createGpuEngine();
      await engine.configure({
        plan: parsePlan([{ stage: 'center-of-mass' }]), width: 16, height: 16,
        pixelFormat: 'mono8', rois: [{ bead: 0, left: 0, top: 0, size: 16 }], zLuts: [], zLutOfBead: [-1],
        profiles: false,
      });
      const table = createTrackTable(1, 1);
      await engine.track([Uint8Array.from({ length: 256 }, (_, at) => at % 16).buffer], table);
      await engine.close();
      console.log(table.xPx[0].toFixed(3));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { timeout: 60_000 },
    );
    // Sum of squares over sum of 0 to 15.
    expect(stdout.trim()).toBe((31 / 3).toFixed(3));
  });
});
