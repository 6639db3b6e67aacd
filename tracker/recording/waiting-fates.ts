import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendFile, type FileAccess } from './append-file.ts';
import { BatchEncoder, END_OF_STREAM } from './batch-encoder.ts';
import { FateBlock, type FateRow, rowNumbers } from './fate-block.ts';
import { lateFile } from './late-file.ts';
import { WAITING_FRAMES } from './run-record.ts';
import { waitingFramesSchema } from './stream-schema.ts';

/** Bytes after which the other file takes over. */
const TURN_BYTES = 1 << 20;

/** Rows that wait for a slow disk are written as one up to so many bytes. */
const WRITE_BYTES = 1 << 18;

interface WaitingFatesOptions {
  /** Opens a new, empty file. */
  openFile(path: string): Promise<FileAccess>;
  /** An alarm of a disk that refused a file. */
  diskAlarm(name: string, cause: unknown): void;
  turnBytes?: number;
}

interface WaitingFile {
  file: AppendFile | null;
  /** Behind the last row of `frames.arrows` in it. */
  endRow: number;
  /** The file that had this name before is closed. */
  isFree: Promise<void>;
}

/**
 * Rows of `frames.arrows` that still wait for where motors were, with what is known, so that a crash costs no more of
 * them than without motors. Two files in turn: one is begun anew when all its rows are in `frames.arrows`. They are gone
 * when the run has ended.
 */
export class WaitingFates {
  readonly #folder: string;
  readonly #options: WaitingFatesOptions;
  readonly #turnBytes: number;
  readonly #encoder = new BatchEncoder(waitingFramesSchema());
  readonly #files = WAITING_FRAMES.map((): WaitingFile => {
    return { file: null, endRow: 0, isFree: Promise.resolve() };
  });
  #turn = 0;

  constructor(folder: string, options: WaitingFatesOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#turnBytes = options.turnBytes ?? TURN_BYTES;
  }

  /** Whether the disk is so far behind that no more should be added. */
  get isBehind(): boolean {
    return (this.#files[this.#turn]!.file?.waitingBytes ?? 0) > this.#turnBytes;
  }

  /**
   * @param firstRow of `frames.arrows` that the first of these will be
   * @param settledRows of `frames.arrows` that are in it
   */
  add(rows: readonly FateRow[], firstRow: number, settledRows: number): void {
    const block = new FateBlock();
    for (const row of rows) block.add(row);
    const file = this.#fileInTurn(settledRows);
    const columns = [rowNumbers(firstRow, rows.length), ...block.toArrow()];
    file.push(this.#encoder.encode(columns, rows.length), rows.length);
    this.#files[this.#turn]!.endRow = firstRow + rows.length;
  }

  pump(): void {
    for (const { file } of this.#files) file?.pump();
  }

  sync(): void {
    for (const { file } of this.#files) file?.sync();
  }

  async close(): Promise<void> {
    for (let turn = 0; turn < this.#files.length; turn++) this.#free(turn);
    await Promise.all(this.#files.map(({ isFree }) => isFree));
  }

  /** Takes the files away. */
  async remove(): Promise<void> {
    // One that stays says nothing that is not in frames.arrows.
    for (const name of WAITING_FRAMES) await rm(join(this.#folder, name), { force: true }).catch(() => {});
  }

  #fileInTurn(settledRows: number): AppendFile {
    const { file } = this.#files[this.#turn]!;
    const next = (this.#turn + 1) % this.#files.length;
    const isFull = file !== null && file.writtenBytes + file.waitingBytes >= this.#turnBytes;
    if (file && !(isFull && this.#files[next]!.endRow <= settledRows)) return file;
    if (file) this.#turn = next;
    this.#free(this.#turn);
    const turn = this.#files[this.#turn]!;
    turn.file = this.#open(WAITING_FRAMES[this.#turn]!, turn.isFree);
    turn.file.push(this.#encoder.header, 0);
    return turn.file;
  }

  #open(name: string, isFree: Promise<void>): AppendFile {
    const { diskAlarm, openFile } = this.#options;
    const access = lateFile(() => isFree.then(() => openFile(join(this.#folder, name))));
    return new AppendFile(access, 0, (cause) => diskAlarm(name, cause), WRITE_BYTES);
  }

  #free(turn: number): void {
    const waiting = this.#files[turn]!;
    const { file } = waiting;
    waiting.file = null;
    // Why it could not be written was told when it was tried; all of it is, or will be, in frames.arrows.
    if (file) waiting.isFree = file.close(END_OF_STREAM).catch(() => {});
  }
}
