import type { CalciumStage } from './define.ts';
import { deltaF } from './delta-f.ts';
import { events } from './events.ts';
import { oasis } from './oasis.ts';
import { roiTraces } from './roi-traces.ts';
import { runningBaseline } from './running-baseline.ts';
import { runningNoise } from './running-noise.ts';
import { waveforms } from './waveforms.ts';
import { welfordProjections } from './welford-projections.ts';

/** Every stage that calcium traces can be put together from, in an order that runs. */
export const CALCIUM_STAGES: readonly CalciumStage[] = [
  welfordProjections,
  roiTraces,
  runningBaseline,
  deltaF,
  runningNoise,
  events,
  oasis,
  waveforms,
];
