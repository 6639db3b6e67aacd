import { extname } from 'node:path';
import { openTdms, type TdmsChannel } from '#camera-adapters/stacks/tdms.ts';
import type { TdmsValues } from '#camera-adapters/stacks/tdms-values.ts';
import { writeWhole } from '#exports/whole-file.ts';
import { ConfigError, StackError } from '#protocol/errors.ts';
import { OutputFile } from '#recording/output-file.ts';

/** Rows put together before they are written. */
const ROWS = 1000;

/** Whether a file is one of LabVIEW, by its name. */
export const isTdms = (path: string): boolean => /\.tdms$/i.test(path);

/**
 * Writes the traces of a TDMS file as CSV, a channel a column, with all their digits; shorter channels end in empty
 * cells. Columns are named after their channels, of several groups `group/channel`.
 *
 * @returns rows written, and what is missing of a file that is cut off
 * @throws {ConfigError} if the output is no .csv
 * @throws {StackError} if the file cannot be read, or has no values
 * @throws {OutputExistsError} if the output exists and `force` is not set
 */
export async function exportTdms(
  path: string,
  to: string,
  { force = false } = {},
): Promise<{ rows: number; cut?: string }> {
  if (extname(to).toLowerCase() !== '.csv') {
    throw new ConfigError({ where: '--to', expected: 'a .csv for traces of TDMS', received: to });
  }
  const file = await openTdms(path);
  try {
    const { channels, cut } = file;
    if (channels.length === 0) {
      throw new StackError({ where: path, expected: 'channels with values', received: cut ?? 'none' });
    }
    const values = await file.read(channels);
    const rows = Math.max(...values.map(({ length }) => length));
    await writeWhole(to, force, async (temporary) => {
      const output = new OutputFile(temporary, false);
      try {
        output.write(Buffer.from(`${namesOf(channels).map(quoted).join(',')}\n`));
        for (let first = 0; first < rows; first += ROWS) {
          output.write(Buffer.from(linesOf(values, first, Math.min(rows, first + ROWS))));
        }
      } finally {
        output.close();
      }
    });
    return { rows, ...(cut !== undefined && { cut }) };
  } finally {
    await file.close();
  }
}

function namesOf(channels: readonly TdmsChannel[]): string[] {
  const isOneGroup = channels.every(({ group }) => group === channels[0]!.group);
  return channels.map(({ group, name }) => (isOneGroup ? name : `${group}/${name}`));
}

function linesOf(columns: readonly TdmsValues[], first: number, end: number): string {
  const lines: string[] = [];
  for (let row = first; row < end; row++) {
    lines.push(columns.map((values) => (row < values.length ? cell(values[row]!) : '')).join(','));
  }
  return `${lines.join('\n')}\n`;
}

const cell = (value: number | bigint | string): string =>
  typeof value === 'string' ? quoted(value) : Number.isNaN(value) ? '' : `${value}`;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
