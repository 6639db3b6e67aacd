import { autoConv } from './auto-conv.ts';
import { autoConvMultiline } from './auto-conv-multiline.ts';
import { autoConvMultilineSubPixel } from './auto-conv-multiline-sub-pixel.ts';
import { autoConvSubPixel } from './auto-conv-sub-pixel.ts';
import { centerOfMass } from './center-of-mass.ts';
import type { Stage } from './define.ts';
import { fftProfile } from './fft-profile.ts';
import { lookupZ } from './lookup-z.ts';
import { maximumLikelihood } from './maximum-likelihood.ts';
import { qi } from './qi.ts';
import { quadrantInterpolation } from './quadrant-interpolation.ts';
import { radialProfile } from './radial-profile.ts';

/** Every stage a pipeline can be put together from: adding one is its file and a line here. */
export const STAGES: readonly Stage[] = [
  centerOfMass,
  autoConv,
  autoConvSubPixel,
  autoConvMultiline,
  autoConvMultilineSubPixel,
  qi,
  quadrantInterpolation,
  radialProfile,
  fftProfile,
  lookupZ,
  maximumLikelihood,
];
