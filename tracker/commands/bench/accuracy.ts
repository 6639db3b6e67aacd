import { presetPlan } from '#stages/presets.ts';
import { ACCURACY_PLANES } from './accuracy-bench.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { accuracyTables, measureAccuracy } from './measure-accuracy.ts';
import { planIterations } from './scene.ts';
import { digits, median } from './statistics.ts';

const FRAMES = 600;

/** Errors of every preset against simulated beads: prints the tables of the README before its lines. */
export async function* run({ engine, frames = FRAMES }: BenchOptions): AsyncGenerator<BenchLine> {
  const machine = thisMachine();
  const measured = await measureAccuracy(frames, engine?.[0] ?? 'reference');
  console.log(`${accuracyTables(measured)}\n`);
  for (const { preset, sizes, engine: kind, frames: framesOfSize, ...errors } of measured) {
    const us = median(sizes.map(({ usPerRoi }) => usPerRoi));
    const tracked = framesOfSize * sizes.length;
    yield {
      case: 'accuracy',
      engine: kind,
      preset,
      // One after the other, see `sizes`.
      roi: null,
      pixelType: 'float32',
      planes: ACCURACY_PLANES,
      beads: 1,
      iterations: planIterations(presetPlan(preset)),
      machine,
      repeats: 1,
      usPerRoi: us,
      roisPerSecond: digits(1e6 / us),
      framesOffered: tracked,
      framesTracked: tracked,
      framesDropped: 0,
      fps: digits(1e6 / us),
      latencyMsP50: null,
      latencyMsP99: null,
      frames: framesOfSize,
      sizes,
      ...errors,
    };
  }
}
