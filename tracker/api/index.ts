/**
 * The functions of MagTrack's `magtrack.core` and its simulator, by their names in camelCase.
 *
 * Arrays are typed arrays, slowest axis first: a stack is [frame, row, column]. x is the column and y the row in
 * px of the ROI, (0, 0) the middle of its top-left pixel; z is in nm. What cannot be found in a frame is NaN there and
 * changes no other frame. What cannot be computed at all throws a `TweezertrackError`.
 */
export {
  ConfigError,
  RoiError,
  StackError,
  TweezertrackError,
  ZLutError,
} from '#protocol/errors.ts';
export { type ZLut, zLutFromMatrix, zLutToMatrix } from '#protocol/z-lut.ts';
export type { AdvancedOptions } from './advanced-plan.ts';
export * from './auto-conv.ts';
export type { Centers, Profiles } from './bead-frames.ts';
export * from './binmean.ts';
export * from './center-of-mass.ts';
export * from './crop-stack-to-rois.ts';
export * from './fft-profile.ts';
export * from './gaussian.ts';
export type { ImageStack, PixelArray } from './image-stack.ts';
export * from './lookup-z.ts';
export * from './parabolic-vertex.ts';
export * from './pearson.ts';
export * from './qi.ts';
export * from './radial-profile.ts';
export * from './simulate.ts';
export * from './stack-to-xyzp.ts';
