import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { decodeNpy, npyToFloat64 } from '#protocol/npy.ts';

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
