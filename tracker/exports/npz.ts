import { encodeNpy } from '#protocol/npy.ts';
import type { ExportSource } from './source.ts';
import { COLUMN_TYPES, type ExportTable } from './table.ts';
import { ZipFile } from './zip-file.ts';

/**
 * Writes an archive of NumPy arrays: `metadata` (JSON, bytes), one array a column of the tracks under its name, and
 * those of cells as `cells_NAME`. All in one pass: the archive is laid out by the numbers of rows before.
 * @returns rows of tracks
 * @throws {RecordingError} when the recording cannot be read or the disk does not take it
 */
export async function writeNpz(path: string, { tracks, cells, facts }: ExportSource): Promise<number> {
  const metadata = Buffer.from(JSON.stringify(facts));
  const arrays = [
    { name: 'metadata.npy', bytes: encodeNpy(metadata, [], `'|S${metadata.byteLength}'`).byteLength },
    ...arraysOf(tracks, ''),
    ...(cells ? arraysOf(cells, 'cells_') : []),
  ];
  const zip = new ZipFile(path, arrays);
  try {
    zip.append(0, encodeNpy(metadata, [], `'|S${metadata.byteLength}'`));
    await appendColumns(zip, tracks, 1);
    if (cells) await appendColumns(zip, cells, 1 + tracks.columns.length);
    zip.finish();
  } finally {
    zip.close();
  }
  return tracks.rows;
}

function arraysOf({ columns, rows }: ExportTable, prefix: string): { name: string; bytes: number }[] {
  return columns.map(({ name, type }) => {
    const { BYTES_PER_ELEMENT } = COLUMN_TYPES[type];
    const header = encodeNpy(new COLUMN_TYPES[type](0), [rows]).byteLength;
    return { name: `${prefix}${name}.npy`, bytes: header + rows * BYTES_PER_ELEMENT };
  });
}

async function appendColumns(zip: ZipFile, table: ExportTable, first: number): Promise<void> {
  for (const [column, { type }] of table.columns.entries()) {
    zip.append(first + column, encodeNpy(new COLUMN_TYPES[type](0), [table.rows]));
  }
  for await (const block of table.blocks()) {
    for (const [column, values] of block.entries()) zip.append(first + column, values);
  }
}
