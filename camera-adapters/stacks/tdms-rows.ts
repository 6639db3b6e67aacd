import { StackError } from '#protocol/errors.ts';
import type { StackFile } from './stack-file.ts';
import type { TdmsIndex } from './tdms-index.ts';
import type { TdmsObject } from './tdms-objects.ts';
import { countValues, readChannels, type TdmsValues } from './tdms-values.ts';

/** What a TDMS file says of the frames of a movie, a row a frame. */
export interface TdmsRows {
  readonly rows: number;
  /** [row] ns since the first; absent without a channel of times. */
  readonly timeNs?: BigInt64Array;
  /** [row] nm; absent without a channel of the focus. */
  readonly planeZNm?: Float64Array;
}

/** `Time (s)`, and the ns of its unit. */
const TIME = /^time \((s|ms|us|µs)\)$/i;
const NS_PER: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, µs: 1e3 };
/** `Focus (mm)`, and the nm of its unit. */
const FOCUS = /^focus \((mm|um|µm|nm)\)$/i;
const NM_PER: Readonly<Record<string, number>> = { mm: 1e6, um: 1e3, µm: 1e3, nm: 1 };

/**
 * Times and places of the focus: the channels `Time (s)` and `Focus (mm)`, or in other units that they name.
 * @returns no rows where there is neither
 * @throws {StackError} if there are two of a kind, they differ in length in a whole file, or are no ascending finite numbers
 */
export async function readTdmsRows(file: StackFile, index: TdmsIndex): Promise<TdmsRows> {
  const counts = countValues(index);
  const channels = [onlyOne(file, counts, TIME), onlyOne(file, counts, FOCUS)];
  const there = channels.filter((channel) => channel !== undefined);
  if (there.length === 0) return { rows: 0 };
  const lengths = there.map((channel) => counts.get(channel)!);
  const rows = Math.min(...lengths);
  // Of a file that is cut off, one channel may have ended before the other.
  if (index.cut === undefined && Math.max(...lengths) !== rows) {
    const where = `${file.path} ${there.map(({ path }) => path[1]).join(', ')}`;
    throw new StackError({ where, expected: 'as many values of each', received: lengths.join(' and ') });
  }
  const read = await readChannels(file, index, there);
  const [times, focus] = channels.map((channel) => channel && read[there.indexOf(channel)]);
  return {
    rows,
    ...(times && { timeNs: timesOf(file, channels[0]!, numbersOf(times, rows)) }),
    ...(focus && { planeZNm: focusOf(file, channels[1]!, numbersOf(focus, rows)) }),
  };
}

function onlyOne(
  file: StackFile,
  counts: ReadonlyMap<TdmsObject, number>,
  name: RegExp,
): TdmsObject | undefined {
  const found = [...counts.keys()].filter(
    ({ path, rawIndex }) => rawIndex?.type.dtype && name.test(path[1] ?? ''),
  );
  if (found.length < 2) return found[0];
  const received = found.map(({ path }) => path.join('/')).join(' and ');
  throw new StackError({ where: file.path, expected: `one channel '${found[0]!.path[1]}'`, received });
}

const numbersOf = (values: TdmsValues, rows: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => Number(values[row]));

function timesOf(file: StackFile, { path }: TdmsObject, times: Float64Array): BigInt64Array {
  const row = times.findIndex((time, at) => !Number.isFinite(time) || (at > 0 && time < times[at - 1]!));
  if (row >= 0) {
    const where = `${file.path} ${path.join('/')} row ${row}`;
    throw new StackError({ where, expected: 'a time, not before the last one', received: `${times[row]}` });
  }
  const nsPer = NS_PER[TIME.exec(path[1]!)![1]!.toLowerCase()]!;
  return BigInt64Array.from(times, (time) => BigInt(Math.round((time - times[0]!) * nsPer)));
}

function focusOf(file: StackFile, { path }: TdmsObject, focus: Float64Array): Float64Array {
  const row = focus.findIndex((place) => !Number.isFinite(place));
  if (row >= 0) {
    const where = `${file.path} ${path.join('/')} row ${row}`;
    throw new StackError({ where, expected: 'a place of the focus', received: `${focus[row]}` });
  }
  const nmPer = NM_PER[FOCUS.exec(path[1]!)![1]!.toLowerCase()]!;
  return focus.map((place) => place * nmPer);
}
