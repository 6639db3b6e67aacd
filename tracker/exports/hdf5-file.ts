import type { Dataset, File, Group } from 'h5wasm';
import { RecordingError, TweezertrackError } from '#protocol/errors.ts';
import { OutputFile } from '#recording/output-file.ts';
import type { ExportFacts } from './facts.ts';
import type { ColumnType, ColumnValues } from './table.ts';

const DTYPES: Record<ColumnType | 'u64', string> = {
  u8: '<B',
  u16: '<H',
  u32: '<I',
  i64: '<q',
  u64: '<Q',
  f32: '<f',
  f64: '<d',
};

/** Rows of a chunk, which is on disk as a whole: of a column of float64, 512 kB. */
const MOST_CHUNK_ROWS = 1 << 16;

/** An attribute of HDF5 has at most 64 kB, with what belongs to it. */
const MOST_ATTRIBUTE_BYTES = 32_000;

/**
 * Makes an HDF5 file; its calls wait for the disk. Closed also where `write` throws.
 * @throws {RecordingError} when the disk does not take it, with the last words of the library
 */
export async function createHdf5<Result>(
  path: string,
  write: (file: File) => Promise<Result>,
): Promise<Result> {
  const { default: h5wasm } = await import('h5wasm/node');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler();
  // Here the system says why there can be no file; the library would not.
  new OutputFile(path, false).close();
  const file = new h5wasm.File(path, 'w');
  let result: Result;
  try {
    result = await write(file);
    file.flush();
    file.close();
  } catch (cause) {
    try {
      file.close();
    } catch {
      // A full disk refuses the last bytes, too; the first complaint is the one to tell.
    }
    throw cause instanceof TweezertrackError ? cause : refused(path, cause);
  }
  return result;
}

/** Of the many reasons of the library, the innermost. */
function refused(where: string, cause: unknown): RecordingError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const received = [...message.matchAll(/#\d+: .*?\bin \w+\(\): (.*)/g)].at(-1)?.[1] ?? message;
  const [expected, remedy] = ['a disk that takes the file', 'free space on it, or choose another'];
  return new RecordingError({ where, expected, received, remedy }, cause);
}

/** A dataset that grows by its first axis; no compression. */
export class GrowingDataset {
  readonly dataset: Dataset;
  readonly #width: number;
  #rows = 0;

  /**
   * @param rows that come at most
   * @param width values of a row; 1 makes a dataset of one axis
   */
  constructor(group: Group, name: string, type: ColumnType | 'u64', rows: number, width = 1) {
    this.#width = width;
    const row = width === 1 ? [] : [width];
    this.dataset = group.create_dataset({
      name,
      data: [],
      shape: [0, ...row],
      maxshape: [null, ...row],
      dtype: DTYPES[type],
      chunks: [Math.min(Math.max(rows, 1), MOST_CHUNK_ROWS), ...row],
    });
  }

  append(values: ColumnValues | BigUint64Array): void {
    const rows = values.length / this.#width;
    if (rows === 0) return;
    const [from, to] = [this.#rows, this.#rows + rows];
    const row: [number, number][] = this.#width === 1 ? [] : [[0, this.#width]];
    this.dataset.resize([to, ...row.map(([, width]) => width)]);
    this.dataset.write_slice([[from, to], ...row], values);
    this.#rows = to;
  }
}

/**
 * Writes every fact as JSON: all of them in the dataset `metadata`, and each that is small enough as an attribute, too;
 * texts and numbers as they are.
 */
export function writeFacts(file: File, facts: ExportFacts): void {
  file.create_dataset({ name: 'metadata', data: JSON.stringify(facts) });
  for (const [name, value] of Object.entries(facts)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (text !== undefined && Buffer.byteLength(text) <= MOST_ATTRIBUTE_BYTES)
      file.create_attribute(name, text);
  }
}
