import { ConfigError } from '#protocol/errors.ts';
import { type Roi, roiAround } from '#protocol/roi.ts';
import { createRandom } from './random.ts';

/** What lies on the surface the camera looks at. */
export interface SceneParams {
  beads: number;
  /** How many of them stick to the surface and do not move on their own. */
  referenceBeads: number;
  /** Radii of the kinds of bead; every bead is one of them, in turn. */
  radiiNm: readonly number[];
  /** Range of the beads' heights at rest, nm from their middle to the plane in focus. */
  zRangeNm: readonly [number, number];
  /** Side of the square field every bead has to itself. Default 80. */
  spacingPx?: number;
  /** Largest distance of a bead from the middle of its field along x and y. Default 3. */
  jitterPx?: number;
  /** Frame size; chosen to fit the beads when left out. */
  width?: number | undefined;
  height?: number | undefined;
  seed: number;
}

/** A bead at rest. */
interface SceneBead {
  bead: number;
  /** px of the full frame. */
  xPx: number;
  yPx: number;
  zNm: number;
  radiusNm: number;
  /** Whether it sticks to the surface. */
  reference: boolean;
}

export interface Scene {
  width: number;
  height: number;
  /** In reading order; bead ids count from 0. */
  beads: SceneBead[];
}

/**
 * Puts beads on a frame, at random but never closer than spacing - 2 jitter, so that ROIs up to that size
 * do not overlap.
 * @throws {ConfigError} if the frame has no room for them or there are more reference beads than beads
 */
export function createScene(params: SceneParams): Scene {
  const { beads, referenceBeads, radiiNm, zRangeNm, spacingPx = 80, jitterPx = 3, seed } = params;
  if (referenceBeads > beads) {
    throw new ConfigError({
      where: 'simulated camera referenceBeads',
      expected: `at most ${beads}, the number of beads`,
      received: `${referenceBeads}`,
    });
  }
  // Frames are wider than high, as cameras are.
  const columnsWanted = Math.ceil(Math.sqrt((beads * 8) / 7));
  const width = params.width ?? columnsWanted * spacingPx;
  const columns = Math.floor(width / spacingPx);
  const height = params.height ?? Math.ceil(beads / Math.max(1, columns)) * spacingPx;
  const rows = Math.floor(height / spacingPx);
  if (columns * rows < beads) {
    throw new ConfigError({
      where: 'simulated camera beads',
      expected: `at most ${columns * rows} in ${width} x ${height} px at a spacing of ${spacingPx} px`,
      received: `${beads}`,
      remedy: 'leave width and height out, or make the spacing smaller',
    });
  }

  const random = createRandom(seed);
  const draw = (from: number, to: number) => from + (to - from) * random.uniform();
  const fields = sample(columns * rows, beads, random.uniform).sort((a, b) => a - b);
  const stuck = new Set(sample(beads, referenceBeads, random.uniform));
  const leftPx = (width - columns * spacingPx + spacingPx - 1) / 2;
  const topPx = (height - rows * spacingPx + spacingPx - 1) / 2;
  return {
    width,
    height,
    beads: fields.map((field, bead) => ({
      bead,
      xPx: leftPx + (field % columns) * spacingPx + draw(-jitterPx, jitterPx),
      yPx: topPx + Math.floor(field / columns) * spacingPx + draw(-jitterPx, jitterPx),
      zNm: draw(...zRangeNm),
      radiusNm: radiiNm[bead % radiiNm.length]!,
      reference: stuck.has(bead),
    })),
  };
}

/** `count` different whole numbers below `below`, in random order. */
export function sample(below: number, count: number, uniform: () => number): number[] {
  const numbers = Array.from({ length: below }, (_, index) => index);
  for (let index = 0; index < count; index++) {
    const other = index + Math.floor(uniform() * (below - index));
    [numbers[index], numbers[other]] = [numbers[other]!, numbers[index]!];
  }
  return numbers.slice(0, count);
}

/** An ROI about every bead of a scene at rest. */
export function sceneRois(scene: Scene, roiSize: number): Roi[] {
  return scene.beads.map(({ bead, xPx, yPx }) => roiAround(bead, xPx, yPx, roiSize));
}
