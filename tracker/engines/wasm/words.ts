/**
 * Where the host puts what the kernel reads, in bytes from the start of each record; the kernel is compiled with them
 * as constants. Words are u32 unless they say otherwise.
 */
export const KERNEL_WORDS = {
  /**
   * One per bead. `roiStart` and `roiStride` are bytes; seeds are f64: where the bead was last, NaN where that is not
   * known, or the center that a plan without one starts from.
   */
  roiStart: 0,
  roiStride: 4,
  roiProgram: 8,
  roiZLut: 12,
  roiSeedX: 16,
  roiSeedY: 24,
  roiGivenProfile: 32,
  roiGivenRadii: 36,
  roiLeft: 40,
  roiTop: 44,
  roiSeedZ: 48,
  roiBytes: 56,

  /**
   * One per ROI size; its steps follow. `programProfile` is how many radii its longest profile has; `programKeeps` is 1
   * where what a stage works with takes its place; `programResumes` is the address of the step that may do without
   * those before it, or 0. `programSaturation` is f64.
   */
  programSize: 0,
  programBytesPerPixel: 4,
  programProfile: 8,
  programSteps: 12,
  programKeeps: 16,
  programResumes: 20,
  programSaturation: 24,
  programHead: 32,

  /** A step: number of the stage, address of its parameters (f64), address of its tables (f64) or 0. */
  stepStage: 0,
  stepParams: 4,
  stepTables: 8,
  stepBytes: 12,

  /** Where the steps of another seed of a fit begin and end. */
  attemptStart: 0,
  attemptEnd: 4,
  attemptBytes: 8,

  /** `zLutUnits`: [plane, stride] f32, unit deviations from the first kept radius on, 0 behind the last; f64 heights. */
  zLutPlanes: 0,
  zLutRadii: 4,
  zLutStride: 8,
  zLutUnits: 12,
  zLutPlaneZNm: 16,
  /** Its model, or 0. */
  zLutModel: 20,
  zLutBytes: 24,

  /**
   * `modelCoefficients`: [z knot, stride] f32 counts above `modelLevelCounts`; the first of a row is the mirror image
   * of the third, and there are 0 behind the last. Numbers of 8 bytes are f64.
   */
  modelZKnots: 0,
  modelKnots: 4,
  modelStride: 8,
  modelCoefficients: 12,
  modelStartZNm: 16,
  modelStepZNm: 24,
  modelKnotPx: 32,
  modelReachPx: 40,
  modelLevelCounts: 48,
  modelCameraGain: 56,
  modelFloorVariance: 64,
  modelMisfit: 72,
  modelBytes: 80,

  /** All f64; the profile follows. */
  resultX: 0,
  resultY: 8,
  resultZ: 16,
  resultScore: 24,
  resultStatus: 32,
  resultDarkest: 40,
  resultBrightest: 48,
  resultRadii: 56,
  resultSigmaX: 64,
  resultSigmaY: 72,
  resultSigmaZ: 80,
  resultChiSquared: 88,
  resultHead: 96,
} as const;

/** Names of a stage's parameters in the order the kernel finds them. */
export function parameterNames(constants: Readonly<Record<string, number>>): string[] {
  return Object.keys(constants)
    .filter((name) => name !== 'scratchLength')
    .sort();
}
