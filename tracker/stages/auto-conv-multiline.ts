import { z } from 'zod';
import { defineStage } from './define.ts';
import { halfLinesOf, mirrorCenter } from './mirror-center.ts';
import { selfConvolution } from './self-convolution.ts';

/**
 * Center to half a pixel, from several adjacent lines: their mean is less noisy than one line.
 *
 * NaN on an axis whose old center is NaN or whose lines leave the ROI. The other axis goes on from line 0, as in
 * the source.
 */
export const autoConvMultiline = defineStage({
  name: 'auto-conv-multiline',
  title: 'Multi-line auto-convolution',
  source:
    'MagTrack 0.7.3 auto_conv_multiline. Differs: lines beyond the last give NaN for that axis, not an error.',
  params: z.object({
    lineRatio: z.number().min(0).max(0.5).default(0.05).meta({
      title: 'Line ratio',
      description: 'Share of the ROI whose lines are averaged, rounded down to an odd number of lines.',
    }),
  }),
  reads: ['center'],
  writes: ['center'],

  reference(bead, { lineRatio }) {
    const { pixels, size, xPx, yPx } = bead;
    const halfLines = halfLinesOf(lineRatio, size);
    bead.xPx = mirrorCenter(selfConvolution(pixels, size, 'x', xPx, yPx, halfLines));
    bead.yPx = mirrorCenter(selfConvolution(pixels, size, 'y', xPx, yPx, halfLines));
  },

  constants: ({ lineRatio }, size) => ({ autoConvMultilineHalfLines: halfLinesOf(lineRatio, size) }),
});
