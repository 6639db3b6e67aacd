import { z } from 'zod';
import { defineStage } from './define.ts';
import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

const pixelsInBin = scratch((radii) => new Uint32Array(radii));

/**
 * Mean counts of the rings around the center: bin b holds the pixels whose distance rounds to b / oversample px.
 *
 * A bin without a pixel is NaN (bin 0 when the center is a pixel corner; many when oversampled). With a NaN
 * center, bin 0 is the mean of the ROI and the rest NaN.
 */
export const radialProfile = defineStage({
  name: 'radial-profile',
  title: 'Radial profile',
  source: 'MagTrack 0.7.3 radial_profile.',
  params: z.object({
    oversample: z.number().int().min(1).max(8).default(1).meta({
      title: 'Oversampling',
      description: 'Bins per px of radius; the Z-LUT must be built with the same.',
      unit: '1/px',
    }),
  }),
  reads: ['center'],
  writes: ['profile'],

  reference(bead, { oversample }) {
    const { pixels, size, xPx, yPx } = bead;
    const radii = radiiOf(oversample, size);
    if (bead.profile.length !== radii) bead.profile = new Float64Array(radii);
    const { profile } = bead;
    const filled = pixelsInBin(radii).fill(0);
    profile.fill(0);
    for (let row = 0; row < size; row++) {
      const dy = row - yPx;
      for (let column = 0; column < size; column++) {
        const dx = column - xPx;
        const distance = Math.sqrt(dx * dx + dy * dy);
        const bin = Number.isNaN(distance) ? 0 : roundHalfEven(distance * oversample);
        if (bin >= radii) continue;
        profile[bin]! += pixels[row * size + column]!;
        filled[bin]!++;
      }
    }
    // 0 / 0 marks an empty bin as NaN.
    for (let bin = 0; bin < radii; bin++) profile[bin]! /= filled[bin]!;
  },

  constants: ({ oversample }, size) => ({
    radialProfileOversample: oversample,
    radialProfileRadii: radiiOf(oversample, size),
  }),

  radii: ({ oversample }, size) => radiiOf(oversample, size),
});

function radiiOf(oversample: number, size: number): number {
  return Math.floor(size / 2) * oversample;
}
