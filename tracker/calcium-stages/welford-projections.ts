import { z } from 'zod';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import type { LiveProjection } from '#protocol/calcium-live.ts';
import { defineCalciumStage } from './define.ts';

/** Mean, spread and maximum of every pixel since the last start. */
export interface ProjectionState {
  readonly width: number;
  readonly height: number;
  frames: number;
  /** [row, column] counts. */
  readonly mean: Float64Array;
  /** [row, column] sum of squared differences from the mean. */
  readonly squares: Float64Array;
  /** [row, column] counts. */
  readonly max: Float32Array;
}

/** Images of all frames so far: mean, standard deviation of the population and maximum of every pixel. */
export const welfordProjections = defineCalciumStage({
  name: 'welford-projections',
  title: 'Projections',
  source: 'Welford 1962, doi 10.1080/00401706.1962.10490022, in float64.',
  params: z.object({}),
  reads: [],
  writes: ['projection'],

  start({ map: { width, height } }): ProjectionState {
    const pixels = width * height;
    return {
      width,
      height,
      frames: 0,
      mean: new Float64Array(pixels),
      squares: new Float64Array(pixels),
      max: new Float32Array(pixels).fill(Number.NEGATIVE_INFINITY),
    };
  },

  step({ pixels }, state) {
    const { mean, squares, max } = state;
    state.frames++;
    const share = 1 / state.frames;
    for (let at = 0; at < mean.length; at++) {
      const value = pixels[at]!;
      const before = mean[at]!;
      const away = value - before;
      const now = before + away * share;
      mean[at] = now;
      squares[at]! += away * (value - now);
      if (value > max[at]!) max[at] = value;
    }
  },

  keep: (state, { map }) => (state.width === map.width && state.height === map.height ? state : null),
});

/** Begins anew with the next frame. */
export function resetProjections(state: ProjectionState): void {
  state.frames = 0;
  state.mean.fill(0);
  state.squares.fill(0);
  state.max.fill(Number.NEGATIVE_INFINITY);
}

/**
 * One image of all frames since the last start.
 * @returns [row, column] counts, a copy
 * @throws {CalciumError} before the first frame
 */
export function readProjection(state: ProjectionState, kind: LiveProjection): NdArray<Float64Array> {
  if (state.frames === 0) {
    throw new CalciumError({ where: `${kind} projection`, expected: 'at least one frame', received: 'none' });
  }
  return { shape: [state.height, state.width], values: project(state, kind) };
}

function project({ frames, mean, squares, max }: ProjectionState, kind: LiveProjection): Float64Array {
  switch (kind) {
    case 'mean':
      return mean.slice();
    case 'std':
      return squares.map((sum) => Math.sqrt(sum / frames));
    case 'max':
      return Float64Array.from(max);
    default:
      return kind satisfies never;
  }
}
