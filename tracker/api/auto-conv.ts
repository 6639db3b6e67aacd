import type { z } from 'zod';
import { autoConv as autoConvStage } from '#stages/auto-conv.ts';
import { autoConvMultiline as multilineStage } from '#stages/auto-conv-multiline.ts';
import { autoConvMultilineSubPixel as multilineSubPixelStage } from '#stages/auto-conv-multiline-sub-pixel.ts';
import { autoConvSubPixel as subPixelStage } from '#stages/auto-conv-sub-pixel.ts';
import { halfLinesOf } from '#stages/mirror-center.ts';
import { firstMaximum, selfConvolution } from '#stages/self-convolution.ts';
import { beadFrames, type Centers, centersBy } from './bead-frames.ts';
import type { ImageStack } from './image-stack.ts';
import { parseOptions } from './parse-options.ts';

/** Self-convolutions of the row and the column profiles through the old centers. */
export interface Convolutions {
  /** [frame] lag of the maximum of `xConv`; the center is ((columns - 1) / 2, rounded down, plus it) / 2. */
  readonly xMax: Float64Array;
  /** [frame] lag of the maximum of `yConv`. */
  readonly yMax: Float64Array;
  /** [frame, lag] of the row profile; NaN where its line leaves the ROI or the old center is NaN. */
  readonly xConv: Float64Array;
  /** [frame, lag] of the column profile. */
  readonly yConv: Float64Array;
}

const lineOptions = multilineStage.params;
const subPixelOptions = multilineSubPixelStage.params.omit({ iterations: true });

export type AutoConvMultilineOptions = z.input<typeof lineOptions>;
export type AutoConvSubPixelOptions = z.input<typeof subPixelStage.params>;
export type AutoConvMultilineSubPixelOptions = z.input<typeof subPixelOptions>;

/**
 * Center to half a pixel: where the row and the column through the old center are most like their mirror image
 * (`auto_conv`). Reaches the middle half of the ROI.
 *
 * @param stack [frame, row, column] counts, square
 * @param xOld [frame] px, old center
 * @param yOld [frame] px
 * @returns [frame] px; NaN on an axis whose old center is NaN or whose line leaves the ROI
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or old centers of another number
 * Differs: where the library fails the whole batch, that frame is NaN. Its `return_conv` is `autoConvolutions`.
 */
export function autoConv(stack: ImageStack, xOld: Float64Array, yOld: Float64Array): Centers {
  return centersBy('autoConv', autoConvStage, stack, { xPx: xOld, yPx: yOld }, {});
}

/**
 * As `autoConv`, with the maximum refined by a parabola (`auto_conv_sub_pixel`).
 * @param options `nLocal`: points of the parabola, 3, 5 (default) or 7
 * @returns [frame] px; NaN also where the maximum is too near an end of the reach
 */
export function autoConvSubPixel(
  stack: ImageStack,
  xOld: Float64Array,
  yOld: Float64Array,
  options: AutoConvSubPixelOptions = {},
): Centers {
  return centersBy('autoConvSubPixel', subPixelStage, stack, { xPx: xOld, yPx: yOld }, options);
}

/**
 * As `autoConv`, of the mean of several adjacent lines (`auto_conv_multiline`).
 * @param options `lineRatio`: share of the ROI whose lines are averaged, default 0.05
 */
export function autoConvMultiline(
  stack: ImageStack,
  xOld: Float64Array,
  yOld: Float64Array,
  options: AutoConvMultilineOptions = {},
): Centers {
  return centersBy('autoConvMultiline', multilineStage, stack, { xPx: xOld, yPx: yOld }, options);
}

/**
 * As `autoConvSubPixel`, of the mean of several adjacent lines (`auto_conv_multiline_sub_pixel`), once; feed the
 * result back to iterate.
 * @param options `lineRatio`, default 0.1, and `nLocal`, default 5
 */
export function autoConvMultilineSubPixel(
  stack: ImageStack,
  xOld: Float64Array,
  yOld: Float64Array,
  options: AutoConvMultilineSubPixelOptions = {},
): Centers {
  const where = 'autoConvMultilineSubPixel';
  const once = { ...parseOptions(where, subPixelOptions, options), iterations: 1 };
  return centersBy(where, multilineSubPixelStage, stack, { xPx: xOld, yPx: yOld }, once);
}

/**
 * The self-convolutions `autoConv` takes its maximum from (`auto_conv` with `return_conv`).
 * @param stack [frame, row, column] counts, square
 * @param xOld [frame] px, old center
 * @param yOld [frame] px
 */
export function autoConvolutions(stack: ImageStack, xOld: Float64Array, yOld: Float64Array): Convolutions {
  return convolutions('autoConvolutions', stack, { xPx: xOld, yPx: yOld }, () => 0);
}

/**
 * The self-convolutions `autoConvMultiline` takes its maximum from (`auto_conv_multiline` with `return_conv`).
 * @param options `lineRatio`, default 0.05
 */
export function autoConvolutionsMultiline(
  stack: ImageStack,
  xOld: Float64Array,
  yOld: Float64Array,
  options: AutoConvMultilineOptions = {},
): Convolutions {
  const where = 'autoConvolutionsMultiline';
  const { lineRatio } = parseOptions(where, lineOptions, options);
  return convolutions(where, stack, { xPx: xOld, yPx: yOld }, (size) => halfLinesOf(lineRatio, size));
}

function convolutions(
  where: string,
  stack: ImageStack,
  old: Centers,
  halfLines: (size: number) => number,
): Convolutions {
  const { bead, frames, show } = beadFrames(where, stack, old);
  const { pixels, size } = bead;
  const [xMax, yMax] = [new Float64Array(frames), new Float64Array(frames)];
  const [xConv, yConv] = [new Float64Array(frames * size), new Float64Array(frames * size)];
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    for (const [axis, max, conv] of [
      ['x', xMax, xConv],
      ['y', yMax, yConv],
    ] as const) {
      const lags = selfConvolution(pixels, size, axis, bead.xPx, bead.yPx, halfLines(size));
      conv.set(lags, frame * size);
      max[frame] = firstMaximum(lags);
    }
  }
  return { xMax, yMax, xConv, yConv };
}
