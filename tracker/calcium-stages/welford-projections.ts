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
  /** [row, column] frames in which a pixel was not finite; null while there is none. */
  missing: Uint32Array | null;
}

/**
 * Images of all frames so far: mean, standard deviation of the population and maximum of every pixel.
 *
 * A pixel that is not finite in a frame, as floats may be, is left out there; NaN where it never is.
 */
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
      missing: null,
    };
  },

  step({ pixels }, state) {
    const { mean, squares, max } = state;
    state.frames++;
    if (pixels instanceof Float32Array) {
      stepFinite(pixels, state);
      return;
    }
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

function stepFinite(pixels: Float32Array, state: ProjectionState): void {
  const { frames, mean, squares, max } = state;
  const share = 1 / frames;
  for (let at = 0; at < mean.length; at++) {
    const value = pixels[at]!;
    if (!Number.isFinite(value)) {
      state.missing ??= new Uint32Array(mean.length);
      state.missing[at]!++;
      continue;
    }
    const away = value - mean[at]!;
    mean[at]! += state.missing ? away / (frames - state.missing[at]!) : away * share;
    squares[at]! += away * (value - mean[at]!);
    if (value > max[at]!) max[at] = value;
  }
}

/** Begins anew with the next frame. */
export function resetProjections(state: ProjectionState): void {
  state.frames = 0;
  state.mean.fill(0);
  state.squares.fill(0);
  state.max.fill(Number.NEGATIVE_INFINITY);
  state.missing = null;
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

function project(
  { frames, mean, squares, max, missing }: ProjectionState,
  kind: LiveProjection,
): Float64Array {
  switch (kind) {
    case 'mean':
      return missing ? mean.map((value, at) => (missing[at] === frames ? Number.NaN : value)) : mean.slice();
    case 'std':
      return squares.map((sum, at) => Math.sqrt(sum / (frames - (missing?.[at] ?? 0))));
    case 'max':
      return new Float64Array(max).map((value) => (value === Number.NEGATIVE_INFINITY ? Number.NaN : value));
    default:
      return kind satisfies never;
  }
}
