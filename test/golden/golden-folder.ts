import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy, npyToFloat64 } from '#protocol/npy.ts';
import type { GoldenArray, GoldenCall } from './golden-engine.ts';

const FORMAT = 'magtrack-golden/1';

export type Precision = 'f64' | 'f32';

/** What the reference returned, and how near an answer has to be. */
export interface GoldenOutput {
  readonly file: string;
  readonly shape: readonly number[];
  readonly tol: Record<Precision, { atol: number; rtol: number }>;
  /** Flat C-order elements decided by a tie; not compared. */
  readonly unstable?: Partial<Record<Precision, number[]>>;
  /** Change of each element under 3e-7 relative input noise; -1 where its being NaN depends on it. */
  readonly sens_f32_file?: string;
}

/** One call of the reference as the manifest tells it. */
export interface GoldenCase extends Omit<GoldenCall, 'inputs'> {
  readonly inputs: Readonly<Record<string, { file: string; dtype: string }>>;
  /** Absent where the reference raises an error. */
  readonly outputs?: Readonly<Record<string, GoldenOutput>>;
  /** An accident of the reference, recorded for information; an implementation may do better. */
  readonly quirk?: boolean;
  readonly expect_error?: { type: string; recommended: string; message: string };
}

/** A folder of reference results. */
export interface GoldenFolder {
  readonly cases: readonly GoldenCase[];
  array(file: string): GoldenArray;
}

/** Whether the folder holds a manifest. */
export function hasGolden(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'));
}

/**
 * Reads the manifest of a folder; arrays are read when a case needs them.
 * @throws {Error} if there is no manifest or it is of another format
 */
export function openGoldenFolder(folder: string): GoldenFolder {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    format: string;
    cases: GoldenCase[];
  };
  if (manifest.format !== FORMAT) {
    throw new Error(`${folder}: expected a manifest of format ${FORMAT}, received ${manifest.format}`);
  }
  const read = new Map<string, GoldenArray>();
  const array = (file: string): GoldenArray => {
    const known = read.get(file);
    if (known) return known;
    const { shape, ...npy } = decodeNpy(readFileSync(join(folder, file)), file);
    const loaded = { shape, data: npyToFloat64({ shape, ...npy }) };
    read.set(file, loaded);
    return loaded;
  };
  return { cases: manifest.cases, array };
}

/** The call of a case, its arrays read. */
export function callOf({ array }: GoldenFolder, golden: GoldenCase): GoldenCall {
  const inputs: Record<string, GoldenArray> = {};
  for (const [name, { file }] of Object.entries(golden.inputs)) {
    const { shape, data } = array(file);
    // An engine may work in place, and cases share their files.
    inputs[name] = { shape, data: data.slice() };
  }
  const { name, variant, params } = golden;
  return { name, function: golden.function, variant, params, inputs };
}
