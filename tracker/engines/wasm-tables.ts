import { WINDOW_SHARE } from '#stages/self-convolution.ts';

/** f64 numbers that a stage needs ready-made for an ROI of `size` px, from what its `constants` gives. */
type Tables = (constants: Readonly<Record<string, number>>, size: number) => Float64Array;

/** [stage] its tables, where it has any. */
export const WASM_TABLES: Readonly<Record<string, Tables>> = {
  'auto-conv': (_, size) => gaussian(size),
  'auto-conv-sub-pixel': (_, size) => gaussian(size),
  'auto-conv-multiline': (_, size) => gaussian(size),
  'auto-conv-multiline-sub-pixel': (_, size) => gaussian(size),
};

/** [distance] the window of a self-convolution at whole px from its center. */
function gaussian(size: number): Float64Array {
  const sigma = size * WINDOW_SHARE;
  return Float64Array.from({ length: size }, (_, distance) => Math.exp(-0.5 * (distance / sigma) ** 2));
}
