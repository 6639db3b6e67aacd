import { extname } from 'node:path';
import { ConfigError } from '#protocol/errors.ts';
import { exists, existsAlready } from '#protocol/z-lut-new-file.ts';
import { exportCells } from '#recording/cells-csv.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { OutputFile } from '#recording/output-file.ts';
import { writeCalisto } from './calisto.ts';
import { calistoMotors, writeCalistoMotors } from './calisto-motors.ts';
import { writeFlatHdf5 } from './hdf5-flat.ts';
import { writeMagScope } from './magscope.ts';
import { writeNpz } from './npz.ts';
import { writeParquet } from './parquet.ts';
import { openSource, type SourceOptions } from './source.ts';
import { writeWhole } from './whole-file.ts';

/** Layouts of an HDF5 file. */
export const LAYOUTS = ['flat', 'magscope'] as const;

export interface ExportOptions extends SourceOptions {
  force?: boolean;
  layout?: (typeof LAYOUTS)[number] | undefined;
}

const TRACK_ENDINGS = '.csv, .parquet, .h5, .npz or .txt';

/**
 * Writes the tracks of a run folder or a file of tracks as the ending of the name says; HDF5 of the flat layout and .npz
 * hold the cells of the run, too.
 * @returns rows of tracks
 * @throws {ConfigError} for another ending, or a layout or size of a pixel with a file that has none
 * @throws {OutputExistsError} when the file, or what a .txt has beside it, exists and `force` is not set
 * @throws {RecordingError} when the recording cannot be read or the file cannot be written
 */
export async function exportRun(path: string, to: string, options: ExportOptions = {}): Promise<number> {
  const { force = false, layout } = options;
  const ending = extname(to).toLowerCase();
  if (layout !== undefined && ending !== '.h5' && ending !== '.hdf5') {
    const [expected, received] = ['a file that ends in .h5', ending || 'no ending'];
    throw new ConfigError({ where: `--layout ${layout}`, expected, received });
  }
  if (ending === '.csv' && options.pixelSizeNm !== undefined) {
    const [expected, received] = ['a format with positions in nm', 'a .csv, which has px'];
    throw new ConfigError({ where: '--pixel-size', expected, received });
  }
  const source = () => openSource(path, options);
  switch (ending) {
    case '.csv':
      return writeWhole(to, force, (temporary) => exportCsv(path, temporary));
    case '.parquet':
      return writeWhole(to, force, async (temporary) => {
        const { tracks, facts } = await source();
        return writeParquet(temporary, tracks, facts);
      });
    case '.h5':
    case '.hdf5':
      return writeWhole(to, force, async (temporary) =>
        (layout === 'magscope' ? writeMagScope : writeFlatHdf5)(temporary, await source()),
      );
    case '.npz':
      return writeWhole(to, force, async (temporary) => writeNpz(temporary, await source()));
    case '.txt':
      return exportCalisto(path, to, options);
    default:
      throw otherEnding(to, TRACK_ENDINGS, ending);
  }
}

/**
 * Writes the cells of a run folder as .csv or .parquet.
 * @returns rows
 * @throws {ConfigError} for another ending
 * @throws {OutputExistsError} when the file exists and `force` is not set
 * @throws {RecordingError} when the run has no cells that can be read, or the file cannot be written
 */
export async function exportCellsOf(path: string, to: string, { force = false } = {}): Promise<number> {
  const ending = extname(to).toLowerCase();
  switch (ending) {
    case '.csv':
      return writeWhole(to, force, (temporary) => exportCells(path, temporary));
    case '.parquet':
      return writeWhole(to, force, async (temporary) => {
        const { cells, facts } = await openSource(path);
        if (cells) return writeParquet(temporary, cells, facts);
        // Says what is missing, as the other endings do.
        return exportCells(path, temporary);
      });
    default:
      throw otherEnding(to, '.csv or .parquet', ending);
  }
}

/** A text has no place for what it is, nor for magnets: that is in NAME.json and NAME_motors.txt beside it. */
async function exportCalisto(path: string, to: string, options: ExportOptions): Promise<number> {
  const { force = false } = options;
  const stem = to.slice(0, -extname(to).length);
  const [beside, motorsBeside] = [`${stem}.json`, `${stem}_motors.txt`];
  const source = await openSource(path, options);
  const motors = calistoMotors(source.tracks);
  for (const other of [beside, ...(motors.length > 0 ? [motorsBeside] : [])]) {
    if (!force && (await exists(other))) throw existsAlready(other);
  }
  return writeWhole(to, force, async (temporary) => {
    const { rows, columns } = await writeCalisto(temporary, source);
    if (motors.length > 0) {
      await writeWhole(motorsBeside, force, (motorsTemporary) =>
        writeCalistoMotors(motorsTemporary, source.tracks),
      );
    }
    await writeWhole(beside, force, async (besideTemporary) => {
      const file = new OutputFile(besideTemporary, false);
      try {
        file.write(
          Buffer.from(
            `${JSON.stringify({ ...source.facts, text: columns, motors: ['frame', 'time', ...motors] }, null, 2)}\n`,
          ),
        );
      } finally {
        file.close();
      }
    });
    return rows;
  });
}

function otherEnding(where: string, endings: string, ending: string): ConfigError {
  const [expected, received] = [`a name that ends in ${endings}`, ending || 'no ending'];
  return new ConfigError({ where, expected, received });
}
