import type { MotorColumn } from '#protocol/motor.ts';
import { describeStatus } from '#protocol/track-status.ts';
import { OutputFile } from './output-file.ts';
import type { PositionValues } from './recorded-positions.ts';
import { FIT_COLUMNS, type TrackColumns } from './track-block.ts';

/** First line of every CSV of tracks; the columns of a fit follow, then those of motors. */
const CSV_HEADER = 'frame,timeNs,bead,xPx,yPx,zNm,score,status';

const ROWS_PER_WRITE = 8192;

/** Rows of a CSV, where a recording has some with where motors were. */
type CsvColumns = Readonly<TrackColumns> & { positions?: PositionValues };

/** A CSV of tracks being written. */
export interface CsvWriter {
  /** @throws {RecordingError} when the disk does not take the rows */
  write(columns: CsvColumns): void;
  close(): void;
}

/**
 * Starts a CSV of tracks with its header line.
 *
 * @param fits whether all columns that are written have a fit
 * @param positions of motors that all columns that are written have
 *
 * Numbers are the shortest decimals that read back to the same value, no result is `NaN`, `status` the names of the
 * bits joined by `+`, or `ok`.
 * @throws {OutputExistsError} when the file exists and `force` is not set
 * @throws {RecordingError} when it cannot be written
 */
export function createCsvWriter(
  path: string,
  {
    force = false,
    fits = false,
    positions = [],
  }: { force?: boolean; fits?: boolean; positions?: readonly MotorColumn[] } = {},
): CsvWriter {
  const file = new OutputFile(path, force);
  const bytes = new TextEncoder();
  file.write(bytes.encode(csvHeader(fits, positions)));
  return {
    write(columns) {
      for (let from = 0; from < columns.rows; from += ROWS_PER_WRITE) {
        file.write(bytes.encode(csvLines(columns, from, Math.min(columns.rows, from + ROWS_PER_WRITE))));
      }
    },
    close: () => file.close(),
  };
}

/** The first line. */
export function csvHeader(fits: boolean, positions: readonly MotorColumn[] = []): string {
  const names = [CSV_HEADER, ...(fits ? FIT_COLUMNS : []), ...positions];
  return `${names.join(',')}\n`;
}

/** Lines of rows [from, to). */
export function csvLines(columns: CsvColumns, from: number, to: number): string {
  const { frame, timeNs, bead, xPx, yPx, zNm, score, status, fit } = columns;
  const motors = Object.values(columns.positions ?? {});
  let lines = '';
  for (let row = from; row < to; row++) {
    lines += `${frame[row]},${timeNs[row]},${bead[row]},${xPx[row]},${yPx[row]},${zNm[row]},`;
    lines += `${shortestFloat32(score[row]!)},${describeStatus(status[row]!)}`;
    if (fit) for (const name of FIT_COLUMNS) lines += `,${shortestFloat32(fit[name][row]!)}`;
    for (const at of motors) lines += `,${at[row]}`;
    lines += '\n';
  }
  return lines;
}

/** Fewest digits that read back to the same float32: 0.9 rather than 0.8999999761581421. */
export function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  // Nine digits always do.
  return Number(value.toPrecision(9));
}
