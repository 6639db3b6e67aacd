import { cellPlanOf } from '../settings/calcium-settings.ts';
import { readCellFile } from './cell-keeper.ts';
import type { LiveCalciumOptions } from './live-calcium.ts';
import type { LiveTrackerOptions } from './live-tracker-options.ts';

/** What cells are measured with from the beginning. */
export type CalciumStart = Pick<LiveCalciumOptions, 'settings' | 'steps' | 'cells' | 'keptIn' | 'open'>;

/**
 * What is said of cells, checked before anything is opened. They are kept beside the file of the rig, if there is one.
 * @throws {ConfigError} naming the stage, parameter or file that cannot be used
 */
export async function calciumStart({
  config: { calcium: settings },
  cells,
  rigFile,
}: Pick<LiveTrackerOptions, 'config' | 'cells' | 'rigFile'>): Promise<CalciumStart> {
  return {
    settings,
    steps: cellPlanOf(settings),
    cells: cells ?? (settings.cells === undefined ? null : await readCellFile(settings.cells)),
    keptIn: rigFile === undefined ? null : `${rigFile.replace(/\.json$/i, '')}-cells.npy`,
    // Most trackers never measure cells.
    open: async (options) => (await import('#calcium-live/open-calcium.ts')).openCalcium(options),
  };
}
