import { z } from 'zod';
import { defineStage } from './define.ts';
import { SPLINE_MARGIN, SPLINE_POLE, splineAt, splineCoefficients } from './quadratic-spline.ts';

/** Denominator of the parabola, in counts, up to which the three samples are taken for a straight line. */
const QI_STRAIGHT = Number.EPSILON;

/** Distance of the samples beside the center. */
export const QI_STEP_PX = 1;

/**
 * Center moved to the extremum of a parabola through three samples of the interpolated ROI, a pixel apart, along x
 * and along y. Not the quadrant interpolation of the literature, though the source calls it so.
 *
 * The step is not limited, and a minimum is found as readily as a maximum. NaN where the samples are on a
 * straight line, as they are far outside the ROI.
 */
export const qi = defineStage({
  name: 'qi',
  title: 'Three-point parabola',
  source: 'MagTrack 0.7.3 qi. Differs: a frame with NaN pixels spoils no other frame.',
  params: z.object({}),
  reads: ['center'],
  writes: ['center'],

  reference(bead) {
    const { pixels, size, xPx, yPx } = bead;
    const spline = splineCoefficients(pixels, size);
    const middle = splineAt(spline, size, xPx, yPx);
    bead.xPx += threePointOffset(
      splineAt(spline, size, xPx - QI_STEP_PX, yPx),
      middle,
      splineAt(spline, size, xPx + QI_STEP_PX, yPx),
    );
    bead.yPx += threePointOffset(
      splineAt(spline, size, xPx, yPx - QI_STEP_PX),
      middle,
      splineAt(spline, size, xPx, yPx + QI_STEP_PX),
    );
  },

  constants: () => ({
    qiReach: SPLINE_MARGIN,
    qiStraight: QI_STRAIGHT,
    splinePole: SPLINE_POLE,
    scratchLength: 2 * SPLINE_MARGIN + 3,
  }),
});

/** Position of the extremum of the parabola through (-1, left), (0, middle), (1, right); NaN for a straight line. */
export function threePointOffset(left: number, middle: number, right: number): number {
  const curvature = left - 2 * middle + right;
  if (!(Math.abs(curvature) > QI_STRAIGHT)) return Number.NaN;
  return (0.5 * (left - right)) / curvature;
}
