import { type Data, Float64, Int64, makeData, Uint32, Utf8 } from 'apache-arrow';
import type { FrameFate } from '#protocol/frame-fate.ts';
import { MOTOR_COLUMNS, type MotorColumn } from '#protocol/motor.ts';

/**
 * What became of a frame, or of every frame from `frame` to `lastFrame`, and where motors were: null, or absent, where
 * that is not known.
 */
export interface FateRow extends Partial<Record<MotorColumn, number | null>> {
  frame: number;
  lastFrame: number;
  /** Camera time, ns since 1970; null in a gap. */
  timeNs: bigint | null;
  /** Host time of arrival, or at which a gap was noticed, ns since 1970. */
  receivedNs: bigint;
  /** Host time at which it went to the engine, ns since 1970; null in a gap and in older recordings. */
  submittedNs: bigint | null;
  /** Host time of the tracks, ns since 1970; null in a gap. */
  trackedNs: bigint | null;
  fate: FrameFate;
}

const ascii = new TextEncoder();

/** Fates of frames waiting to be written; a few thousand rows a second at most, so plain rows will do. */
export class FateBlock {
  #rows: FateRow[] = [];

  get rows(): number {
    return this.#rows.length;
  }

  add(row: FateRow): void {
    this.#rows.push(row);
  }

  clear(): void {
    this.#rows = [];
  }

  /** The rows as Arrow columns in the order of `framesSchema`. */
  toArrow(): Data[] {
    const rows = this.#rows;
    const length = rows.length;
    const fates = rows.map(({ fate }) => fate);
    const valueOffsets = new Int32Array(length + 1);
    for (let row = 0; row < length; row++) valueOffsets[row + 1] = valueOffsets[row]! + fates[row]!.length;
    return [
      uint32Data(rows.map(({ frame }) => frame)),
      uint32Data(rows.map(({ lastFrame }) => lastFrame)),
      int64Data(rows.map(({ timeNs }) => timeNs)),
      int64Data(rows.map(({ receivedNs }) => receivedNs)),
      int64Data(rows.map(({ submittedNs }) => submittedNs)),
      int64Data(rows.map(({ trackedNs }) => trackedNs)),
      makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets, data: ascii.encode(fates.join('')) }),
      ...MOTOR_COLUMNS.map((column) => float64Data(rows.map((row) => row[column] ?? null))),
    ];
  }
}

/** [row] the numbers of rows that follow one another. */
export function rowNumbers(first: number, rows: number): Data {
  return uint32Data(Array.from({ length: rows }, (_, row) => first + row));
}

function uint32Data(values: number[]): Data {
  return makeData({
    type: new Uint32(),
    length: values.length,
    nullCount: 0,
    data: Uint32Array.from(values),
  });
}

function int64Data(values: (bigint | null)[]): Data {
  const data = BigInt64Array.from(values, (value) => value ?? 0n);
  return makeData({ type: new Int64(), length: values.length, data, ...validityOf(values) });
}

function float64Data(values: (number | null)[]): Data {
  const data = Float64Array.from(values, (value) => value ?? 0);
  return makeData({ type: new Float64(), length: values.length, data, ...validityOf(values) });
}

function validityOf(values: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  values.forEach((value, row) => {
    if (value === null) nullCount++;
    else nullBitmap[row >> 3]! |= 1 << (row & 7);
  });
  return { nullCount, nullBitmap };
}
