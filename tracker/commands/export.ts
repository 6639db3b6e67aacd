import { type Command, Option } from 'commander';
import { exportCellsOf, exportRun, LAYOUTS } from '#exports/export-run.ts';
import { writeWhole } from '#exports/whole-file.ts';
import { exportZLutUses } from '#recording/z-lut-history.ts';
import { exportTdms, isTdms } from './export-tdms.ts';
import { number } from './options.ts';

interface ExportOptions {
  to: string;
  layout?: (typeof LAYOUTS)[number];
  pixelSize?: number;
  px?: boolean;
  zLuts?: string;
  cells?: string;
  force?: boolean;
}

/** `export`: the tracks of a run in a file for other programs, also of one that was cut off. */
export function registerExport(command: Command): void {
  command
    .argument('<run>', 'run folder or .arrows file; or a .tdms file of LabVIEW, whose traces go to a .csv')
    .requiredOption(
      '--to <file>',
      'file to write, by its ending: .csv, .parquet, .h5, .npz, or .txt for CALISTO (with a .json beside it)',
    )
    .addOption(
      new Option('--layout <layout>', 'of an .h5: a dataset a column, or as MagScope records').choices(
        LAYOUTS,
      ),
    )
    .option('--pixel-size <nm>', 'nm per px in the plane of the beads, instead of what was recorded', number)
    .option(
      '--px',
      'positions in px, as recorded, although the size of a pixel is known; a .csv always has px',
    )
    .option('--z-luts <file>', 'CSV file to write, too: the Z-LUT that each bead has from a frame on')
    .option('--cells <file>', 'file to write, too: the calcium traces of the cells, .csv or .parquet')
    .option('--force', 'write over an existing file')
    .action(
      async (run: string, { to, layout, pixelSize, px, zLuts, cells, force = false }: ExportOptions) => {
        if (isTdms(run)) {
          const traces = await exportTdms(run, to, { force });
          if (traces.cut !== undefined) console.error(`${run}: ${traces.cut}`);
          console.error(`${traces.rows} rows in ${to}`);
          return;
        }
        const rows = await exportRun(run, to, { force, layout, pixelSizeNm: pixelSize, inPx: px });
        console.error(`${rows} points in ${to}`);
        if (zLuts !== undefined) {
          const uses = await writeWhole(zLuts, force, (temporary) => exportZLutUses(run, temporary));
          console.error(`Z-LUTs of the beads in ${zLuts}: ${uses} rows`);
        }
        if (cells !== undefined) {
          const values = await exportCellsOf(run, cells, { force });
          console.error(`${values} points of cells in ${cells}`);
        }
      },
    );
}
