// auto-conv: center to half a pixel from one row and one column. Defined in auto-conv.ts.
import { Bead } from './bead.as';
import { mirrorCenter } from './mirror-center.as';
import { selfConvolution } from './self-convolution.as';

export function autoConv(_params: usize, tables: usize): void {
  const xPx = Bead.xPx;
  const yPx = Bead.yPx;
  Bead.xPx = mirrorCenter(selfConvolution(true, xPx, yPx, 0, tables));
  Bead.yPx = mirrorCenter(selfConvolution(false, xPx, yPx, 0, tables));
}
