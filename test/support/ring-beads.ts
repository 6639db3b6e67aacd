import type { EngineSetup } from '#engines/engine.ts';
import {
  type FrameShape,
  frameBytes,
  PIXEL_FORMATS,
  type PixelFormat,
  viewPixels,
} from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan, planRadii } from '#stages/plan.ts';

/** A bead for a frame of rings: its ROI, its true center in ROI px, its fractional plane. */
export interface RingBead {
  roi: Roi;
  xPx: number;
  yPx: number;
  plane: number;
}

/** Share of the range of an 8-bit camera, 0 to 1. Rings that widen with height: not optics, but smooth and telling. */
export function ringLight(radiusPx: number, plane: number, size: number): number {
  return 0.45 + 0.4 * Math.cos(radiusPx * (1.1 - 0.012 * plane)) * Math.exp(-radiusPx / (0.18 * size));
}

/** How light becomes counts: float32 has negative ones and no whole numbers, what a flat-field correction leaves. */
function fullScale(pixelFormat: PixelFormat): { gain: number; offset: number } {
  if (pixelFormat === 'float32') return { gain: 37.5, offset: -11.25 };
  return { gain: PIXEL_FORMATS[pixelFormat].saturation, offset: 0 };
}

/** A frame of rings at the beads and even light elsewhere, with normal noise of `noise` of the range. */
export function ringFrame(
  shape: { width: number; height: number; pixelFormat: PixelFormat },
  beads: readonly RingBead[],
  { seed, noise = 0.01 }: { seed: number; noise?: number },
): ArrayBuffer {
  const { width, height, pixelFormat } = shape;
  const { gain, offset } = fullScale(pixelFormat);
  const random = createRandom(seed);
  const light = new Float64Array(width * height).fill(0.45);
  for (const { roi, xPx, yPx, plane } of beads) {
    for (let row = 0; row < roi.size; row++) {
      for (let column = 0; column < roi.size; column++) {
        const at = (roi.top + row) * width + roi.left + column;
        light[at] = ringLight(Math.hypot(column - xPx, row - yPx), plane, roi.size);
      }
    }
  }
  const frame = new ArrayBuffer(frameBytes(shape));
  const pixels = viewPixels(frame, pixelFormat);
  const { saturation } = PIXEL_FORMATS[pixelFormat];
  for (let at = 0; at < light.length; at++) {
    const counts = offset + gain * (light[at]! + noise * random.normal());
    pixels[at] = pixelFormat === 'float32' ? counts : Math.min(saturation, Math.max(0, Math.round(counts)));
  }
  return frame;
}

/** The Z-LUT of `ringFrame`, planes 100 nm apart. */
export function ringZLut(size: number, planes: number, { descending = false, oversample = 1 } = {}): ZLut {
  const radii = Math.floor(size / 2) * oversample;
  return {
    name: `rings of ${size} px`,
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => (descending ? -100 : 100) * plane),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      ringLight((index % radii) / oversample, Math.floor(index / radii), size),
    ),
  };
}

/** MagTrack's plan with other parameters than the defaults, by stage. */
export function planWith(params: Partial<Record<string, Record<string, unknown>>> = {}): Plan {
  return parsePlan(MAGTRACK_PLAN.map(({ stage }) => ({ stage, params: params[stage] ?? {} })));
}

/** Beads of these ROI sizes side by side, off center by up to `offCenterPx`, at any plane away from the ends. */
export function beadRow(
  sizes: readonly number[],
  { seed, offCenterPx = 1.5, planes = 40 }: { seed: number; offCenterPx?: number; planes?: number },
): RingBead[] {
  const random = createRandom(seed);
  let left = 1;
  return sizes.map((size, bead) => {
    const center = () => (size - 1) / 2 + offCenterPx * (2 * random.uniform() - 1);
    const roi = { bead, left, top: bead % 2, size };
    left += size;
    return { roi, xPx: center(), yPx: center(), plane: 5 + (planes - 10) * random.uniform() };
  });
}

/** A frame of an odd width, just large enough for the beads. */
export function shapeOf(beads: readonly RingBead[], pixelFormat: PixelFormat): FrameShape {
  const right = Math.max(...beads.map(({ roi }) => roi.left + roi.size));
  const bottom = Math.max(...beads.map(({ roi }) => roi.top + roi.size));
  return { width: right + 1 - (right % 2), height: bottom, pixelFormat };
}

/** Each bead with the Z-LUT, if any, that fits its ROI; results carry profiles. */
export function setupOf(
  beads: readonly RingBead[],
  shape: FrameShape,
  plan: Plan,
  zLuts: ZLut[],
): EngineSetup {
  return {
    plan,
    ...shape,
    rois: beads.map(({ roi }) => roi),
    zLuts,
    zLutOfBead: beads.map(({ roi }) => zLuts.findIndex((zLut) => zLut.radii === planRadii(plan, roi.size))),
    profiles: true,
  };
}

/** A table for the tracks of a setup. */
export function emptyTable({ plan, rois }: EngineSetup, frames: number): TrackTable {
  return createTrackTable(frames, rois.length, Math.max(...rois.map(({ size }) => planRadii(plan, size))));
}
