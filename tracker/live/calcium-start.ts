import { type CalciumSettings, cellPlanOf } from '../calcium-settings.ts';
import { readCellFile } from './cell-keeper.ts';
import type { LiveCalciumOptions } from './live-calcium.ts';

/** What cells are measured with from the beginning. */
export type CalciumStart = Pick<LiveCalciumOptions, 'settings' | 'steps' | 'cells' | 'keptIn' | 'open'>;

/**
 * What the settings say of cells, checked before anything is opened.
 * @param rigFile beside it are kept the cells; nothing is kept when left out
 * @throws {ConfigError} naming the stage, parameter or file that cannot be used
 */
export async function calciumStart(settings: CalciumSettings, rigFile?: string): Promise<CalciumStart> {
  return {
    settings,
    steps: cellPlanOf(settings),
    cells: settings.cells === undefined ? null : await readCellFile(settings.cells),
    keptIn: rigFile === undefined ? null : `${rigFile.replace(/\.json$/i, '')}-cells.npy`,
    // Most trackers never measure cells.
    open: async (options) => (await import('#calcium-live/open-calcium.ts')).openCalcium(options),
  };
}
