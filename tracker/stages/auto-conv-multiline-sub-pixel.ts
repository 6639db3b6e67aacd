import { z } from 'zod';
import { defineStage } from './define.ts';
import { halfLinesOf, subPixelCenter } from './mirror-center.ts';
import { convolveLine, lineAt, takeLine } from './self-convolution.ts';

/**
 * Center to a small fraction of a pixel: auto-convolution of several adjacent lines, its maximum refined by a
 * parabola, repeated from each new center.
 *
 * NaN on an axis whose maximum is too near an end of the reach, whose old center is NaN, or whose lines leave
 * the ROI. The other axis goes on from line 0, as in the source.
 */
export const autoConvMultilineSubPixel = defineStage({
  name: 'auto-conv-multiline-sub-pixel',
  title: 'Multi-line sub-pixel auto-convolution',
  source:
    'MagTrack 0.7.3 auto_conv_multiline_sub_pixel. Differs: lines beyond the last give NaN for that axis, not an error.',
  params: z.object({
    lineRatio: z.number().min(0).max(0.5).default(0.1).meta({
      title: 'Line ratio',
      description: 'Share of the ROI whose lines are averaged, rounded down to an odd number of lines.',
    }),
    nLocal: z.literal([3, 5, 7]).default(5).meta({
      title: 'Fitted points',
      description: 'Points of the parabola around the maximum.',
      unit: 'half px',
    }),
    iterations: z.number().int().min(1).max(20).default(5).meta({
      title: 'Iterations',
      description: 'How often the center is found anew from the one before.',
    }),
  }),
  reads: ['center'],
  writes: ['center'],

  reference(bead, { lineRatio, nLocal, iterations }) {
    const { pixels, size } = bead;
    const halfLines = halfLinesOf(lineRatio, size);
    let row = Number.NaN;
    let column = Number.NaN;
    for (let iteration = 0; iteration < iterations; iteration++) {
      const { xPx, yPx } = bead;
      // From the second iteration on, the center mostly stays on its lines.
      if (lineAt(yPx) !== row) {
        row = lineAt(yPx);
        takeLine(pixels, size, 'x', row, halfLines);
      }
      if (lineAt(xPx) !== column) {
        column = lineAt(xPx);
        takeLine(pixels, size, 'y', column, halfLines);
      }
      bead.xPx = subPixelCenter(convolveLine(size, 'x', xPx), nLocal);
      bead.yPx = subPixelCenter(convolveLine(size, 'y', yPx), nLocal);
    }
  },

  constants: ({ lineRatio, nLocal, iterations }, size) => ({
    autoConvMultilineSubPixelHalfLines: halfLinesOf(lineRatio, size),
    autoConvMultilineSubPixelNLocal: nLocal,
    autoConvMultilineSubPixelIterations: iterations,
  }),
});
