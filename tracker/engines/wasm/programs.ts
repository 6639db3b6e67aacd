import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { STAGES } from '#stages/index.ts';
import { SEED_CENTERS, SEED_LOOKUP } from '#stages/likelihood-seeds.ts';
import { maximumLikelihood } from '#stages/maximum-likelihood.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import { keptLength } from '../gpu/compose.ts';
import { warmStepOf } from '../last-places.ts';
import type { WasmSetup } from './layout.ts';
import { WASM_TABLES } from './tables.ts';
import { parameterNames, KERNEL_WORDS as WORDS } from './words.ts';
import type { Writer } from './writer.ts';

/** What the kernel knows a stage by. */
export function stageNumber(name: string): number {
  return STAGES.findIndex((stage) => stage.name === name);
}

/** The plan for ROIs of one size. */
export function writeProgram(writer: Writer, setup: WasmSetup, size: number): number {
  const { plan, pixelFormat } = setup;
  const at = writer.room(WORDS.programHead + plan.length * WORDS.stepBytes);
  const warmStep = warmStepOf(setup);
  writer.words(at, [
    [WORDS.programSize, size],
    [WORDS.programBytesPerPixel, PIXEL_FORMATS[pixelFormat].bytesPerPixel],
    [WORDS.programProfile, profileLength(setup, size)],
    [WORDS.programSteps, plan.length],
    [WORDS.programKeeps, Number(setup.keeps !== undefined)],
    [WORDS.programResumes, warmStep < 0 ? 0 : at + WORDS.programHead + warmStep * WORDS.stepBytes],
  ]);
  writer.double(at + WORDS.programSaturation, PIXEL_FORMATS[pixelFormat].saturation);
  for (const [index, step] of plan.entries()) {
    const tables =
      step.stage === maximumLikelihood.name
        ? writeAttempts(writer, plan, size)
        : writeTables(writer, step, size);
    writeStep(writer, at + WORDS.programHead + index * WORDS.stepBytes, step, size, tables);
  }
  return at;
}

/** Numbers that a stage needs ready-made; 0 where it needs none. */
function writeTables(writer: Writer, { stage, params }: Plan[number], size: number): number {
  const tables = WASM_TABLES[stage]?.(stageNamed(stage).constants(params, size), size);
  return tables ? writer.floats64(tables) : 0;
}

function writeStep(
  writer: Writer,
  at: number,
  { stage, params }: Plan[number],
  size: number,
  tables: number,
): void {
  const constants = stageNamed(stage).constants(params, size);
  writer.words(at, [
    [WORDS.stepStage, stageNumber(stage)],
    [WORDS.stepParams, writer.floats64(parameterNames(constants).map((name) => constants[name]!))],
    [WORDS.stepTables, tables],
  ]);
}

/** The steps that find a fit other places to start from: a center, and the height there by the plan's profiles. */
function writeAttempts(writer: Writer, plan: Plan, size: number): number {
  const at = writer.room(SEED_CENTERS.length * WORDS.attemptBytes);
  const profile = plan.findLast(({ stage }) => stageNamed(stage).radii !== undefined)!;
  const lookup = { stage: SEED_LOOKUP.stage.name, params: SEED_LOOKUP.params };
  for (const [attempt, centers] of SEED_CENTERS.entries()) {
    const steps = [...centers.map(({ stage, params }) => ({ stage: stage.name, params })), profile, lookup];
    const start = writer.room(steps.length * WORDS.stepBytes);
    for (const [index, step] of steps.entries()) {
      const tables = writeTables(writer, step, size);
      writeStep(writer, start + index * WORDS.stepBytes, step, size, tables);
    }
    writer.words(at + attempt * WORDS.attemptBytes, [
      [WORDS.attemptStart, start],
      [WORDS.attemptEnd, start + steps.length * WORDS.stepBytes],
    ]);
  }
  return at;
}

/** Radii of the longest profile that an ROI of this size has on its way, or the numbers that take its place. */
export function profileLength({ plan, givenProfiles, keeps }: WasmSetup, size: number): number {
  if (keeps) return keptLength(keeps, size);
  const given = givenProfiles?.map(({ length }) => length) ?? [];
  return Math.max(1, ...given, ...plan.map((step) => planRadii([step], size)));
}
