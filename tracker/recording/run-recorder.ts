import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Schema } from 'apache-arrow';
import { OutputExistsError, RecordingError } from '#protocol/errors.ts';
import type { FrameGap, TrackedFrames, TrackSink } from '#sinks/track-sink.ts';
import { planFits } from '#stages/plan-needs.ts';
import { AppendFile, openFile } from './append-file.ts';
import { type BatchEncoder, END_OF_STREAM } from './batch-encoder.ts';
import { CellRecorder } from './cell-recorder.ts';
import { FateLog } from './fate-log.ts';
import { isExists, outputExists, reason } from './output-file.ts';
import type { RecorderOptions, RecorderStats } from './recorder-options.ts';
import { RoiHistory } from './roi-history.ts';
import { RoiLog } from './roi-log.ts';
import {
  type LogEntry,
  RUN_FILES,
  type RunFacts,
  type RunRecord,
  startRunRecord,
  WAITING_FRAMES,
  writeRunRecord,
} from './run-record.ts';
import { type StartedStream, startStream } from './start-stream.ts';
import { framesSchema, roisSchema, tracksSchema } from './stream-schema.ts';
import { TrackBlock } from './track-block.ts';
import { WaitingFates } from './waiting-fates.ts';

/** Frame numbers are 32 bits in the files. */
const LAST_FRAME_ID = 2 ** 32 - 1;

/**
 * Starts a run folder: `run.json`, `tracks.arrows` (a row a bead and frame), `frames.arrows` (the fate of every frame)
 * and `rois.arrows` (where ROIs followed their beads); files of cells follow with the first of those.
 * @throws {OutputExistsError} when the folder exists and `force` is not set
 * @throws {RecordingError} when the folder cannot be written
 */
export async function createRunRecorder(
  folder: string,
  facts: RunFacts,
  options: RecorderOptions = {},
): Promise<RunRecorder> {
  const record = startRunRecord(facts);
  try {
    const parent = dirname(folder);
    // Of a disk that is read-only the recursive kind says no more than that the folder is not there.
    await mkdir(parent, { recursive: true }).catch(() => mkdir(parent));
    await mkdir(folder).catch((cause: unknown) => {
      if (!isExists(cause)) throw cause;
      if (!options.force) throw outputExists(folder);
    });
    for (const file of [RUN_FILES.cells, RUN_FILES.cellGaps, ...WAITING_FRAMES])
      await rm(join(folder, file), { force: true });
    await writeRunRecord(folder, record);
    const open = options.openFile ?? openFile;
    const start = async (file: 'tracks' | 'frames' | 'rois', schema: Schema) =>
      startStream(await open(join(folder, RUN_FILES[file])), schema);
    const streams = {
      tracks: await start('tracks', tracksSchema(facts)),
      frames: await start('frames', framesSchema()),
      rois: await start('rois', roisSchema()),
    };
    return new RunRecorder(folder, record, streams, options);
  } catch (cause) {
    if (cause instanceof OutputExistsError) throw cause;
    const received = reason(cause);
    throw new RecordingError({ where: folder, expected: 'a folder that can be written', received }, cause);
  }
}

/**
 * Records a live run. `tracked` copies the rows and returns; every `flushMs` they become one record batch of each
 * file, written in order while tracking goes on. When the disk falls `queueLimitBytes` behind, rows are dropped until
 * half of that is written: counted, reported, and recorded as a gap with the fate `recorder-overrun`.
 */
export class RunRecorder implements TrackSink {
  readonly folder: string;
  /** Where the cells of the same frames go. */
  readonly cells: CellRecorder;
  readonly #record: RunRecord;
  readonly #roiHistory: RoiHistory;
  readonly #block: TrackBlock;
  readonly #encoder: BatchEncoder;
  readonly #file: AppendFile;
  readonly #fates: FateLog;
  readonly #rois: RoiLog;
  readonly #queueLimitBytes: number;
  readonly #onAlarm: (alarm: RecordingError) => void;
  readonly #latency: RecorderOptions['latency'];
  readonly #timers: NodeJS.Timeout[];
  #overrun = false;
  #rowsLost = 0;
  #recordIsStale = false;
  #recordWriting: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    folder: string,
    record: RunRecord,
    { tracks, frames, rois }: Record<'tracks' | 'frames' | 'rois', StartedStream>,
    options: RecorderOptions,
  ) {
    const { flushMs = 20, syncMs = 1000, blockRows = 32_768, queueLimitBytes = 64 * 2 ** 20 } = options;
    this.folder = folder;
    this.#record = record;
    this.#onAlarm = options.onAlarm ?? (() => {});
    this.#latency = options.latency;
    this.#queueLimitBytes = queueLimitBytes;
    this.#block = new TrackBlock(blockRows, planFits(record.plan));
    this.#encoder = tracks.encoder;
    const writeBytes = queueLimitBytes / 16;
    const fileOf = ({ access, encoder }: StartedStream, name: string) =>
      new AppendFile(access, encoder.header.byteLength, (cause) => this.#diskAlarm(name, cause), writeBytes);
    this.#file = fileOf(tracks, RUN_FILES.tracks);
    this.#rois = new RoiLog(fileOf(rois, RUN_FILES.rois), rois.encoder);
    this.#roiHistory = new RoiHistory(record.rois, (frame, roi) => this.#rois.followed(frame, roi));
    const framesFile = fileOf(frames, RUN_FILES.frames);
    const isFull = () => this.#isFull(framesFile);
    const open = options.openFile ?? openFile;
    const diskAlarm = (name: string, cause: unknown) => this.#diskAlarm(name, cause);
    const { positions: source } = options;
    const awaited = source && { source, waiting: new WaitingFates(folder, { openFile: open, diskAlarm }) };
    this.#fates = new FateLog(framesFile, frames.encoder, isFull, awaited);
    this.cells = new CellRecorder(folder, {
      ...{ blockRows, queueLimitBytes, onAlarm: this.#onAlarm, openFile: open },
      onRecord: () => {
        this.#recordIsStale = true;
        this.#updateRecord();
      },
      diskAlarm,
    });
    this.#timers = [setInterval(() => this.flush(), flushMs), setInterval(() => this.#sync(), syncMs)];
  }

  get stats(): RecorderStats {
    return {
      rowsWritten: this.#file.writtenRows,
      rowsWaiting: this.#file.waitingRows + this.#block.rows,
      rowsLost: this.#rowsLost + this.#file.lostRows,
      bytesWritten: this.#file.writtenBytes + this.#fates.file.writtenBytes,
      frames: this.#fates.counts,
      cells: this.cells.stats,
    };
  }

  tracked(batch: TrackedFrames): void {
    const { frames, rois } = batch;
    const [first] = frames;
    if (this.#closing || !first) return;
    if (!this.#hasRoom(frames.at(-1)!.id)) {
      this.#rowsLost += frames.length * rois.length;
      this.#fates.lost(frames);
      return;
    }
    if (this.#roiHistory.note(first.id, rois)) this.#recordIsStale = true;
    for (let from = this.#block.add(batch, 0); from < frames.length; from = this.#block.add(batch, from)) {
      this.#flushTracks();
    }
    this.#fates.tracked(frames);
  }

  gap(gap: FrameGap): void {
    if (!this.#closing) this.#fates.gap(gap);
  }

  /** Writes into `run.json`, with the next sync, what was done now. */
  log(entry: LogEntry): void {
    this.#record.log = [...(this.#record.log ?? []), { at: new Date().toISOString(), ...entry }];
    this.#recordIsStale = true;
  }

  /** Hands what waits to the disk, without waiting for it; also tries again what failed. */
  flush(): void {
    this.#flushTracks();
    this.#fates.flush();
    this.#rois.flush();
    this.cells.flush();
    for (const file of this.#files) file.pump();
  }

  /**
   * Writes everything that waits, ends the files and completes `run.json`.
   * @throws {RecordingError} when the disk does not take it; the stats tell how many rows that cost
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#fates.endHole();
    this.#fates.flush({ isLast: true });
    this.flush();
    const failures: unknown[] = [];
    const keep = (cause: unknown) => {
      failures.push(cause);
    };
    for (const file of this.#files) await file.close(END_OF_STREAM).catch(keep);
    await this.#fates.closeWaiting({ isAllWritten: failures.length === 0 });
    await this.cells.close().catch(keep);
    await this.#recordWriting;
    const { rowsWritten: written, rowsLost: lost, frames } = this.stats;
    this.#record.endedAt = new Date().toISOString();
    this.#noteChanges();
    this.#record.frames = frames;
    this.#record.rows = { written, lost };
    this.#record.latency = this.#latency?.() ?? null;
    await writeRunRecord(this.folder, this.#record).catch(keep);
    if (failures.length === 0) return;
    throw new RecordingError(
      {
        where: this.folder,
        expected: 'a disk that takes the end of the recording',
        received: `${reason(failures[0])}; ${written} rows written, ${lost} lost`,
        remedy: 'what was written can be read and exported',
      },
      failures[0],
    );
  }

  get #files(): readonly AppendFile[] {
    return [this.#file, this.#fates.file, this.#rois.file];
  }

  #flushTracks(): void {
    const { rows } = this.#block;
    if (rows === 0) return;
    this.#file.push(this.#encoder.encode(this.#block.toArrow(), rows), rows);
    this.#block.clear();
  }

  #sync(): void {
    for (const file of this.#files) file.sync();
    this.#fates.syncWaiting();
    this.cells.sync();
    this.#updateRecord();
  }

  #updateRecord(): void {
    if (!this.#recordIsStale || this.#recordWriting) return;
    this.#recordIsStale = false;
    this.#noteChanges();
    this.#recordWriting = writeRunRecord(this.folder, this.#record)
      .catch((cause: unknown) => this.#diskAlarm(RUN_FILES.record, cause))
      .finally(() => {
        this.#recordWriting = null;
      });
  }

  #noteChanges(): void {
    this.#record.roiChanges = this.#roiHistory.changes;
    const calcium = this.cells.record;
    if (calcium) this.#record.calcium = calcium;
  }

  #isFull(file: AppendFile): boolean {
    // Half-way down again before rows are taken: one long gap reads better than hundreds of short ones.
    return file.waitingBytes > (this.#overrun ? this.#queueLimitBytes / 2 : this.#queueLimitBytes);
  }

  #hasRoom(lastId: number): boolean {
    const wasOverrun = this.#overrun;
    this.#overrun = lastId > LAST_FRAME_ID || this.#files.some((file) => this.#isFull(file));
    if (this.#overrun && !wasOverrun) {
      const waiting = this.#files.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0);
      this.#onAlarm(
        new RecordingError({
          where: this.folder,
          expected: `a disk that keeps up and frame numbers up to ${LAST_FRAME_ID}`,
          received: `frame ${lastId} with ${waiting} bytes waiting`,
          remedy:
            'tracking goes on and the frames lost are recorded as a gap; use a faster disk or fewer beads',
        }),
      );
    }
    return !this.#overrun;
  }

  #diskAlarm(name: string, cause: unknown): void {
    this.#onAlarm(
      new RecordingError(
        {
          where: join(this.folder, name),
          expected: 'a disk that takes the recording',
          received: reason(cause),
          remedy: 'free or replace the disk: tracking goes on, the rows wait in memory and are tried again',
        },
        cause,
      ),
    );
  }
}
