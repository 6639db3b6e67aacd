import { centerOfMass } from './center-of-mass.ts';
import type { BeadState, Stage } from './define.ts';
import { fftProfile } from './fft-profile.ts';
import { lookupZ } from './lookup-z.ts';
import { quadrantInterpolation } from './quadrant-interpolation.ts';
import { radialProfile } from './radial-profile.ts';

/** Where a fit starts: ROI px and nm; NaN where there is none. */
export interface Seed {
  xPx: number;
  yPx: number;
  zNm: number;
}

/**
 * Centers to start from where the first was wrong. In focus a small bead is a spot among noise, that only the
 * brightest pixels show; elsewhere the first center may be one ring off.
 */
const CENTERS = [
  { k: 3, iterations: 0 },
  { k: 3, iterations: 2 },
  { k: 1, iterations: 5 },
  { k: 1, iterations: 0 },
] as const;

export const SEEDS = CENTERS.length;

const lookup = lookupZ.params.parse({ nLocal: 3, match: 'weighted-least-squares', ends: 'fit' });

/** Another place to start from, found by the stages that found the first; writes over what they wrote into the bead. */
export function seedAgain(bead: BeadState, attempt: number): Seed {
  const { k, iterations } = CENTERS[attempt]!;
  const status = bead.status ?? 0;
  centerOfMass.reference(bead, { background: 'threshold', k, absolute: true });
  if (iterations > 0) {
    quadrantInterpolation.reference(
      bead,
      quadrantInterpolation.params.parse({ iterations, weights: 'cosine', minSymmetry: 0 }),
    );
  }
  const { method } = bead.zLut!;
  const profile: Stage = method?.stage === fftProfile.name ? fftProfile : radialProfile;
  profile.reference(bead, profile.params.parse(method?.params ?? {}));
  lookupZ.reference(bead, lookup);
  bead.status = status;
  return { xPx: bead.xPx, yPx: bead.yPx, zNm: bead.zNm };
}
