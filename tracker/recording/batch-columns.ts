import type { RecordBatch, Vector } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';

/**
 * A column by its name.
 * @throws {RecordingError} when there is none
 */
export function columnOf(path: string, batch: RecordBatch, name: string): Vector {
  const column = batch.getChild(name);
  if (column) return column;
  throw new RecordingError({ where: path, expected: `a column ${name}`, received: 'none of that name' });
}

/**
 * [row] the values of a column.
 * @throws {RecordingError} when there is none, or one of another type
 */
export function values<Column>(
  path: string,
  batch: RecordBatch,
  name: string,
  type: abstract new (...args: never[]) => Column,
): Column {
  const column: unknown = columnOf(path, batch, name).toArray();
  if (column instanceof type) return column;
  const received = String(batch.getChild(name)?.type);
  throw new RecordingError({ where: `${path} column ${name}`, expected: type.name, received });
}
