import { z } from 'zod';
import { defineStage } from './define.ts';
import { subPixelCenter } from './mirror-center.ts';
import { selfConvolution } from './self-convolution.ts';

/**
 * Center to a fraction of a pixel: auto-convolution of one row and one column, its maximum refined by a parabola.
 *
 * NaN on an axis whose maximum is too near an end of the reach, whose old center is NaN, or whose line leaves
 * the ROI.
 */
export const autoConvSubPixel = defineStage({
  name: 'auto-conv-sub-pixel',
  title: 'Sub-pixel auto-convolution',
  source:
    'MagTrack 0.7.3 auto_conv_sub_pixel. Differs: a line beyond the last gives NaN for that axis, not an error.',
  params: z.object({
    nLocal: z.literal([3, 5, 7]).default(5).meta({
      title: 'Fitted points',
      description: 'Points of the parabola around the maximum.',
      unit: 'half px',
    }),
  }),
  reads: ['center'],
  writes: ['center'],

  reference(bead, { nLocal }) {
    const { pixels, size, xPx, yPx } = bead;
    bead.xPx = subPixelCenter(selfConvolution(pixels, size, 'x', xPx, yPx, 0), nLocal);
    bead.yPx = subPixelCenter(selfConvolution(pixels, size, 'y', xPx, yPx, 0), nLocal);
  },

  constants: ({ nLocal }) => ({ autoConvSubPixelNLocal: nLocal }),
});
