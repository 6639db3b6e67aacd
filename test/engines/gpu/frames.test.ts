import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EngineSetup } from '#engines/engine.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { DeviceError } from '#protocol/errors.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
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
import { tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();

/** The bytes in memory that threads share, and random ones behind them. */
function shared(bytes: ArrayBuffer, extra: number): SharedArrayBuffer {
  const room = new SharedArrayBuffer(bytes.byteLength + extra);
  new Uint8Array(room).fill(181).set(new Uint8Array(bytes));
  return room;
}

/** The ROIs of a frame, one after the other, row by row. */
function cropped(frame: ArrayBuffer, { width, rois, pixelFormat, ...shape }: EngineSetup): ArrayBuffer {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const bytes = new Uint8Array(layoutBytes({ width, pixelFormat, ...shape }, rois, 'rois'));
  let at = 0;
  for (const { left, top, size } of rois) {
    for (let row = top; row < top + size; row++) {
      const from = (row * width + left) * bytesPerPixel;
      bytes.set(new Uint8Array(frame, from, size * bytesPerPixel), at);
      at += size * bytesPerPixel;
    }
  }
  return bytes.buffer;
}

describe.skipIf(skipReason)(`frames for the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  test.each<[PixelFormat, number]>([
    ['mono8', 0],
    ['mono8', 7],
    ['mono12', 2],
    ['mono16', 8],
    ['float32', 0],
  ])('of %s in shared memory with %i bytes to spare are as those of their own', async (format, extra) => {
    const beads = beadRow([24, 31, 24], { seed: 311 });
    const shape = { ...shapeOf(beads, format), height: 35 };
    const zLuts = [ringZLut(24, 40), ringZLut(31, 40)];
    const setup = setupOf(beads, shape, planWith(), zLuts);
    const frames = [312, 313].map((seed) => ringFrame(shape, beads, { seed }));
    const want = await tracksBy(engine, setup, frames);
    const got = await tracksBy(
      engine,
      setup,
      frames.map((frame) => shared(frame, extra)),
    );
    expect([...got.status]).toEqual(new Array(6).fill(0));
    expect(new Uint8Array(got.buffer)).toEqual(new Uint8Array(want.buffer));
  });

  test.each<PixelFormat>(['mono8', 'mono12', 'float32'])(
    'of %s that hold ROIs only give the tracks of whole ones, also after the ROIs moved',
    async (format) => {
      const beads = beadRow([31, 24, 31, 24], { seed: 321 });
      const shape = { ...shapeOf(beads, format), height: 33 };
      const zLuts = [ringZLut(24, 40), ringZLut(31, 40)];
      const whole = setupOf(beads, shape, planWith(), zLuts);
      const layout = 'rois';
      const frames = [322, 323].map((seed) => ringFrame(shape, beads, { seed }));
      const want = await tracksBy(engine, whole, frames);
      const crops = frames.map((frame) => shared(cropped(frame, whole), 5));
      const got = await tracksBy(engine, { ...whole, layout }, crops);
      expect([...got.status]).toEqual(new Array(8).fill(0));
      expect(new Uint8Array(got.buffer)).toEqual(new Uint8Array(want.buffer));

      // To the left by a pixel, and up or down by one.
      const rois = whole.rois.map((roi) => ({ ...roi, left: roi.left - 1, top: 1 - roi.top }));
      const moved = { ...whole, rois };
      const wantMoved = await tracksBy(engine, moved, frames);
      await engine.configure({ ...whole, layout });
      await engine.moveRois(rois);
      const table = emptyTable(moved, frames.length);
      await engine.track(
        frames.map((frame) => cropped(frame, moved)),
        table,
      );
      expect(new Uint8Array(table.buffer)).toEqual(new Uint8Array(wantMoved.buffer));
      expect(wantMoved.xPx).not.toEqual(want.xPx);
    },
  );

  test('that no device has memory for are refused with their size, and others tracked afterwards', async () => {
    const beads = beadRow([24], { seed: 331 });
    const shape = shapeOf(beads, 'mono8');
    const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40)]);
    const vast = engine.configure({ ...setup, width: 200_000, height: 200_000 });
    await expect(vast).rejects.toThrow(DeviceError);
    await expect(vast).rejects.toThrow(/'frames 0': expected at most \d+ bytes, received 40000000000 bytes/);
    const { status } = await tracksBy(engine, setup, [ringFrame(shape, beads, { seed: 332 })]);
    expect([...status]).toEqual([0]);
  });

  test('that the device is out of memory for are a DeviceError, and leave nothing of theirs behind', async () => {
    const beads = beadRow([24], { seed: 341 });
    const shape = shapeOf(beads, 'mono8');
    const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40)]);
    const frames = [ringFrame(shape, beads, { seed: 342 })];
    const want = await tracksBy(engine, setup, frames);
    const pop = GPUDevice.prototype.popErrorScope;
    const destroyed = vi.spyOn(GPUBuffer.prototype, 'destroy');
    const popped = vi.spyOn(GPUDevice.prototype, 'popErrorScope');
    popped.mockImplementationOnce(async function (this: GPUDevice) {
      await pop.call(this);
      return { message: 'no room' };
    });
    await expect(engine.configure(setup)).rejects.toThrow(/expected memory for the setup, received no room/);
    // Three submissions of three buffers, the Z-LUTs, the header and the ROIs of at least one size.
    expect(destroyed.mock.calls.length).toBeGreaterThanOrEqual(12);
    popped.mockRestore();
    destroyed.mockRestore();
    expect((await tracksBy(engine, setup, frames)).zNm).toEqual(want.zNm);
  });
});
