// auto-conv-multiline: center to half a pixel from several adjacent lines. Defined in auto-conv-multiline.ts.
import { Bead } from './bead.as';
import { autoConvMultilineHalfLines } from './constants.as';
import { mirrorCenter } from './mirror-center.as';
import { selfConvolution } from './self-convolution.as';

export function autoConvMultiline(params: usize, tables: usize): void {
  const halfLines = <i32>load<f64>(params + autoConvMultilineHalfLines);
  const xPx = Bead.xPx;
  const yPx = Bead.yPx;
  Bead.xPx = mirrorCenter(selfConvolution(true, xPx, yPx, halfLines, tables));
  Bead.yPx = mirrorCenter(selfConvolution(false, xPx, yPx, halfLines, tables));
}
