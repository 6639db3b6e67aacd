import type { File } from 'h5wasm';
import { createHdf5, GrowingDataset, writeFacts } from './hdf5-file.ts';
import type { ExportSource } from './source.ts';
import type { ExportTable } from './table.ts';

/**
 * Writes HDF5 with one dataset a column, `/tracks/NAME` and `/cells/NAME`, all of a table of one length: what
 * `h5read` of MATLAB and h5py take as a vector. Each has its unit as an attribute.
 * @returns rows of tracks
 * @throws {RecordingError} when the recording cannot be read
 */
export async function writeFlatHdf5(path: string, { tracks, cells, facts }: ExportSource): Promise<number> {
  return createHdf5(path, async (file) => {
    writeFacts(file, facts);
    await writeColumns(file, tracks);
    if (cells) await writeColumns(file, cells);
    return tracks.rows;
  });
}

async function writeColumns(file: File, table: ExportTable): Promise<void> {
  const group = file.create_group(table.name);
  const datasets = table.columns.map(({ name, type, unit }) => {
    const column = new GrowingDataset(group, name, type, table.rows);
    column.dataset.create_attribute('unit', unit);
    return column;
  });
  for await (const block of table.blocks()) {
    for (const [column, values] of block.entries()) datasets[column]!.append(values);
    file.flush();
  }
}
