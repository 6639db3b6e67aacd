import type { CalciumStage } from './define.ts';
import { deltaF } from './delta-f.ts';
import { roiTraces } from './roi-traces.ts';
import { runningBaseline } from './running-baseline.ts';
import { welfordProjections } from './welford-projections.ts';

/** Every stage that calcium traces can be put together from, in an order that runs. */
export const CALCIUM_STAGES: readonly CalciumStage[] = [
  welfordProjections,
  roiTraces,
  runningBaseline,
  deltaF,
];
