import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import type { EngineSetup } from './engine.ts';

/** Rings that widen with height: not optics, but every stage has the work of a real bead to do on them. */
function ringCounts(radiusPx: number, plane: number, planes: number): number {
  return 120 + 90 * Math.cos(radiusPx * (1.1 - (0.5 * plane) / planes)) * Math.exp(-radiusPx / 12);
}

/**
 * A mono8 frame full of ring beads off center at different heights, with all an engine needs to track it.
 * @param size px of the ROIs, which lie side by side
 */
export function ringExample(
  beads: number,
  size: number,
  planes: number,
): { setup: EngineSetup; frame: Uint8Array } {
  const columns = Math.ceil(Math.sqrt(beads));
  const width = columns * size;
  const height = (Math.ceil(beads / columns) + 1) * size;
  const frame = new Uint8Array(width * height);
  const rois: Roi[] = Array.from({ length: beads }, (_, bead) => {
    return { bead, left: (bead % columns) * size, top: Math.floor(bead / columns) * size, size };
  });
  for (const { bead, left, top } of rois) {
    const xPx = size / 2 + 0.8 * Math.sin(bead + 1);
    const yPx = size / 2 + 0.8 * Math.cos(bead + 1);
    const plane = planes * (0.5 + 0.25 * Math.sin(2 * bead));
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const radiusPx = Math.hypot(column - xPx, row - yPx);
        frame[(top + row) * width + left + column] = ringCounts(radiusPx, plane, planes);
      }
    }
  }
  const radii = Math.floor(size / 2);
  const zLut: ZLut = {
    name: 'ring example',
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => plane * 50),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      ringCounts(index % radii, Math.floor(index / radii), planes),
    ),
  };
  const plan = parsePlan(MAGTRACK_PLAN);
  const zLutOfBead = rois.map(() => 0);
  return {
    frame,
    setup: { plan, width, height, pixelFormat: 'mono8', rois, zLuts: [zLut], zLutOfBead, profiles: false },
  };
}
