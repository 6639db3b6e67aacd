import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan, planMethod } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { sampledModel } from '#stages/sampled-model.ts';
import type { EngineSetup } from './engine.ts';

/** Between two planes. */
const STEP_NM = 50;

/** Rings that widen with height: not optics, but every stage has the work of a real bead to do on them. */
function ringCounts(radiusPx: number, plane: number, planes: number): number {
  return 120 + 90 * Math.cos(radiusPx * (1.1 - (0.5 * plane) / planes)) * Math.exp(-radiusPx / 12);
}

/**
 * A mono8 frame full of ring beads off center at different heights, with all an engine needs to track it.
 * @param size px of the ROIs, which lie side by side
 * @param plan what to track it with; a Z-LUT of its method goes along, if it makes profiles, with a model where it needs one
 * @param least px of the frame at least, where it should be larger than its ROIs
 */
export function ringExample(
  beads: number,
  size: number,
  planes: number,
  plan: Plan = parsePlan(MAGTRACK_PLAN),
  least: { width: number; height: number } = { width: 0, height: 0 },
): { setup: EngineSetup; frame: Uint8Array } {
  const columns = Math.ceil(Math.sqrt(beads));
  const width = Math.max(columns * size, least.width);
  const height = Math.max((Math.ceil(beads / columns) + 1) * size, least.height);
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
  const method = planMethod(plan, size);
  const radii = method?.radii ?? 0;
  const zLut: ZLut | null = method && {
    name: 'ring example',
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => plane * STEP_NM),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      ringCounts(((index % radii) * size) / (2 * radii), Math.floor(index / radii), planes),
    ),
    method,
    ...(needsModel(plan) && { model: ringModel(size, planes) }),
  };
  const zLuts = zLut ? [zLut] : [];
  const zLutOfBead = rois.map(() => zLuts.length - 1);
  return {
    frame,
    setup: { plan, width, height, pixelFormat: 'mono8', rois, zLuts, zLutOfBead, profiles: false },
  };
}

function ringModel(size: number, planes: number) {
  return sampledModel((radiusPx, zNm) => ringCounts(radiusPx, zNm / STEP_NM, planes), {
    lowestZNm: 0,
    highestZNm: (planes - 1) * STEP_NM,
    stepZNm: STEP_NM,
    // From a center as far off as the beads are, to the corners.
    reachPx: (size / 2 + 1) * Math.SQRT2,
    levelCounts: 120,
  });
}
