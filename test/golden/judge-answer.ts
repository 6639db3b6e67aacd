import { TweezertrackError } from '#protocol/errors.ts';
import type { GoldenAnswer, GoldenArray, GoldenCall, GoldenEngine } from './golden-engine.ts';
import type { GoldenCase, GoldenFolder, GoldenOutput, Precision } from './golden-folder.ts';

/** Elements of an output that are written out when they are wrong. */
const SHOWN = 3;

/** Errors of the reference that are due to one bad frame, or to pixels that are not floats: we must answer. */
const ANSWERED_ERRORS = ['IndexError', 'TypeError'];

/** Accidents of the reference that an engine may do better, and how its answer may then differ. */
const BETTER: readonly {
  function: string;
  output: string;
  reason: string;
  allows(got: number, want: number, input: number | undefined): boolean;
  /** Input whose element is handed to `allows`. */
  input?: string;
}[] = [
  {
    function: 'lookup_z',
    output: 'z',
    reason: 'a plane without contrast is passed over, where it loses every frame of the reference',
    allows: (_, want) => Number.isNaN(want),
  },
  {
    function: 'fft_profile',
    output: 'stack_after',
    reason: 'the stack is left as it was, where the reference multiplies it by its window',
    allows: (got, _, input) => got === input,
    input: 'stack',
  },
];

/** Whether an answer holds. */
export interface Verdict {
  outcome: 'passed' | 'failed' | 'skipped';
  /** What is wrong, or why it was skipped, or in what the answer is better. */
  lines: string[];
}

/** Lets an engine answer a case and compares. */
export async function judgeCase(
  folder: GoldenFolder,
  golden: GoldenCase,
  call: GoldenCall,
  engine: GoldenEngine,
): Promise<Verdict> {
  const skipped = engine.skips(call);
  if (skipped !== null) return { outcome: 'skipped', lines: [skipped] };
  let answer: GoldenAnswer;
  try {
    answer = await engine.answer(call);
  } catch (error) {
    const refused = error instanceof TweezertrackError;
    if (refused && golden.expect_error && !mustAnswer(golden)) return { outcome: 'passed', lines: [] };
    return { outcome: 'failed', lines: [`got ${error instanceof Error ? error : String(error)}`] };
  }
  if (golden.expect_error) return judgeUnfailed(golden, call, answer, engine);

  const wrong: string[] = [];
  const better: string[] = [];
  for (const [name, output] of Object.entries(golden.outputs ?? {})) {
    const got = answer[name];
    if (!got) {
      wrong.push(`${name}: no such output`);
      continue;
    }
    const found = compare(folder, golden, call, name, output, got, engine.precision);
    wrong.push(...found.wrong);
    if (found.better) better.push(found.better);
  }
  return { outcome: wrong.length === 0 ? 'passed' : 'failed', lines: wrong.length === 0 ? better : wrong };
}

function mustAnswer({ expect_error: error }: GoldenCase): boolean {
  return ANSWERED_ERRORS.includes(error?.type ?? '');
}

/** |got - want| <= atol + rtol |want|, plus 5 x the element's sensitivity at f32; NaN matches NaN only. */
function compare(
  { array }: GoldenFolder,
  golden: GoldenCase,
  { inputs }: GoldenCall,
  name: string,
  { file, shape, tol, unstable, sens_f32_file }: GoldenOutput,
  got: GoldenArray,
  precision: Precision,
): { wrong: string[]; better?: string } {
  if (got.shape.join() !== shape.join()) {
    return { wrong: [`${name}: got shape [${got.shape}], want [${shape}]`] };
  }
  const want = array(file).data;
  const { atol, rtol } = tol[precision];
  const sensitivity = precision === 'f32' && sens_f32_file ? array(sens_f32_file).data : undefined;
  const skipped = new Set(unstable?.[precision]);
  const excuse = golden.quirk
    ? BETTER.find((entry) => entry.function === golden.function && entry.output === name)
    : undefined;
  const input = excuse?.input ? inputs[excuse.input]?.data : undefined;
  const wrong: string[] = [];
  let isBetter = false;
  for (let index = 0; index < want.length; index++) {
    const [is, should, sens] = [got.data[index]!, want[index]!, sensitivity?.[index] ?? 0];
    if (skipped.has(index) || sens < 0) continue;
    const limit = atol + rtol * Math.abs(should) + 5 * sens;
    const isClose = Number.isNaN(should) ? Number.isNaN(is) : is === should || Math.abs(is - should) <= limit;
    if (isClose) continue;
    if (excuse?.allows(is, should, input?.[index])) isBetter = true;
    else wrong.push(`${name}[${index}]: got ${is}, want ${should} +- ${limit}`);
  }
  if (wrong.length > SHOWN) {
    wrong.splice(SHOWN, wrong.length, `${name}: ${wrong.length} of ${want.length} elements are wrong`);
  }
  return isBetter && excuse ? { wrong, better: excuse.reason } : { wrong };
}

/** Where the reference fails a whole batch, every frame must come out as it does alone, and the bad one as NaN. */
async function judgeUnfailed(
  golden: GoldenCase,
  call: GoldenCall,
  answer: GoldenAnswer,
  engine: GoldenEngine,
): Promise<Verdict> {
  const { type } = golden.expect_error!;
  if (!mustAnswer(golden)) {
    return { outcome: 'failed', lines: [`got an answer, want an error (${type})`] };
  }
  const wrong: string[] = [];
  const frames = call.inputs.stack?.shape.at(-1) ?? 0;
  for (let frame = 0; frame < frames; frame++) {
    const alone = await engine.answer(frameOf(call, frames, frame));
    for (const [name, { data }] of Object.entries(answer)) {
      const same = (alone[name]?.data ?? []).every((value, index) =>
        isNear(data[index * frames + frame]!, value, engine.precision),
      );
      if (!same) wrong.push(`${name}: frame ${frame} is not what it is alone`);
    }
  }
  const found = answer.x!.data.filter(
    (x, frame) => Number.isFinite(x) && Number.isFinite(answer.y!.data[frame]),
  );
  if (type === 'IndexError' && found.length === frames) wrong.push('x, y: no frame is NaN, want the bad one');
  if (found.length === 0 && hasLight(call, frames)) wrong.push('x, y: no frame is found');
  return { outcome: wrong.length === 0 ? 'passed' : 'failed', lines: wrong };
}

/** Whether any frame shows something. */
function hasLight({ inputs }: GoldenCall, frames: number): boolean {
  return inputs.stack!.data.some((counts, index, data) => index >= frames && counts !== data[index % frames]);
}

/** The same call with one frame of the stack; the frame is the last axis of whatever has as many as the stack. */
function frameOf(call: GoldenCall, frames: number, frame: number): GoldenCall {
  const inputs: Record<string, GoldenArray> = {};
  for (const [name, array] of Object.entries(call.inputs)) {
    const perFrame = name !== 'zlut' && array.shape.at(-1) === frames;
    inputs[name] = perFrame
      ? {
          shape: [...array.shape.slice(0, -1), 1],
          data: array.data.filter((_, index) => index % frames === frame),
        }
      : array;
  }
  return { ...call, inputs };
}

function isNear(got: number, want: number, precision: Precision): boolean {
  if (Object.is(got, want)) return true;
  // Frames share a GPU's float32 arithmetic, not its rounding.
  return precision === 'f32' && Math.abs(got - want) <= 2e-4 * (1 + Math.abs(want));
}
