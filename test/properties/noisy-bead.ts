import fc from 'fast-check';
import { trackRoi } from '#engines/reference.ts';
import { createRandom } from '#simulation/random.ts';
import type { BeadState } from '#stages/define.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan, planRadii } from '#stages/plan.ts';
import { ringCounts, ringZLut } from '../stages/synthetic-bead.ts';

/** One picture of one bead: where it is, how high, and which noise it has. */
export interface NoisyBead {
  size: number;
  /** px from the middle of the ROI. */
  dxPx: number;
  dyPx: number;
  plane: number;
  seed: number;
}

/** Beads the Z-LUT of `zLutOf` holds, off the middle by up to an eighth of the ROI, in even and odd ROIs. */
export const noisyBead: fc.Arbitrary<NoisyBead> = fc
  .record({
    size: fc.integer({ min: 36, max: 56 }),
    xShare: fc.double({ min: -1, max: 1, noNaN: true }),
    yShare: fc.double({ min: -1, max: 1, noNaN: true }),
    plane: fc.double({ min: 5, max: 18, noNaN: true }),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
  })
  .map(({ size, xShare, yShare, plane, seed }) => {
    return { size, dxPx: (xShare * size) / 8, dyPx: (yShare * size) / 8, plane, seed };
  });

/** [row, column] whole counts with normal noise of 2 counts. */
export function pictureOf({ size, dxPx, dyPx, plane, seed }: NoisyBead): Float64Array {
  const random = createRandom(seed);
  const middle = (size - 1) / 2;
  return Float64Array.from({ length: size * size }, (_, pixel) => {
    const radius = Math.hypot((pixel % size) - middle - dxPx, Math.floor(pixel / size) - middle - dyPx);
    return Math.round(ringCounts(radius, plane) + 2 * random.normal());
  });
}

/** MagTrack's plan; its center of mass over this background. */
export function planOver(background: 'none' | 'mean' | 'median'): Plan {
  return parsePlan(
    MAGTRACK_PLAN.map((step) =>
      step.stage === 'center-of-mass' ? { ...step, params: { background } } : step,
    ),
  );
}

/** What a plan finds in a picture, with the Z-LUT of the rings. */
export function trackPicture(pixels: Float64Array, plan: Plan): BeadState {
  const size = Math.sqrt(pixels.length);
  return trackRoi(pixels, size, ringZLut(planRadii(plan, size)), plan);
}

/** The picture with each pixel where `to` sends its place. */
export function rearranged(
  pixels: Float64Array,
  to: (row: number, column: number, size: number) => readonly [number, number],
): Float64Array {
  const size = Math.sqrt(pixels.length);
  const moved = new Float64Array(pixels.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [toRow, toColumn] = to(row, column, size);
      moved[toRow * size + toColumn] = pixels[row * size + column]!;
    }
  }
  return moved;
}
