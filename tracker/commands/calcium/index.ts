import type { Command } from 'commander';
import { registerAnimate } from './animate.ts';
import { registerFilter } from './filter.ts';
import { registerImportBruker } from './import-bruker.ts';
import { registerProject } from './project.ts';
import { registerRedo } from './redo.ts';
import { registerTraces } from './traces.ts';

/** `calcium`: recordings of fluorescence. Adding a verb is its file and a line here. */
export function registerCalcium(calcium: Command): void {
  registerTraces(calcium);
  registerImportBruker(calcium);
  registerProject(calcium);
  registerAnimate(calcium);
  registerFilter(calcium);
  registerRedo(calcium);
}
