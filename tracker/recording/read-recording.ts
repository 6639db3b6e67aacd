import { join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import { FRAME_FATES, type FrameFate } from '#protocol/frame-fate.ts';
import { MOTOR_COLUMNS } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import { readBatches } from './arrow-stream.ts';
import { columnOf, values } from './batch-columns.ts';
import type { FateRow } from './fate-block.ts';
import { ROI_COLUMNS } from './roi-log.ts';
import { RUN_FILES, type RunRecord, readRunRecord } from './run-record.ts';
import { FRAMES_FORMAT, ROIS_FORMAT, TRACKS_FORMAT } from './stream-schema.ts';
import { FIT_COLUMNS, type FitColumns, type TrackColumns } from './track-block.ts';
import { waitingFrames } from './waiting-frames.ts';

/** A run folder on disk. */
export interface Run {
  folder: string;
  record: RunRecord;
  tracksPath: string;
  framesPath: string;
  roisPath: string;
  /** Not there where no cell was measured. */
  cellsPath: string;
  cellGapsPath: string;
}

/**
 * Opens a run folder, also one that is being recorded or was cut by a crash; changes nothing in it.
 * @throws {RecordingError} when it is not a run
 */
export async function openRun(folder: string): Promise<Run> {
  return {
    folder,
    record: await readRunRecord(folder),
    tracksPath: join(folder, RUN_FILES.tracks),
    framesPath: join(folder, RUN_FILES.frames),
    roisPath: join(folder, RUN_FILES.rois),
    cellsPath: join(folder, RUN_FILES.cells),
    cellGapsPath: join(folder, RUN_FILES.cellGaps),
  };
}

/**
 * Tracks of a `tracks.arrows`, a record batch at a time, in the order they were recorded.
 * A file whose tail was cut is read up to its last whole batch.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* readTracks(path: string): AsyncGenerator<TrackColumns> {
  for await (const batch of readBatches(path, TRACKS_FORMAT)) {
    yield {
      rows: batch.numRows,
      frame: values(path, batch, 'frame', Uint32Array),
      timeNs: values(path, batch, 'timeNs', BigInt64Array),
      bead: values(path, batch, 'bead', Uint32Array),
      xPx: values(path, batch, 'xPx', Float64Array),
      yPx: values(path, batch, 'yPx', Float64Array),
      zNm: values(path, batch, 'zNm', Float64Array),
      score: values(path, batch, 'score', Float32Array),
      status: values(path, batch, 'status', Uint16Array),
      fit: fitOf(path, batch),
    };
  }
}

function fitOf(path: string, batch: RecordBatch): FitColumns | null {
  if (!batch.getChild(FIT_COLUMNS[0])) return null;
  const [sigmaXPx, sigmaYPx, sigmaZNm, chiSquared] = FIT_COLUMNS.map((name) =>
    values(path, batch, name, Float32Array),
  );
  return { sigmaXPx: sigmaXPx!, sigmaYPx: sigmaYPx!, sigmaZNm: sigmaZNm!, chiSquared: chiSquared! };
}

/**
 * Fates of a `frames.arrows`, row by row; of a run under way or killed, with the rows that still wait for where motors
 * were.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* readFates(path: string): AsyncGenerator<FateRow> {
  let settled = 0;
  for await (const batch of readBatches(path, FRAMES_FORMAT)) {
    yield* fatesOf(path, batch, 0);
    settled += batch.numRows;
  }
  for await (const { batch, from } of waitingFrames(path, settled)) yield* fatesOf(path, batch, from);
}

function* fatesOf(path: string, batch: RecordBatch, from: number): Generator<FateRow> {
  const frame = values(path, batch, 'frame', Uint32Array);
  const lastFrame = values(path, batch, 'lastFrame', Uint32Array);
  const timeNs = columnOf(path, batch, 'timeNs');
  const receivedNs = values(path, batch, 'receivedNs', BigInt64Array);
  // Older recordings have no such column, nor positions of motors.
  const submittedNs = batch.getChild('submittedNs');
  const trackedNs = columnOf(path, batch, 'trackedNs');
  const fate = columnOf(path, batch, 'fate');
  const positions = MOTOR_COLUMNS.map((name) => [name, batch.getChild(name)] as const);
  for (let row = from; row < batch.numRows; row++) {
    yield {
      frame: frame[row]!,
      lastFrame: lastFrame[row]!,
      timeNs: timeNs.get(row) as bigint | null,
      receivedNs: receivedNs[row]!,
      submittedNs: (submittedNs?.get(row) ?? null) as bigint | null,
      trackedNs: trackedNs.get(row) as bigint | null,
      fate: parseFate(path, fate.get(row)),
      ...Object.fromEntries(positions.map(([name, column]) => [name, column?.get(row) ?? null])),
    };
  }
}

/**
 * Places to which ROIs followed their beads, from a `rois.arrows`, row by row.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* readFollowedRois(path: string): AsyncGenerator<Omit<Roi, 'size'> & { frame: number }> {
  for await (const batch of readBatches(path, ROIS_FORMAT)) {
    const [frame, bead, left, top] = ROI_COLUMNS.map((name) => values(path, batch, name, Uint32Array));
    for (let row = 0; row < batch.numRows; row++) {
      yield { frame: frame![row]!, bead: bead![row]!, left: left![row]!, top: top![row]! };
    }
  }
}

function parseFate(path: string, value: unknown): FrameFate {
  if (typeof value === 'string' && value in FRAME_FATES) return value as FrameFate;
  throw new RecordingError({
    where: `${path} column fate`,
    expected: `one of ${Object.keys(FRAME_FATES).join(', ')}`,
    received: String(value),
  });
}
