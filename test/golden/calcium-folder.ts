import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NdArray } from '#calcium/nd-array.ts';
import { StackError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';

/** What a case is: behavior to have, a defect to have on demand, a step on the way, or inputs to refuse. */
export const CALCIUM_KINDS = ['spec', 'compat', 'block', 'error'] as const;

export type CalciumKind = (typeof CALCIUM_KINDS)[number];

/** An array in a file, or what the manifest says itself. */
type Stored = { readonly npy: string } | { readonly value: unknown };

/** One call of a function of the reference as the manifest tells it. */
export interface CalciumCase {
  readonly case: string;
  readonly function: string;
  readonly kind: CalciumKind;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly outputs: Readonly<Record<string, Stored>>;
  readonly tolerance: { readonly exact?: true; readonly rtol?: number; readonly atol?: number };
}

/** A folder of reference results. */
export interface CalciumFolder {
  readonly path: string;
  readonly cases: readonly CalciumCase[];
  /** An array of the folder's as it is stored, or the value. */
  read(stored: Stored): unknown;
}

/** Whether the folder holds a manifest of these kinds of cases. */
export function isCalciumFolder(folder: string): boolean {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) return false;
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases?: Partial<CalciumCase>[] };
  return cases?.[0]?.kind !== undefined;
}

/** Reads the manifest of a folder; arrays are read when a case needs them. */
export function openCalciumFolder(folder: string): CalciumFolder {
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
  const { cases } = JSON.parse(manifest) as { cases: CalciumCase[] };
  const read = (stored: Stored): unknown => {
    if (!('npy' in stored)) return unquoted(stored.value);
    const { shape, data } = decodeNpy(readFileSync(join(folder, stored.npy)), stored.npy);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      return { shape, values: Float64Array.from(data, Number) } satisfies NdArray;
    }
    return { shape, values: data } satisfies NdArray;
  };
  return { path: folder, cases, read };
}

/** JSON has no NaN and no infinity: they are written as text. */
function unquoted(value: unknown): unknown {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (Array.isArray(value)) return value.map(unquoted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unquoted(inner)]));
}

/** What a case hands to a function. */
export class CalciumCall {
  readonly #folder: CalciumFolder;
  readonly #case: CalciumCase;

  constructor(folder: CalciumFolder, golden: CalciumCase) {
    this.#folder = folder;
    this.#case = golden;
  }

  get params(): CalciumCase['params'] {
    return this.#case.params;
  }

  get kind(): CalciumKind {
    return this.#case.kind;
  }

  /** A parameter that is a number. */
  number(name: string): number {
    return this.params[name] as number;
  }

  has(name: string): boolean {
    return this.#case.inputs[name] !== undefined;
  }

  array(name: string): NdArray {
    return this.value<NdArray>(name);
  }

  /** A file or folder that the manifest names. */
  path(name: string): string {
    return join(this.#folder.path, this.value<string>(name));
  }

  /** The values of an array in float64. */
  values(name: string): Float64Array {
    return Float64Array.from(this.array(name).values);
  }

  value<T>(name: string): T {
    const stored = this.#case.inputs[name];
    if (!stored) {
      throw new StackError({ where: this.#case.case, expected: `an input ${name}`, received: 'none' });
    }
    return this.#folder.read(stored) as T;
  }

  /** What the manifest names as the output where that holds a call of its own. */
  stated<T>(name: string): T {
    return this.#folder.read(this.#case.outputs[name]!) as T;
  }
}

/** Outputs by the names of the manifest: arrays, or values. */
type CalciumAnswer = Readonly<Record<string, unknown>>;

/** What answers the cases of a function. */
export interface CalciumFunction {
  answer?(call: CalciumCall): CalciumAnswer | Promise<CalciumAnswer>;
  /** Tries what has to be refused. */
  attempt?(wrong: Readonly<Record<string, unknown>>): void;
}
