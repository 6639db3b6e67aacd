import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { MOTOR_COLUMNS, type MotorColumn } from '#protocol/motor.ts';
import { readBatches } from './arrow-stream.ts';
import type { FateRow } from './fate-block.ts';
import { readFates, readTracks } from './read-recording.ts';
import { RUN_FILES } from './run-record.ts';
import { FRAMES_FORMAT } from './stream-schema.ts';
import type { TrackColumns } from './track-block.ts';
import { waitingFrames } from './waiting-frames.ts';

/** [row] where motors were, by column; NaN where that is not known. */
export type PositionValues = Partial<Record<MotorColumn, Float64Array>>;

/** Tracks with where motors were. */
export interface PositionedTracks {
  /** Columns that a frame of the run has a value of. */
  names: readonly MotorColumn[];
  tracks: AsyncGenerator<TrackColumns & { positions: PositionValues }>;
}

/** Frames that one may be late by: those before are of no use any more. */
const LATE_FRAMES = 4096;

/**
 * Tracks of a `tracks.arrows`, with the positions of motors from the `frames.arrows` beside it where there is one.
 * @throws {RecordingError} when the tracks are missing or foreign
 */
export async function readPositionedTracks(tracksPath: string): Promise<PositionedTracks> {
  const framesPath = join(dirname(tracksPath), RUN_FILES.frames);
  const isThere = (await stat(framesPath).catch(() => null)) !== null;
  const names = isThere ? await recordedMotors(framesPath) : [];
  return { names, tracks: withPositions(tracksPath, framesPath, names) };
}

/** Columns of positions of which a `frames.arrows` has a value. */
async function recordedMotors(path: string): Promise<MotorColumn[]> {
  const found = new Set<MotorColumn>();
  const look = (batch: RecordBatch) => {
    for (const name of MOTOR_COLUMNS) {
      const column = batch.getChild(name);
      if (column && column.nullCount < batch.numRows) found.add(name);
    }
    return found.size === MOTOR_COLUMNS.length;
  };
  let settled = 0;
  for await (const batch of readBatches(path, FRAMES_FORMAT)) {
    if (look(batch)) return [...MOTOR_COLUMNS];
    settled += batch.numRows;
  }
  for await (const { batch } of waitingFrames(path, settled)) look(batch);
  return MOTOR_COLUMNS.filter((name) => found.has(name));
}

async function* withPositions(
  tracksPath: string,
  framesPath: string,
  names: readonly MotorColumn[],
): PositionedTracks['tracks'] {
  const rows = names.length > 0 ? new TrackedRows(framesPath) : null;
  try {
    for await (const columns of readTracks(tracksPath)) {
      const positions: PositionValues = {};
      for (const name of names) positions[name] = new Float64Array(columns.rows);
      let of: FateRow | null = null;
      for (let row = 0; rows && row < columns.rows; row++) {
        const frame = columns.frame[row]!;
        if (row === 0 || frame !== columns.frame[row - 1]) of = await rows.of(frame);
        for (const name of names) positions[name]![row] = of?.[name] ?? Number.NaN;
      }
      yield { ...columns, positions };
    }
  } finally {
    await rows?.close();
  }
}

/** The rows of tracked frames, which are about in the order of their tracks. */
class TrackedRows {
  readonly #rows: AsyncGenerator<FateRow>;
  /** Read on the way to another frame. */
  readonly #ahead = new Map<number, FateRow>();
  #newest = -1;
  #isDone = false;

  constructor(path: string) {
    this.#rows = readFates(path);
  }

  /** The row of a frame; null where a crash has cut it off. */
  async of(frame: number): Promise<FateRow | null> {
    while (!this.#ahead.has(frame) && this.#newest <= frame + LATE_FRAMES && !this.#isDone) {
      const { done, value } = await this.#rows.next();
      if (done) this.#isDone = true;
      else if (value.fate === 'tracked') {
        this.#ahead.set(value.frame, value);
        this.#newest = value.frame;
      }
    }
    const row = this.#ahead.get(frame) ?? null;
    for (const early of this.#ahead.keys()) {
      if (early >= frame - LATE_FRAMES) break;
      this.#ahead.delete(early);
    }
    return row;
  }

  async close(): Promise<void> {
    await this.#rows.return(undefined);
  }
}
