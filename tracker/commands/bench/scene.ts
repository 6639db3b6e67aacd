import type { EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { createRandom } from '#simulation/random.ts';
import { type Plan, planMethod, stageNamed } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { sampledModel } from '#stages/sampled-model.ts';

/** Of 256 counts, rms. */
const NOISE = 2;
const OFF_CENTER_PX = 0.8;
const STEP_NM = 50;

/** A frame in memory with all an engine needs to track it. */
export interface BenchScene {
  setup: EngineSetup;
  /** As a camera sends it. */
  frame: Uint8Array;
}

/** Beads of a scene, side by side. */
export interface SceneSize {
  beads: number;
  /** px of an ROI. */
  size: number;
  /** Of the Z-LUT. */
  planes: number;
  pixelFormat: PixelFormat;
}

/**
 * Ring beads off center at different heights with noise, over the whole range of the pixel type, and the Z-LUT that
 * the plan makes of them: not optics, but every stage has the work of a real bead to do on them. The same for every
 * engine and every run.
 */
export async function benchScene(scene: SceneSize, plan: Plan): Promise<BenchScene> {
  const { beads, planes } = scene;
  const random = createRandom(scene.size);
  const places = Array.from({ length: beads }, (_, bead) => ({
    xPx: OFF_CENTER_PX * Math.sin(bead + 1),
    yPx: OFF_CENTER_PX * Math.cos(bead + 1),
    height: 0.5 + 0.25 * Math.sin(2 * bead),
  }));
  const { shape, rois, frame } = ringFrame(scene, places, () => NOISE * random.normal());
  const zLut = await ringZLut({ ...scene, beads: planes }, plan);
  const zLuts = zLut ? [zLut] : [];
  const zLutOfBead = rois.map(() => zLuts.length - 1);
  return { frame, setup: { plan, ...shape, rois, zLuts, zLutOfBead, profiles: false } };
}

/** Times the centering stage of a plan is repeated; null where there is none that is. */
export function planIterations(plan: Plan): number | null {
  for (const { params } of plan) if (typeof params.iterations === 'number') return params.iterations;
  return null;
}

/** Where a bead is: px from the middle of its ROI, height from 0 to 1. */
interface Place {
  xPx: number;
  yPx: number;
  height: number;
}

function ringFrame({ size, pixelFormat }: SceneSize, places: readonly Place[], noise: () => number) {
  const columns = Math.ceil(Math.sqrt(places.length));
  const shape = {
    width: columns * size,
    height: (Math.ceil(places.length / columns) + 1) * size,
    pixelFormat,
  };
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const range = rangeOf(pixelFormat);
  const frame = new Uint8Array(shape.width * shape.height * bytesPerPixel);
  const pixels = viewPixels(frame.buffer, pixelFormat);
  const rois: Roi[] = places.map(({ xPx, yPx, height }, bead) => {
    const left = (bead % columns) * size;
    const top = Math.floor(bead / columns) * size;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const radiusPx = Math.hypot(column - size / 2 - xPx, row - size / 2 - yPx);
        // Short of saturation, or its status bit is what is measured.
        const counts = Math.min(250, Math.max(0, ringCounts(radiusPx, height, size) + noise()));
        pixels[(top + row) * shape.width + left + column] = counts * range;
      }
    }
    return { bead, left, top, size };
  });
  return { shape, rois, frame };
}

/** Rings that widen with height, of 256 counts. */
function ringCounts(radiusPx: number, height: number, size: number): number {
  return 120 + 90 * Math.cos(radiusPx * (1.1 - 0.5 * height)) * Math.exp(-radiusPx / (0.2 * size));
}

/** Profiles that the plan makes of centered beads without noise, a plane each; null where it makes none. */
async function ringZLut(scene: SceneSize, plan: Plan): Promise<ZLut | null> {
  const method = planMethod(plan, scene.size);
  if (!method) return null;
  const planes = scene.beads;
  const places = Array.from({ length: planes }, (_, plane) => ({ xPx: 0, yPx: 0, height: plane / planes }));
  const { shape, rois, frame } = ringFrame({ ...scene, pixelFormat: 'float32' }, places, () => 0);
  const profiling = plan.filter(
    ({ stage }) => !stageNamed(stage).reads.includes('zNm') && stage !== 'lookup-z',
  );
  const zLutOfBead = rois.map(() => -1);
  const engine = createReferenceEngine();
  await engine.configure({ plan: profiling, ...shape, rois, zLuts: [], zLutOfBead, profiles: true });
  const table = createTrackTable(1, planes, method.radii);
  await engine.track([frame.buffer], table);
  await engine.close();
  const planeZNm = Float64Array.from({ length: planes }, (_, plane) => plane * STEP_NM);
  const { radii } = method;
  const zLut = { name: 'ring beads', planes, radii, planeZNm, profiles: table.profiles.slice(), method };
  return needsModel(plan) ? { ...zLut, model: ringModel(scene) } : zLut;
}

/** The rings as they are drawn, and their noise. */
function ringModel({ beads: planes, size, pixelFormat }: SceneSize): ZLutModel {
  const range = rangeOf(pixelFormat);
  const counts = (radiusPx: number, zNm: number) =>
    range * ringCounts(radiusPx, zNm / STEP_NM / planes, size);
  const model = sampledModel(counts, {
    lowestZNm: 0,
    highestZNm: (planes - 1) * STEP_NM,
    stepZNm: STEP_NM,
    // From a center as far off as the beads are, to the corners.
    reachPx: (size / 2 + 1) * Math.SQRT2,
    levelCounts: 120 * range,
  });
  return { ...model, cameraGain: 1e-3 * range, floorVariance: (NOISE * range) ** 2 };
}

/** Counts of the pixel type for one of 256. */
function rangeOf(pixelFormat: PixelFormat): number {
  const { saturation } = PIXEL_FORMATS[pixelFormat];
  return Number.isFinite(saturation) ? (saturation + 1) / 256 : 1;
}
