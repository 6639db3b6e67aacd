import type { PrecisionPoint } from '#tracker/commands/bench/measure-precision.ts';

/** A point of made-up figures, for what prints them. */
export const precisionPoint = (changes: Partial<PrecisionPoint>): PrecisionPoint => ({
  preset: 'fast',
  engine: 'wasm',
  radiusNm: 500,
  zNm: 0,
  photons: 200,
  roi: 64,
  planes: 8,
  usPerRoi: 50,
  boundXyNm: 0.5,
  boundZNm: 2,
  xyOverBound: 1.5,
  zOverBound: 3,
  xyBiasNm: 0.1,
  zBiasNm: -1,
  lost: 0,
  false: 0,
  flagged: 0,
  sigmaSpread: null,
  ...changes,
});
