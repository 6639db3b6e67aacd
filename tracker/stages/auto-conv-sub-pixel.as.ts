// auto-conv-sub-pixel: center to a fraction of a pixel from one row and one column. Defined in auto-conv-sub-pixel.ts.
import { Bead } from './bead.as';
import { autoConvSubPixelNLocal } from './constants.as';
import { subPixelCenter } from './mirror-center.as';
import { selfConvolution } from './self-convolution.as';

export function autoConvSubPixel(params: usize, tables: usize): void {
  const nLocal = <i32>load<f64>(params + autoConvSubPixelNLocal);
  const xPx = Bead.xPx;
  const yPx = Bead.yPx;
  Bead.xPx = subPixelCenter(selfConvolution(true, xPx, yPx, 0, tables), nLocal);
  Bead.yPx = subPixelCenter(selfConvolution(false, xPx, yPx, 0, tables), nLocal);
}
