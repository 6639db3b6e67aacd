import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { planRadii } from '#stages/plan.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import {
  expectGolden,
  frameOfStack,
  type GoldenCase,
  goldenCases,
  goldenInput,
  goldenPlan,
  goldenZLut,
  hasMagtrackGolden,
} from './magtrack-golden.ts';

const skipReason = hasMagtrackGolden ? gpuSkipReason() : '../shared is absent';
const all = goldenCases('stack_to_xyzp').map((golden): [string, GoldenCase] => [golden.name, golden]);

describe.skipIf(skipReason)(
  `MagTrack's whole pipeline on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    /** Tracks a stack of float64 counts as float32 frames. */
    async function trackStack(golden: GoldenCase): Promise<TrackTable> {
      const stack = goldenInput(golden, 'stack');
      const [size, , frames] = stack.shape as [number, number, number];
      const plan = goldenPlan(golden);
      const zLut = goldenZLut(golden);
      await engine.configure({
        plan,
        width: size,
        height: size,
        pixelFormat: 'float32',
        rois: [{ bead: 0, left: 0, top: 0, size }],
        zLuts: zLut ? [zLut] : [],
        zLutOfBead: [zLut ? 0 : -1],
        profiles: true,
      });
      const table = createTrackTable(frames, 1, planRadii(plan, size));
      const buffers = Array.from(
        { length: frames },
        (_, frame) => Float32Array.from(frameOfStack(stack, frame)).buffer,
      );
      await engine.track(buffers, table);
      return table;
    }

    test.each(all.filter(([, golden]) => golden.outputs))('%s', async (_, golden) => {
      const table = await trackStack(golden);
      const profiles = Array.from({ length: table.radii * table.frames }, (_, index) => {
        return table.profiles[(index % table.frames) * table.radii + Math.floor(index / table.frames)]!;
      });
      expectGolden(golden, 'x', table.xPx, 'f32');
      expectGolden(golden, 'y', table.yPx, 'f32');
      expectGolden(golden, 'profiles', profiles, 'f32');
      expectGolden(golden, 'z', table.zNm, 'f32');
    });

    test.each(all.filter(([, golden]) => golden.expect_error))(
      '%s: a blank frame is NaN and fails no other',
      async (_, golden) => {
        const stack = goldenInput(golden, 'stack');
        const table = await trackStack(golden);
        for (let frame = 0; frame < table.frames; frame++) {
          const pixels = frameOfStack(stack, frame);
          const blank = pixels.every((counts) => counts === pixels[0]);
          const { xPx, yPx, zNm } = table;
          expect([xPx, yPx, zNm].map((column) => Number.isNaN(column[frame]))).toEqual([blank, blank, blank]);
        }
      },
    );
  },
);
