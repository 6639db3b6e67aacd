import { writeFile } from 'node:fs/promises';
import { openEngine } from '#engines/open-engine.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { measurePrecision, type PrecisionGrid, type PrecisionPoint } from './measure-precision.ts';
import { precisionPicture } from './precision-picture.ts';
import { precisionTables } from './precision-table.ts';
import { planIterations } from './scene.ts';
import { digits } from './statistics.ts';

const FRAMES = 500;
const SWEEP_Z_NM = [-2500, 8500] as const;
const FRAMES_PER_PLANE = 16;
const HEIGHTS_NM = Array.from({ length: 21 }, (_, index) => -2000 + 500 * index);

/** The grid that the options ask for; every combination of radius, height and brightness when they do not say. */
export function precisionGrid(options: BenchOptions): PrecisionGrid {
  return {
    presets: options.preset ?? PRESET_NAMES,
    radiiNm: options.radius ?? [1500, 500],
    zNm: options.z ?? HEIGHTS_NM,
    photons: options.photons ?? [200, 1000, 10_000],
    rois: options.roiSize ?? [64],
    frames: options.frames ?? FRAMES,
    seed: options.seed ?? 0,
    sweepZNm: SWEEP_Z_NM,
    framesPerPlane: FRAMES_PER_PLANE,
  };
}

/** Errors of presets over the smallest possible: the lines as they come, then tables, and a picture if asked for. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const machine = thisMachine();
  const grid = precisionGrid(options);
  for (const kind of options.engine ?? (['wasm'] as const)) {
    const engine = await openEngine(kind);
    const points: PrecisionPoint[] = [];
    try {
      for await (const point of measurePrecision(engine, grid)) {
        points.push(point);
        const { planes, usPerRoi, ...score } = point;
        yield {
          case: 'precision',
          engine: kind,
          pixelType: 'float32',
          planes,
          beads: 1,
          iterations: planIterations(presetPlan(point.preset)),
          machine,
          repeats: 1,
          usPerRoi: digits(usPerRoi),
          roisPerSecond: digits(1e6 / usPerRoi),
          framesOffered: grid.frames,
          framesTracked: grid.frames,
          framesDropped: 0,
          fps: digits(1e6 / usPerRoi),
          latencyMsP50: null,
          latencyMsP99: null,
          seed: grid.seed,
          frames: grid.frames,
          ...rounded(score),
        };
      }
    } finally {
      await engine.close();
    }
    console.log(`\n${precisionTables(points)}\n`);
    if (options.svg !== undefined) await writeFile(options.svg, precisionPicture(points));
  }
}

/** Four digits of everything that was measured; what was asked for stays as it is. */
function rounded(score: Omit<PrecisionPoint, 'planes' | 'usPerRoi'>) {
  const { sigmaSpread } = score;
  return {
    ...score,
    boundXyNm: digits(score.boundXyNm),
    boundZNm: digits(score.boundZNm),
    xyOverBound: digits(score.xyOverBound),
    zOverBound: digits(score.zOverBound),
    xyBiasNm: digits(score.xyBiasNm),
    zBiasNm: digits(score.zBiasNm),
    sigmaSpread: sigmaSpread === null ? null : digits(sigmaSpread),
  };
}
