// auto-conv-multiline-sub-pixel: center to a small fraction of a pixel from several adjacent lines, several times.
// Defined in auto-conv-multiline-sub-pixel.ts.
import { Bead } from './bead.as';
import {
  autoConvMultilineSubPixelHalfLines,
  autoConvMultilineSubPixelIterations,
  autoConvMultilineSubPixelNLocal,
} from './constants.as';
import { subPixelCenter } from './mirror-center.as';
import { selfConvolution } from './self-convolution.as';

export function autoConvMultilineSubPixel(params: usize, tables: usize): void {
  const halfLines = <i32>load<f64>(params + autoConvMultilineSubPixelHalfLines);
  const nLocal = <i32>load<f64>(params + autoConvMultilineSubPixelNLocal);
  const iterations = <i32>load<f64>(params + autoConvMultilineSubPixelIterations);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const xPx = Bead.xPx;
    const yPx = Bead.yPx;
    Bead.xPx = subPixelCenter(selfConvolution(true, xPx, yPx, halfLines, tables), nLocal);
    Bead.yPx = subPixelCenter(selfConvolution(false, xPx, yPx, halfLines, tables), nLocal);
  }
}
