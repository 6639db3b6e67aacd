import { writeFile } from 'node:fs/promises';
import { openEngine } from '#engines/open-engine.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { type Machine, thisMachine } from './machine.ts';
import { measurePrecision, type PrecisionGrid, type PrecisionPoint } from './measure-precision.ts';
import { type ExamResult, examFrames, examResults, examText } from './precision-exam.ts';
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
  const grid = {
    presets: options.preset ?? PRESET_NAMES,
    radiiNm: options.radius ?? [1500, 500],
    zNm: options.z ?? HEIGHTS_NM,
    photons: options.photons ?? [200, 1000, 10_000],
    rois: options.roiSize ?? [64],
    seed: options.seed ?? 0,
    sweepZNm: SWEEP_Z_NM,
    framesPerPlane: options.sweepFrames ?? FRAMES_PER_PLANE,
  };
  const asked = options.frames ?? FRAMES;
  return { ...grid, frames: options.exam === undefined ? asked : examFrames(grid, options.exam) };
}

/** Errors of presets over the smallest possible: the lines as they come, then tables, and a picture if asked for. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const machine = thisMachine();
  const grid = precisionGrid(options);
  for (const kind of options.engine ?? (['wasm'] as const)) {
    const engine = await openEngine(kind);
    const points: PrecisionPoint[] = [];
    try {
      for await (const point of measurePrecision(() => engine, grid)) {
        points.push(point);
        yield lineOf(point, grid, machine);
      }
    } finally {
      await engine.close();
    }
    console.log(`\n${precisionTables(points)}\n`);
    if (options.exam !== undefined) {
      const results = examResults(points, grid.frames);
      for (const result of results) yield examLineOf(result, grid, machine);
      console.log(examText(results));
    }
    if (options.svg !== undefined) await writeFile(options.svg, precisionPicture(points));
  }
}

function examLineOf(result: ExamResult, { frames, seed }: PrecisionGrid, machine: Machine): BenchLine {
  return {
    case: 'precision-exam',
    ...result,
    engine: null,
    roi: null,
    pixelType: 'float32',
    planes: null,
    beads: 1,
    iterations: planIterations(presetPlan(result.preset)),
    machine,
    repeats: 1,
    usPerRoi: null,
    roisPerSecond: null,
    framesOffered: result.frames,
    framesTracked: result.frames,
    framesDropped: 0,
    fps: null,
    latencyMsP50: null,
    latencyMsP99: null,
    seed,
    framesPerPoint: frames,
  };
}

function lineOf(point: PrecisionPoint, { frames, seed }: PrecisionGrid, machine: Machine): BenchLine {
  const { usPerRoi, sigmaSpread } = point;
  return {
    case: 'precision',
    ...point,
    pixelType: 'float32',
    beads: 1,
    iterations: planIterations(presetPlan(point.preset)),
    machine,
    repeats: 1,
    usPerRoi: digits(usPerRoi),
    roisPerSecond: digits(1e6 / usPerRoi),
    framesOffered: frames,
    framesTracked: frames,
    framesDropped: 0,
    fps: digits(1e6 / usPerRoi),
    latencyMsP50: null,
    latencyMsP99: null,
    boundXyNm: digits(point.boundXyNm),
    boundZNm: digits(point.boundZNm),
    xyOverBound: digits(point.xyOverBound),
    zOverBound: digits(point.zOverBound),
    xyBiasNm: digits(point.xyBiasNm),
    zBiasNm: digits(point.zBiasNm),
    sigmaSpread: sigmaSpread === null ? null : digits(sigmaSpread),
    seed,
    frames,
  };
}
