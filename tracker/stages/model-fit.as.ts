// Where a fit is, and what it says of itself. As `ModelFit` of fit-model.ts.

/** All f64: where a fit ended, and the variances of x, y and z. */
export const fitX: usize = 0;
export const fitY: usize = 8;
export const fitZ: usize = 16;
export const fitGain: usize = 24;
export const fitOffset: usize = 32;
export const fitTiltX: usize = 40;
export const fitTiltY: usize = 48;
export const fitVarianceX: usize = 56;
export const fitVarianceY: usize = 64;
export const fitVarianceZ: usize = 72;
export const fitChiSquared: usize = 80;
export const fitUnexplained: usize = 88;
export const fitFreedom: usize = 96;
/** Not 0 where the last step was short. */
export const fitArrived: usize = 104;
export const FIT_BYTES: usize = 112;
