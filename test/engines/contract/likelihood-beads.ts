import type { EngineSetup } from '#engines/engine.ts';
import { frameBytes, PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Random } from '#simulation/random.ts';
import { type Plan, planMethod } from '#stages/plan.ts';
import { ringModel, smoothRings } from '../../stages/ring-model.ts';

/** A bead of a case: its ROI, the truth, and the light that is not its own. */
export interface LitBead {
  size: number;
  /** px from the middle of the ROI. */
  offset: readonly [x: number, y: number];
  zNm: number;
  /** Light at a pixel of the ROI in place of `light`. */
  change?: (light: number, column: number, row: number) => number;
  /** Whether it has no Z-LUT. */
  unknown?: boolean;
}

/** How beads side by side are lit, seen and tracked. */
export interface CaseOfBeads {
  name: string;
  pixelFormat: PixelFormat;
  /** Photons of the mean light, and counts of one. */
  photons: number;
  countsPerPhoton: number;
  blackLevel?: number;
  readNoise?: number;
  plan?: Plan;
  /** Of the model. */
  misfit?: number;
  beads: readonly LitBead[];
  frames?: number;
}

/** Mean light of the model, which has one count a photon. */
export const LEVEL = 1000;
const PLANES = 21;

const zLuts = new Map<string, ZLut>();

/** Z-LUT of the rings for ROIs of a size, with their model; the same for every case of a misfit. */
export function ringsOf(plan: Plan, size: number, misfit = 0): ZLut {
  const { radii, ...method } = planMethod(plan, size)!;
  const key = JSON.stringify([method, misfit]);
  const known = zLuts.get(key);
  if (known) return known;
  const zLut: ZLut = {
    name: `rings of ${size} px`,
    planes: PLANES,
    radii,
    planeZNm: Float64Array.from({ length: PLANES }, (_, plane) => 50 * plane),
    profiles: Float64Array.from({ length: PLANES * radii }, (_, at) =>
      smoothRings(at % radii, 50 * Math.floor(at / radii)),
    ),
    method,
    model: { ...ringModel(), misfit },
  };
  zLuts.set(key, zLut);
  return zLut;
}

/** A frame of a case. */
export function draw(contract: CaseOfBeads, { rois, ...shape }: EngineSetup, random: Random): ArrayBuffer {
  const { photons, countsPerPhoton, blackLevel = 0, readNoise = 0, beads } = contract;
  const { saturation } = PIXEL_FORMATS[shape.pixelFormat];
  const frame = new ArrayBuffer(frameBytes(shape));
  const pixels = viewPixels(frame, shape.pixelFormat);
  for (const [bead, { left, top, size }] of rois.entries()) {
    const { offset, zNm, change = (light) => light } = beads[bead]!;
    const middle = (size - 1) / 2;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const r = Math.hypot(column - middle - offset[0], row - middle - offset[1]);
        const light = change(smoothRings(r, zNm), column, row);
        const at = (top + row) * shape.width + left + column;
        if (Number.isNaN(light)) {
          pixels[at] = light;
          continue;
        }
        const electrons = random.poisson((photons * light) / LEVEL) + readNoise * random.normal();
        const counts = Math.min(saturation, Math.max(0, blackLevel + countsPerPhoton * electrons));
        pixels[at] = shape.pixelFormat === 'float32' ? counts : Math.round(counts);
      }
    }
  }
  return frame;
}
