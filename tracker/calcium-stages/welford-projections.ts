import { z } from 'zod';
import { CalciumError } from '#calcium/calcium-error.ts';
import { FrameSums } from '#calcium/frame-sums.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { LIVE_PROJECTIONS, type LiveProjection } from '#protocol/calcium-live.ts';
import { defineCalciumStage } from './define.ts';
import { WelfordSums } from './welford-sums.ts';

/** What is kept of all frames since the last start. */
export interface ProjectionState {
  readonly width: number;
  readonly height: number;
  /** Null before the first frame. */
  sums: FrameSums | WelfordSums | null;
}

/** Frames of whole counts that are kept until they are added at once: what that takes is short beside a frame. */
const MOST_HELD = 4;

/**
 * Images of all frames so far: mean, standard deviation of the population and maximum of every pixel.
 *
 * A pixel that is not finite in a frame, as floats may be, is left out there; NaN where it never is. A camera that
 * turns from whole counts to floats, or back, begins anew.
 */
export const welfordProjections = defineCalciumStage({
  name: 'welford-projections',
  title: 'Projections',
  source:
    'Welford 1962, doi 10.1080/00401706.1962.10490022, in float64. Differs: whole counts are added up exactly, as those of recorded stacks.',
  params: z.object({}),
  reads: [],
  writes: ['projection'],

  start: ({ map: { width, height } }): ProjectionState => ({ width, height, sums: null }),

  step({ pixels }, state) {
    const size = state.width * state.height;
    let { sums } = state;
    if (pixels instanceof Float32Array) {
      if (!(sums instanceof WelfordSums)) sums = state.sums = new WelfordSums(size);
      sums.add(pixels);
    } else {
      if (!(sums instanceof FrameSums)) sums = state.sums = new FrameSums(size, LIVE_PROJECTIONS, MOST_HELD);
      sums.add(pixels);
    }
  },

  keep: (state, { map }) => (state.width === map.width && state.height === map.height ? state : null),
});

/** Begins anew with the next frame. */
export function resetProjections(state: ProjectionState): void {
  state.sums?.reset();
}

/**
 * One image of all frames since the last start.
 * @returns [row, column] counts, a copy
 * @throws {CalciumError} before the first frame
 */
export function readProjection(
  { sums, width, height }: ProjectionState,
  kind: LiveProjection,
): NdArray<Float64Array> {
  if (!sums || sums.frames === 0) {
    throw new CalciumError({ where: `${kind} projection`, expected: 'at least one frame', received: 'none' });
  }
  return { shape: [height, width], values: sums.read(kind) };
}
