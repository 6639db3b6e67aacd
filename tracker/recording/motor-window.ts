import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RecordBatchReader } from 'apache-arrow';
import { MOTOR_COLUMNS, type MotorColumn } from '#protocol/motor.ts';
import { type MotorPoints, pointsOf } from '#protocol/motor-trace.ts';
import type { WindowQuery } from '#protocol/recording-window-query.ts';
import type { KnownBatches } from './batch-index.ts';
import { spansWithin } from './read-window.ts';
import { RUN_FILES } from './run-record.ts';
import { FrameIndex } from './track-index.ts';

/** Read for one window at most; what is longer is sampled. */
const WINDOW_BYTES = 32 << 20;
/** A pause that is no line, as in live traces. */
const GAP_S = 5;

/** Where motors were, of the `frames.arrows` beside a `tracks.arrows`. */
export class MotorFile {
  readonly #index: FrameIndex;

  constructor(tracksPath: string) {
    this.#index = new FrameIndex(join(dirname(tracksPath), RUN_FILES.frames));
  }

  /**
   * Motors of which a frame says where they were.
   * @throws {RecordingError} when the file is foreign
   */
  async names(): Promise<MotorColumn[]> {
    return namesIn(await this.#known());
  }

  /**
   * A point for each of `points` parts of a window, those without a frame left out; none where no motors are known.
   * @param firstNs time from which the window counts
   * @throws {RecordingError} when the file is foreign
   */
  async window(
    firstNs: bigint,
    { fromS, toS, points }: Pick<WindowQuery, 'fromS' | 'toS' | 'points'>,
    windowBytes = WINDOW_BYTES,
  ): Promise<MotorPoints> {
    const known = await this.#known();
    const names = namesIn(known);
    if (!known || names.length === 0) return pointsOf(() => new Float64Array());
    const stepS = (toS - fromS) / points;
    const parts = pointsOf(() => new Float64Array(points).fill(Number.NaN));
    const { timeS } = parts;
    const spans = spansWithin(known.spans, firstNs, fromS, toS);
    const bytes = spans.reduce((sum, { start, end }) => sum + end - start, 0);
    const readEvery = Math.max(1, Math.ceil(bytes / windowBytes));
    const handle = await open(this.#index.path, 'r');
    try {
      const header = Buffer.alloc(known.headerBytes);
      await handle.read(header, 0, header.byteLength, 0);
      for (let at = 0; at < spans.length; at += readEvery) {
        const { start, end } = spans[at]!;
        const batches = Buffer.alloc(end - start);
        const { bytesRead } = await handle.read(batches, 0, batches.byteLength, start);
        for (const batch of RecordBatchReader.from(Buffer.concat([header, batches.subarray(0, bytesRead)]))) {
          const times = batch.getChild('timeNs')!;
          const columns = names.map((name) => [parts[name], batch.getChild(name)!] as const);
          for (let row = 0; row < batch.numRows; row++) {
            const timeNs = times.get(row);
            if (timeNs === null) continue;
            const rowS = Number(timeNs - firstNs) / 1e9;
            if (!(rowS >= fromS && rowS <= toS)) continue;
            const part = Math.min(points - 1, Math.floor((rowS - fromS) / stepS));
            if (timeS[part]! <= rowS) continue;
            timeS[part] = rowS;
            for (const [values, column] of columns) values[part] = column.get(row) ?? Number.NaN;
          }
        }
      }
    } finally {
      await handle.close();
    }
    return withoutEmpty(parts, readEvery > 1 ? Number.POSITIVE_INFINITY : Math.max(GAP_S, 2 * stepS));
  }

  /** Null where the run has no such file. */
  async #known(): Promise<KnownBatches | null> {
    const isThere = (await stat(this.#index.path).catch(() => null)) !== null;
    return isThere ? this.#index.refresh() : null;
  }
}

function namesIn(known: KnownBatches | null): MotorColumn[] {
  return MOTOR_COLUMNS.filter((name) => known?.filled.has(name));
}

/** Points of the parts that have one, and a NaN where none follows for longer than `gapS`. */
function withoutEmpty(parts: MotorPoints, gapS: number): MotorPoints {
  const rows: number[] = [];
  for (const [part, timeS] of parts.timeS.entries()) {
    if (Number.isNaN(timeS)) continue;
    const before = rows.at(-1);
    // An empty part, or -1 before the first.
    if (before !== undefined && timeS - parts.timeS[before]! > gapS) rows.push(part - 1);
    rows.push(part);
  }
  let lastS = Number.NaN;
  return pointsOf((name) =>
    Float64Array.from(rows, (part) => {
      const value = parts[name][part]!;
      if (name !== 'timeS') return value;
      lastS = Number.isNaN(value) ? lastS : value;
      return lastS;
    }),
  );
}
