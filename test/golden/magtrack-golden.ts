import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { decodeNpy, npyToFloat64 } from '#protocol/npy.ts';
import { type ZLut, zLutFromMatrix } from '#protocol/z-lut.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan } from '#stages/plan.ts';

const FOLDER = new URL('../../../shared/data/golden/magtrack/', import.meta.url);

/** Whether the reference results lie beside the project; tests that need them skip without. */
export const hasMagtrackGolden = existsSync(new URL('manifest.json', FOLDER));

export type Precision = 'f64' | 'f32';

/** An array of a case as float64, C order. */
export interface GoldenArray {
  shape: number[];
  data: Float64Array;
}

/** One call of a MagTrack function, with what it was given and what it returned. */
export interface GoldenCase {
  name: string;
  function: string;
  /** both = documented and later code agree; spec = documented defaults; code = later code only. */
  variant: 'both' | 'spec' | 'code' | 'corrected';
  params: Record<string, unknown>;
  inputs: Record<string, { file: string }>;
  /** Absent where the library raises an error. */
  outputs?: Record<string, GoldenOutput>;
  /** An accident of the library, recorded for information; an implementation may do better. */
  quirk?: boolean;
  expect_error?: { type: string; recommended: string; message: string };
}

interface GoldenOutput {
  file: string;
  shape: number[];
  tol: Record<Precision, { atol: number; rtol: number }>;
  /** Flat C-order elements decided by a tie; not compared. */
  unstable?: Partial<Record<Precision, number[]>>;
  /** Change of each element under 3e-7 relative input noise; -1 where its being NaN depends on it. */
  sens_f32_file?: string;
}

const cases: GoldenCase[] = hasMagtrackGolden
  ? (JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')) as { cases: GoldenCase[] }).cases
  : [];

/** Cases of a function, in the order of the manifest; empty without the reference results. */
export function goldenCases(name: string): GoldenCase[] {
  return cases.filter((golden) => golden.function === name);
}

const arrays = new Map<string, GoldenArray>();

function readArray(file: string): GoldenArray {
  const known = arrays.get(file);
  if (known) return known;
  const array = decodeNpy(readFileSync(new URL(file, FOLDER)), file);
  const read = { shape: array.shape, data: npyToFloat64(array) };
  arrays.set(file, read);
  return read;
}

/** An input of a case; integer stacks come as float64. */
export function goldenInput(golden: GoldenCase, input: string): GoldenArray {
  return readArray(golden.inputs[input]!.file);
}

/** The Z-LUT of a case, or null for a case without one. */
export function goldenZLut(golden: GoldenCase): ZLut | null {
  if (!golden.inputs.zlut) return null;
  const { shape, data } = goldenInput(golden, 'zlut');
  return zLutFromMatrix(golden.name, data, shape[0]!, shape[1]!);
}

/** The plan a case of `stack_to_xyzp` was called with; one without parameters ran with those of its variant. */
export function goldenPlan({ params, variant }: GoldenCase): Plan {
  const background = params.background ?? (variant === 'code' ? 'median' : 'none');
  const ours: Record<string, Record<string, unknown>> = {
    'center-of-mass': { background },
    'auto-conv-multiline-sub-pixel': {
      lineRatio: params.line_ratio,
      nLocal: params.n_local_xy,
      iterations: params.n_iter,
    },
    'radial-profile': { oversample: params.oversample },
    'lookup-z': { nLocal: params.n_local_z ?? (variant === 'code' ? 7 : 5) },
  };
  return parsePlan(MAGTRACK_PLAN.map(({ stage }) => ({ stage, params: ours[stage] ?? {} })));
}

/** Frame `frame` [row, column] of a stack [row, column, frame]. */
export function frameOfStack({ shape, data }: GoldenArray, frame: number): Float64Array {
  const [rows, columns, frames] = shape as [number, number, number];
  return Float64Array.from({ length: rows * columns }, (_, pixel) => data[pixel * frames + frame]!);
}

/**
 * Fails unless every stable element of `got` is within the manifest's tolerance of the library's result:
 * |got - want| <= atol + rtol |want|, plus 5 x the element's sensitivity at f32; NaN matches NaN only.
 * @param got flat, C order, in the shape of the output
 */
export function expectGolden(
  golden: GoldenCase,
  output: string,
  got: ArrayLike<number>,
  precision: Precision = 'f64',
): void {
  const facts = golden.outputs![output]!;
  const want = readArray(facts.file).data;
  const { atol, rtol } = facts.tol[precision];
  const sensitivity =
    precision === 'f32' && facts.sens_f32_file ? readArray(facts.sens_f32_file).data : undefined;
  const unstable = new Set(facts.unstable?.[precision]);
  expect(got.length, `${golden.name} ${output}: elements`).toBe(want.length);
  const wrong: string[] = [];
  for (let index = 0; index < want.length; index++) {
    const sens = sensitivity?.[index] ?? 0;
    if (unstable.has(index) || sens < 0) continue;
    const limit = atol + rtol * Math.abs(want[index]!) + 5 * sens;
    const close = Number.isNaN(want[index]!)
      ? Number.isNaN(got[index]!)
      : got[index] === want[index] || Math.abs(got[index]! - want[index]!) <= limit;
    if (!close) wrong.push(`[${index}] got ${got[index]}, want ${want[index]} +- ${limit}`);
  }
  expect(wrong.slice(0, 10), `${golden.name} ${output}: ${wrong.length} of ${want.length} elements`).toEqual(
    [],
  );
}
