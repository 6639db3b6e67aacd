import { join } from 'node:path';
import type { Schema } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import { AppendFile, type FileAccess } from './append-file.ts';
import { BatchEncoder, END_OF_STREAM } from './batch-encoder.ts';
import { CellBlock } from './cell-block.ts';
import { CellGapLog } from './cell-gap-log.ts';
import type { CellFacts, CellRecord } from './cell-record.ts';
import { cellGapsSchema, cellsSchema } from './cell-schema.ts';
import { CellSettingsLog } from './cell-settings-log.ts';
import { lateFile } from './late-file.ts';
import { RUN_FILES } from './run-record.ts';

export interface CellRecorderOptions {
  blockRows: number;
  queueLimitBytes: number;
  openFile(path: string): Promise<FileAccess>;
  onAlarm(alarm: RecordingError): void;
  /** `record` tells of other settings. */
  onRecord(): void;
  /** An alarm of a disk that refused a file. */
  diskAlarm(name: string, cause: unknown): void;
}

/** How the recording of cells is doing; zeros before the first. */
export interface CellRecorderStats {
  rowsWritten: number;
  /** Rows not yet in the file. */
  rowsWaiting: number;
  /** Rows that will never be in the file. */
  rowsLost: number;
  frames: NonNullable<CellRecord['frames']>;
}

interface CellFiles {
  cells: AppendFile;
  encoder: BatchEncoder;
  block: CellBlock;
  gaps: CellGapLog;
}

/** Frame numbers are 32 bits in the files. */
const LAST_FRAME_ID = 2 ** 32 - 1;

/**
 * Records the cells of a run as `RunRecorder` does its tracks, beside them: `cells.arrows` (a row a cell and frame),
 * `cell-gaps.arrows` (frames that have none) and the maps of cells. Its files appear with its first frame, its queues
 * are its own: what it cannot take costs no tracks.
 */
export class CellRecorder {
  readonly #folder: string;
  readonly #options: CellRecorderOptions;
  readonly #settings: CellSettingsLog;
  readonly #frames = { measured: 0, skipped: 0, lost: 0 };
  #files: CellFiles | null = null;
  #overrun = false;
  #rowsLost = 0;
  #closing: Promise<void> | null = null;
  #hasEnded = false;

  constructor(folder: string, options: CellRecorderOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#settings = new CellSettingsLog(folder, options.diskAlarm);
  }

  get stats(): CellRecorderStats {
    const { cells, block } = this.#files ?? {};
    return {
      rowsWritten: cells?.writtenRows ?? 0,
      rowsWaiting: (cells?.waitingRows ?? 0) + (block?.rows ?? 0),
      rowsLost: this.#rowsLost + (cells?.lostRows ?? 0),
      frames: { ...this.#frames },
    };
  }

  /** For `run.json`; absent where no cell was measured. */
  get record(): CellRecord | undefined {
    if (!this.#files) return undefined;
    const { rowsWritten: written, rowsLost: lost, frames } = this.stats;
    const ending = this.#hasEnded ? { frames, rows: { written, lost } } : { frames: null, rows: null };
    return { settings: this.#settings.list, ...ending };
  }

  /** Frames from the next batch on are measured with these. */
  changed(facts: CellFacts): void {
    this.#settings.changed(facts);
  }

  /** Takes frames [from, to) of a batch. */
  measured(batch: MeasuredCells, from = 0, to = batch.frames.length): void {
    if (this.#closing || from >= to) return;
    const { frames, cells } = batch;
    const isNew = this.#settings.measured(frames[from]!.id);
    const files = this.#started();
    if (isNew) this.#options.onRecord();
    const last = frames[to - 1]!.id;
    if (!this.#hasRoom(files, last)) {
      this.#rowsLost += (to - from) * cells.length;
      this.#frames.lost += to - from;
      for (const { id } of frames.slice(from, to)) {
        files.gaps.add({ frame: id, lastFrame: id, fate: 'recorder-overrun' });
      }
      return;
    }
    const { block } = files;
    for (let next = block.add(batch, from, to); next < to; next = block.add(batch, next, to)) {
      flushCells(files);
    }
    this.#frames.measured += to - from;
  }

  /** Frames that were not measured, both included. */
  skipped(firstFrame: number, lastFrame: number): void {
    if (this.#closing || lastFrame < firstFrame) return;
    this.#started().gaps.add({ frame: firstFrame, lastFrame, fate: 'skipped' });
    this.#frames.skipped += lastFrame - firstFrame + 1;
  }

  /** Hands what waits to the disk, without waiting for it; also tries again what failed. */
  flush(): void {
    if (!this.#files) return;
    const { cells, gaps } = this.#files;
    flushCells(this.#files);
    if (!this.#isFull(gaps.file)) gaps.flush();
    for (const file of [cells, gaps.file]) file.pump();
  }

  sync(): void {
    this.#files?.cells.sync();
    this.#files?.gaps.file.sync();
  }

  /**
   * Writes everything that waits and ends the files.
   * @throws the error of the disk, after trying everything
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    if (!this.#files) return;
    const { cells, gaps } = this.#files;
    this.flush();
    gaps.flush();
    const ended = await Promise.allSettled([cells.close(END_OF_STREAM), gaps.file.close(END_OF_STREAM)]);
    await this.#settings.written;
    this.#hasEnded = true;
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  #started(): CellFiles {
    if (this.#files) return this.#files;
    const { blockRows, queueLimitBytes, openFile, diskAlarm } = this.#options;
    const start = (name: string, schema: Schema) => {
      const encoder = new BatchEncoder(schema);
      const access = lateFile(() => openFile(join(this.#folder, name)));
      const file = new AppendFile(access, 0, (cause) => diskAlarm(name, cause), queueLimitBytes / 16);
      file.push(encoder.header, 0);
      return { file, encoder };
    };
    const cells = start(RUN_FILES.cells, cellsSchema(this.#settings.list.at(-1) ?? null));
    const gaps = start(RUN_FILES.cellGaps, cellGapsSchema());
    this.#files = {
      cells: cells.file,
      encoder: cells.encoder,
      block: new CellBlock(blockRows),
      gaps: new CellGapLog(gaps.file, gaps.encoder),
    };
    return this.#files;
  }

  #isFull(file: AppendFile): boolean {
    const { queueLimitBytes } = this.#options;
    return file.waitingBytes > (this.#overrun ? queueLimitBytes / 2 : queueLimitBytes);
  }

  #hasRoom({ cells, gaps }: CellFiles, lastId: number): boolean {
    const wasOverrun = this.#overrun;
    this.#overrun = lastId > LAST_FRAME_ID || this.#isFull(cells) || this.#isFull(gaps.file);
    if (this.#overrun && !wasOverrun) {
      this.#options.onAlarm(
        new RecordingError({
          where: join(this.#folder, RUN_FILES.cells),
          expected: `a disk that keeps up and frame numbers up to ${LAST_FRAME_ID}`,
          received: `frame ${lastId} with ${cells.waitingBytes + gaps.file.waitingBytes} bytes waiting`,
          remedy: 'the frames lost are recorded as a gap of the cells; use a faster disk or fewer cells',
        }),
      );
    }
    return !this.#overrun;
  }
}

function flushCells({ block, cells, encoder }: CellFiles): void {
  const { rows } = block;
  if (rows === 0) return;
  cells.push(encoder.encode(block.toArrow(), rows), rows);
  block.clear();
}
