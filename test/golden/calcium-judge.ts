import type { NdArray } from '#calcium/nd-array.ts';
import { TweezertrackError } from '#protocol/errors.ts';
import { CALCIUM_FUNCTIONS } from './calcium-answers.ts';
import { CALCIUM_KINDS, CalciumCall, type CalciumCase, type CalciumFolder } from './calcium-folder.ts';

/** Elements of an output that are written out when they are wrong. */
const SHOWN = 3;

/** Outputs for which the manifest allows more than its tolerance. */
const WIDER: Readonly<Record<string, number>> = {
  // The reference divides times by the width of a bin: rounding decides to which bin a spike on an edge belongs.
  'bl_bsn_big_stats stats[population_rate_5ms_std]': 0.1,
};

export interface CalciumVerdict {
  outcome: 'passed' | 'failed' | 'notBuilt';
  /** What is wrong. */
  lines: string[];
}

/** Whether there is something that answers the case, or tries what it wants refused. */
export function isBuilt({ function: name, kind }: CalciumCase): boolean {
  const built = CALCIUM_FUNCTIONS[name];
  return (kind === 'error' ? built?.attempt : built?.answer) !== undefined;
}

/** Answers a case and compares; a function that is not there yet is no failure. */
export async function judgeCalciumCase(folder: CalciumFolder, golden: CalciumCase): Promise<CalciumVerdict> {
  if (!isBuilt(golden)) return { outcome: 'notBuilt', lines: [] };
  if (!CALCIUM_KINDS.includes(golden.kind)) {
    return { outcome: 'failed', lines: [`unknown kind ${golden.kind}`] };
  }
  const lines: string[] = [];
  try {
    const { answer, attempt } = CALCIUM_FUNCTIONS[golden.function]!;
    if (golden.kind === 'error') lines.push(...unrefused(folder, golden, attempt!));
    else lines.push(...differences(folder, golden, await answer!(new CalciumCall(folder, golden))));
  } catch (error) {
    lines.push(`got ${error instanceof Error ? error : String(error)}`);
  }
  return { outcome: lines.length === 0 ? 'passed' : 'failed', lines };
}

/** What is taken although it has to be refused, or is refused without being named. */
function unrefused(
  folder: CalciumFolder,
  { outputs }: CalciumCase,
  attempt: (wrong: Readonly<Record<string, unknown>>) => void,
): string[] {
  const errors = folder.read(outputs.errors!) as Record<string, unknown>[];
  return errors.flatMap((wrong) => {
    try {
      attempt(wrong);
    } catch (error) {
      return error instanceof TweezertrackError ? [] : [`${JSON.stringify(wrong)}: got ${error}`];
    }
    return [`${JSON.stringify(wrong)}: taken, want it refused`];
  });
}

function differences(
  folder: CalciumFolder,
  { case: name, outputs, tolerance }: CalciumCase,
  answer: Readonly<Record<string, unknown>>,
): string[] {
  const { rtol = 0, atol = 0 } = tolerance;
  const isClose = (is: number, should: number, where: string) => {
    const share = WIDER[`${name} ${where}`] ?? rtol;
    return Object.is(is, should) || is === should || Math.abs(is - should) <= atol + share * Math.abs(should);
  };
  return Object.entries(outputs).flatMap(([output, stored]) => {
    if (!(output in answer)) return [`${output}: no such output`];
    const wrong = [...different(output, answer[output], folder.read(stored), isClose)];
    return wrong.length > SHOWN ? [...wrong.slice(0, SHOWN), `${wrong.length - SHOWN} more`] : wrong;
  });
}

/** Every place at which two values are not alike. */
function* different(
  where: string,
  got: unknown,
  want: unknown,
  isClose: (is: number, should: number, where: string) => boolean,
): Generator<string> {
  if (typeof got === 'number' && typeof want === 'number') {
    if (!isClose(got, want, where)) yield `${where}: got ${got}, want ${want}`;
    return;
  }
  const [is, should] = [flat(got), flat(want)];
  if (!is || !should) {
    if (got !== want) yield `${where}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;
    return;
  }
  if (is.shape !== should.shape) {
    yield `${where}: got shape [${is.shape}], want [${should.shape}]`;
    return;
  }
  for (const [key, wanted] of should.entries) {
    yield* different(`${where}[${key}]`, is.values[key as keyof object], wanted, isClose);
  }
}

/** Arrays and objects with their shape, or their keys. */
function flat(value: unknown): { shape: string; values: object; entries: [string, unknown][] } | null {
  if (value === null || typeof value !== 'object') return null;
  const isNd = 'shape' in value && 'values' in value;
  const values = isNd ? (value as NdArray).values : value;
  const entries = Object.entries(values);
  const isList = Array.isArray(values) || ArrayBuffer.isView(values);
  const shape = isNd
    ? (value as NdArray).shape.join()
    : isList
      ? String(entries.length)
      : Object.keys(values).sort().join();
  return { shape, values, entries };
}
