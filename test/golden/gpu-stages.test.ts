import { afterAll, beforeAll, describe, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import {
  expectGolden,
  type GoldenCase,
  goldenCases,
  goldenInput,
  hasMagtrackGolden,
} from './magtrack-golden.ts';

const skipReason = hasMagtrackGolden ? gpuSkipReason() : '../shared is absent';
const title = "MagTrack's stages, each as a kernel of its own";

describe.skipIf(skipReason)(skipReason ? `${title} (skipped: ${skipReason})` : title, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  /** Runs one stage on all frames of a stack side by side in one frame, each a bead with the center the case gives. */
  async function runStage(
    golden: GoldenCase,
    stage: string,
    params: Record<string, unknown>,
  ): Promise<TrackTable> {
    const stack = goldenInput(golden, 'stack');
    const [size, , beads] = stack.shape as [number, number, number];
    const seedsOf = (names: string[]) => {
      const name = names.find((input) => golden.inputs[input]);
      return name === undefined ? undefined : goldenInput(golden, name).data;
    };
    const x = seedsOf(['x', 'x_old']);
    const y = seedsOf(['y', 'y_old']);
    const width = size * beads;
    const frame = new Float32Array(size * width);
    for (let index = 0; index < stack.data.length; index++) {
      const pixel = Math.floor(index / beads);
      frame[Math.floor(pixel / size) * width + (index % beads) * size + (pixel % size)] = stack.data[index]!;
    }
    const plan: Plan = [{ stage, params: stageNamed(stage).params.parse(params) }];
    const table = createTrackTable(1, beads, planRadii(plan, size));
    await engine.configure({
      plan,
      width,
      height: size,
      pixelFormat: 'float32',
      rois: Array.from({ length: beads }, (_, bead) => ({ bead, left: bead * size, top: 0, size })),
      zLuts: [],
      zLutOfBead: new Array<number>(beads).fill(-1),
      profiles: table.radii > 0,
      ...(x && y
        ? { seeds: Array.from({ length: beads }, (_, bead) => ({ xPx: x[bead]!, yPx: y[bead]! })) }
        : {}),
    });
    await engine.track([frame.buffer], table);
    for (let bead = 0; bead < beads; bead++) table.xPx[bead]! -= bead * size;
    return table;
  }

  function expectCenters(golden: GoldenCase, { xPx, yPx }: TrackTable): void {
    expectGolden(golden, 'x', xPx, 'f32');
    expectGolden(golden, 'y', yPx, 'f32');
  }

  /** Whether every frame has light: an engine gives no position without, whatever a stage makes of it. */
  function isLit(golden: GoldenCase): boolean {
    const { shape, data } = goldenInput(golden, 'stack');
    const frames = shape[2]!;
    return Array.from({ length: frames }, (_, frame) => frame).every((frame) =>
      data.some((counts, index) => index % frames === frame && counts !== data[frame]),
    );
  }

  /** Cases the library answers, by name. */
  function answered(name: string): [string, GoldenCase][] {
    return goldenCases(name)
      .filter((golden) => golden.outputs && !golden.params.return_conv)
      .map((golden) => [golden.name, golden]);
  }

  test.each(answered('center_of_mass').filter(([, golden]) => isLit(golden)))(
    'center of mass: %s',
    async (_, golden) => {
      expectCenters(golden, await runStage(golden, 'center-of-mass', golden.params));
    },
  );

  test.each(answered('auto_conv').filter(([, golden]) => isLit(golden)))(
    'auto-convolution: %s',
    async (_, golden) => {
      expectCenters(golden, await runStage(golden, 'auto-conv', {}));
    },
  );

  test.each(answered('auto_conv_multiline_sub_pixel'))(
    'multi-line auto-convolution: %s',
    async (_, golden) => {
      const { line_ratio: lineRatio, n_local: nLocal } = golden.params;
      expectCenters(
        golden,
        await runStage(golden, 'auto-conv-multiline-sub-pixel', { lineRatio, nLocal, iterations: 1 }),
      );
    },
  );

  test.each(answered('radial_profile'))('radial profile: %s', async (_, golden) => {
    const { radii, beads, profiles } = await runStage(golden, 'radial-profile', golden.params);
    const asStack = Array.from({ length: radii * beads }, (_, index) => {
      return profiles[(index % beads) * radii + Math.floor(index / beads)]!;
    });
    expectGolden(golden, 'profiles', asStack, 'f32');
  });
});
