import type { z } from 'zod';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { simulatedCalciumCamera, simulatedCells } from '#camera-adapters/simulated-calcium.ts';
import {
  parseSimulatedCalciumOptions,
  type simulatedCalciumOptions,
} from '#camera-adapters/simulated-calcium-options.ts';
import { viewPixels } from '#protocol/pixel-format.ts';
import { calciumSection, cellPlanOf, neuropilOf } from '../../settings/calcium-settings.ts';

/** What is filmed; it needs an end. */
export type CellFilmSettings = z.input<typeof simulatedCalciumOptions> & { frames: number };

/** Cells filmed and traced frame by frame; every column is [cell][frame]. */
export interface CellFilm {
  fps: number;
  /** Truth of the camera. */
  truth: { dff: Float64Array[]; spikes: Float64Array[] };
  /** What was found while frames came; `event` is 0 or 1. */
  live: { counts: Float64Array[]; baseline: Float64Array[]; dff: Float64Array[]; event: Float64Array[] };
  /** [frame] time in the stages. */
  us: Float64Array;
}

/** A ring that fits between cells of the usual size. */
const RING = { neuropilWidth: 4, neuropilGap: 2, neuropilShare: 0.7 };

/** Films cells with the simulated camera, as fast as it goes, and traces their true masks as the live thread does. */
export async function filmCells(film: CellFilmSettings): Promise<CellFilm> {
  const { fps, cells, pixelFormat } = parseSimulatedCalciumOptions(film);
  const { map, course } = simulatedCells(film);
  const settings = calciumSection.parse(RING);
  const pipeline = new CellPipeline({ fps, map, neuropil: neuropilOf(settings) }, cellPlanOf(settings));
  const column = () => Array.from({ length: cells }, () => new Float64Array(film.frames));
  const truth = { dff: column(), spikes: column() };
  const live = { counts: column(), baseline: column(), dff: column(), event: column() };
  const us = new Float64Array(film.frames);
  const at = course();
  const camera = simulatedCalciumCamera({ ...film, pace: 'fast' });
  await camera.open();
  for await (const { id, pixels } of camera.frames(new AbortController().signal)) {
    const counts = viewPixels(pixels.buffer, pixelFormat);
    const startMs = performance.now();
    const { columns, event } = pipeline.measure(id, id / fps, counts);
    us[id] = (performance.now() - startMs) * 1000;
    for (let cell = 0; cell < cells; cell++) {
      for (const name of ['counts', 'baseline', 'dff'] as const) live[name][cell]![id] = columns[name][cell]!;
      live.event[cell]![id] = event[cell]!;
      truth.dff[cell]![id] = at.dff[cell]!;
      truth.spikes[cell]![id] = at.spikes[cell]!;
    }
    at.advance();
  }
  await camera.close();
  return { fps, truth, live, us };
}
