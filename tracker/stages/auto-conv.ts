import { z } from 'zod';
import { defineStage } from './define.ts';
import { mirrorCenter } from './mirror-center.ts';
import { selfConvolution } from './self-convolution.ts';

/**
 * Center to half a pixel: where the row and the column through the old center are most like their mirror image.
 *
 * Reaches the middle half of the ROI. An axis is NaN where the old center is NaN or its line leaves the ROI;
 * an ROI without contrast gives the first half pixel of the reach.
 */
export const autoConv = defineStage({
  name: 'auto-conv',
  title: 'Auto-convolution',
  source: 'Gosse & Croquette 2002, doi:10.1016/S0006-3495(02)75672-5, as MagTrack 0.7.3 auto_conv.',
  params: z.object({}),
  reads: ['center'],
  writes: ['center'],

  reference(bead) {
    const { pixels, size, xPx, yPx } = bead;
    bead.xPx = mirrorCenter(selfConvolution(pixels, size, 'x', xPx, yPx, 0));
    bead.yPx = mirrorCenter(selfConvolution(pixels, size, 'y', xPx, yPx, 0));
  },

  constants: () => ({}),
});
