import { z } from 'zod';
import { type BeadState, defineStage } from './define.ts';
import {
  createCircleSums,
  MIN_RADIUS_PX,
  type PolarGrid,
  polarGrid,
  QUADRANTS,
  sumCircle,
  WEIGHTINGS,
} from './polar-samples.ts';
import { scratch } from './scratch.ts';
import { VERTEX_WEIGHTS, weightedVertex } from './weighted-vertex.ts';

/** A quadrant of a circle with fewer samples inside the ROI counts as the mean of the ROI. */
const LEAST_SAMPLES = 4;

/** px a center can move in one iteration. */
const REACH_PX = 4;

const MAX_ITERATIONS = 8;

const WEIGHTS = ['even', 'cosine'] as const;
type Weights = (typeof WEIGHTS)[number];

const params = z.object({
  iterations: z.number().int().min(1).max(MAX_ITERATIONS).default(4).meta({
    title: 'Iterations',
    description: 'How often the center is found anew from the one before.',
  }),
  radialSteps: z.number().min(0.5).max(4).default(2).meta({
    title: 'Radial steps',
    description: 'Circles per px of radius.',
    unit: '1/px',
  }),
  angularDensity: z.number().min(0.1).max(4).default(0.7).meta({
    title: 'Angular density',
    description: 'Samples per px of the largest circle in the last iteration; smaller circles have as many.',
    unit: '1/px',
  }),
  angularFactor: z.number().min(1).max(4).default(1).meta({
    title: 'Angular factor',
    description: 'How many times more samples each iteration has than the one before.',
  }),
  weights: z.enum(WEIGHTS).default('even').meta({
    title: 'Weights',
    description:
      'even: all samples of a half count alike, as published; cosine: by how much a displacement along the axis moves them, which takes a tenth off the noise.',
  }),
  minSymmetry: z.number().min(0).max(1).default(0.6).meta({
    title: 'Least symmetry',
    description:
      'Correlation of the two halves below which there is no bead: the center is then NaN. 0 takes everything.',
  }),
});

/**
 * Center to a few thousandths of a pixel: radial profiles of the four quadrants around the old center are added to
 * those of the two halves on either side of each axis, and the shift at which the halves agree best says how far
 * the bead is off. Works wherever the bead is in the ROI as long as most of its rings are inside.
 *
 * Both are NaN when the halves are not alike, when the last iteration still moves by more than its reach of 4 px, or
 * when the old center is NaN or outside the ROI.
 */
export const quadrantInterpolation = defineStage({
  name: 'quadrant-interpolation',
  title: 'Quadrant interpolation',
  source:
    'van Loenhout et al., Biophys. J. 102 (2012) 2362; Cnossen et al. 2014, doi:10.1063/1.4898178. Differs: the mean of the ROI is subtracted, so that two iterations do what five did; halves are compared with one another instead of with themselves, over a few px around the old center; a center without symmetry is NaN.',
  params,
  reads: ['center'],
  writes: ['center'],

  reference(bead, chosen) {
    const { pixels, size } = bead;
    const radii = radiiOf(chosen.radialSteps, size);
    const level = mean(pixels);
    for (let iteration = 0; iteration < chosen.iterations; iteration++) {
      const grid = polarGrid(size, radii, chosen.angularDensity);
      grid.anglesPerQuadrant = anglesOf(grid, chosen, iteration);
      const halves = halvesAround(bead, grid, level, chosen.weights);
      const least = iteration === chosen.iterations - 1 ? chosen.minSymmetry : null;
      const x = shiftPx(halves.right, halves.left, grid, chosen.weights, least);
      const y = shiftPx(halves.below, halves.above, grid, chosen.weights, least);
      const inside = isInside(bead.xPx + x, size) && isInside(bead.yPx + y, size);
      bead.xPx = inside ? bead.xPx + x : Number.NaN;
      bead.yPx = inside ? bead.yPx + y : Number.NaN;
    }
  },

  constants: (chosen, size) => {
    const grid = polarGrid(size, radiiOf(chosen.radialSteps, size), chosen.angularDensity);
    const angles = Array.from({ length: MAX_ITERATIONS }, (_, iteration) => [
      `quadrantInterpolationAngles${iteration}`,
      anglesOf(grid, chosen, Math.min(iteration, chosen.iterations - 1)),
    ]);
    const weights = [0, 1, 2, 3].map((distance) => [
      `quadrantInterpolationWeight${distance}`,
      VERTEX_WEIGHTS[3 + distance]!,
    ]);
    return {
      ...Object.fromEntries([...angles, ...weights]),
      quadrantInterpolationIterations: chosen.iterations,
      quadrantInterpolationRadii: grid.radii,
      quadrantInterpolationStep: grid.stepPx,
      quadrantInterpolationMinRadius: MIN_RADIUS_PX,
      quadrantInterpolationReach: reachOf(grid, chosen.weights),
      quadrantInterpolationCosine: WEIGHTS.indexOf(chosen.weights),
      quadrantInterpolationShift: shiftPerStep(grid, chosen.weights),
      quadrantInterpolationLeastSamples: LEAST_SAMPLES,
      quadrantInterpolationMinSymmetry: chosen.minSymmetry,
      scratchLength: 2 * grid.radii + 2 * reachOf(grid, chosen.weights) + 1,
    };
  },
});

function radiiOf(radialSteps: number, size: number): number {
  return Math.max(8, Math.round((size / 2 - MIN_RADIUS_PX) * radialSteps));
}

/** Samples of a quadrant in one iteration: fewer in earlier ones, whose center need not be exact. */
function anglesOf(
  { anglesPerQuadrant }: PolarGrid,
  { angularFactor, iterations }: z.output<typeof params>,
  iteration: number,
): number {
  return Math.max(4, Math.round(anglesPerQuadrant / angularFactor ** (iterations - 1 - iteration)));
}

/** Largest shift of one half against the other, in steps of the grid. */
function reachOf(grid: PolarGrid, weights: Weights): number {
  return Math.min(grid.radii - 1, Math.ceil(REACH_PX / shiftPerStep(grid, weights)));
}

/**
 * px that a center is off for each step the halves are shifted: averaged over half a turn, a ring around a center
 * d px off has moved by 2 d / pi on one side and by as much the other way on the other; weighted by the cosine, by
 * pi d / 4.
 */
function shiftPerStep({ stepPx }: PolarGrid, weights: Weights): number {
  return stepPx * (weights === 'even' ? Math.PI / 4 : 2 / Math.PI);
}

const halvesOf = scratch((radii) => {
  const half = () => new Float64Array(radii);
  return { right: half(), left: half(), below: half(), above: half(), window: windowOf(radii) };
});

/** Weights of the radii: none in the middle and at the rim, between them as the share of the ROI's light. */
export function windowOf(radii: number): Float64Array {
  return Float64Array.from({ length: radii }, (_, index) => {
    const u = index / radii;
    return Math.sqrt((1 - Math.exp(-((1 - u) ** 2) / 0.05)) * (1 - Math.exp(-(u * u) / 0.01)) * 2 * u);
  });
}

const circle = createCircleSums();

/** [radius] counts above the mean, windowed, of the half planes on each side of the center. */
function halvesAround(
  { pixels, size, xPx, yPx }: BeadState,
  grid: PolarGrid,
  level: number,
  weights: Weights,
) {
  const halves = halvesOf(grid.radii);
  const across = weights === 'even' ? WEIGHTINGS.even : WEIGHTINGS.cosine;
  const down = weights === 'even' ? WEIGHTINGS.even : WEIGHTINGS.sine;
  for (let index = 0; index < grid.radii; index++) {
    const radiusPx = MIN_RADIUS_PX + index * grid.stepPx;
    sumCircle(pixels, size, xPx, yPx, radiusPx, grid.anglesPerQuadrant, circle);
    let right = 0;
    let left = 0;
    let below = 0;
    let above = 0;
    for (const [quadrant, [signX, signY]] of QUADRANTS.entries()) {
      const at = 3 * quadrant;
      if (circle.weights[at + WEIGHTINGS.even]! < LEAST_SAMPLES) continue;
      const window = halves.window[index]!;
      const toSide = (circle.counts[at + across]! / circle.weights[at + across]! - level) * window;
      const upOrDown = (circle.counts[at + down]! / circle.weights[at + down]! - level) * window;
      if (signX > 0) right += toSide;
      else left += toSide;
      if (signY > 0) below += upOrDown;
      else above += upOrDown;
    }
    halves.right[index] = right;
    halves.left[index] = left;
    halves.below[index] = below;
    halves.above[index] = above;
  }
  return halves;
}

const lagsOf = scratch((lags) => new Float64Array(lags));

/**
 * px from the old center to where one half is most like the other.
 * @param leastSymmetry of the last iteration, where a peak that is lower or beyond the reach is NaN; else null
 */
function shiftPx(
  plus: Float64Array,
  minus: Float64Array,
  grid: PolarGrid,
  weights: Weights,
  leastSymmetry: number | null,
): number {
  const reach = reachOf(grid, weights);
  const lags = lagsOf(2 * reach + 1);
  let power = 0;
  let otherPower = 0;
  for (let index = 0; index < grid.radii; index++) {
    power += plus[index]! ** 2;
    otherPower += minus[index]! ** 2;
  }
  let peak = 0;
  for (let lag = -reach; lag <= reach; lag++) {
    let sum = 0;
    for (let index = Math.max(0, -lag); index < Math.min(grid.radii, grid.radii - lag); index++) {
      sum += plus[index + lag]! * minus[index]!;
    }
    lags[lag + reach] = sum;
    if (sum > lags[peak]!) peak = lag + reach;
  }
  const vertex = weightedVertex(lags, peak, VERTEX_WEIGHTS);
  const step = shiftPerStep(grid, weights);
  if (leastSymmetry === null) return ((Number.isNaN(vertex) ? peak : vertex) - reach) * step;
  const alike = lags[peak]! >= leastSymmetry * Math.sqrt(power * otherPower);
  return alike ? (vertex - reach) * step : Number.NaN;
}

function isInside(px: number, size: number): boolean {
  return px >= 0 && px <= size - 1;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
