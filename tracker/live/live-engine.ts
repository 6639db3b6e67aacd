import { type ChosenEngine, chooseEngine } from '#engines/choose-engine.ts';
import { USUAL_WORKLOAD } from '#engines/measure-speed.ts';
import type { LiveTrackerOptions } from './live-tracker-options.ts';

/** Opens the engine that the settings ask for, for the plan a live tracker starts with. */
export function openLiveEngine(
  { config, plan, roiSize }: LiveTrackerOptions,
  onNotice: (text: string) => void,
): Promise<ChosenEngine> {
  return chooseEngine(config.engine.engine, {
    plan,
    workload: { ...USUAL_WORKLOAD, roiSize },
    threads: config.engine.threads,
    onNotice,
  });
}
