import { centerOfMass } from './center-of-mass.ts';
import type { BeadPlace, BeadState, Stage } from './define.ts';
import { fftProfile } from './fft-profile.ts';
import { lookupZ } from './lookup-z.ts';
import { quadrantInterpolation } from './quadrant-interpolation.ts';
import { radialProfile } from './radial-profile.ts';

/** A stage with its parameters, ready to run. */
interface SeedStep {
  stage: Stage;
  params: Record<string, unknown>;
}

function step(stage: Stage, params: Record<string, unknown>): SeedStep {
  return { stage, params: stage.params.parse(params) };
}

/** As few samples as a seed needs: twice as many along either way leave as many fits wrong. */
const FEW_SAMPLES = { radialSteps: 1, angularDensity: 0.3 };

/**
 * [attempt] Steps that find a center to start from where the first was wrong. In focus a small bead is a spot among
 * noise, that only the brightest pixels show; elsewhere the first center may be one ring off.
 */
export const SEED_CENTERS: readonly (readonly SeedStep[])[] = [
  { k: 3, iterations: 0 },
  { k: 3, iterations: 2 },
  { k: 1, iterations: 5 },
  { k: 1, iterations: 0 },
].map(({ k, iterations }) => [
  step(centerOfMass, { background: 'threshold', k, absolute: true }),
  ...(iterations > 0
    ? [step(quadrantInterpolation, { ...FEW_SAMPLES, iterations, weights: 'cosine', minSymmetry: 0 })]
    : []),
]);

/** Finds the height at such a center, after the stage that makes the profiles of the plan. */
export const SEED_LOOKUP = step(lookupZ, { nLocal: 3, match: 'weighted-least-squares', ends: 'fit' });

/**
 * Another place to start from, found by the stages that found the first; writes over what they wrote into the bead.
 * @returns NaN where there is none
 */
export function seedAgain(bead: BeadState, attempt: number): BeadPlace {
  const status = bead.status ?? 0;
  const { method } = bead.zLut!;
  const profile = method?.stage === fftProfile.name ? fftProfile : radialProfile;
  const steps = [...SEED_CENTERS[attempt]!, step(profile, method?.params ?? {}), SEED_LOOKUP];
  for (const { stage, params } of steps) stage.reference(bead, params);
  bead.status = status;
  return { xPx: bead.xPx, yPx: bead.yPx, zNm: bead.zNm };
}
