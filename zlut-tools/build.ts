import type { Engine } from '#engines/engine.ts';
import { ZLutError } from '#protocol/errors.ts';
import {
  type FrameShape,
  frameBytes,
  PIXEL_FORMATS,
  type Pixels,
  viewPixels,
} from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ProfileMethod, ZLut } from '#protocol/z-lut.ts';
import { type Plan, planMethod } from '#stages/plan.ts';
import { type CalibrationFrame, fitZLutModel } from './fit-z-lut-model.ts';

/** Fewest planes a lookup can use: its parabola needs room on both sides. */
const MIN_PLANES = 8;

/** Frames given to the engine at a time. */
const BATCH = 16;

/** One frame of a focal sweep. */
export interface SweepFrame {
  /** Bytes of the whole frame [row, column], little-endian; copied before the next frame is asked for. */
  pixels: Uint8Array;
  /** Height of the plane it was taken at; frames of one plane have exactly the same. */
  planeZNm: number;
}

export interface BuildOptions {
  /** Configured here; the caller closes it. */
  engine: Pick<Engine, 'configure' | 'track'>;
  /** How beads will be tracked with this Z-LUT; a lookup finds nothing yet, and may stay. */
  plan: Plan;
  shape: FrameShape;
  roi: Roi;
  /** Name of the Z-LUT in messages. */
  name: string;
  /** Fits a model to all frames, too, which are kept for it; called with each of `MODEL_ROUNDS` rounds. */
  onModelRound?: (round: number) => void;
}

export interface BuiltZLut {
  zLut: ZLut;
  /** Frames in the Z-LUT. */
  used: number;
  /** Frames left out because the bead was not found. */
  rejected: number;
}

interface Plane {
  frames: number;
  used: number;
  /** [radius] sum and number of the counts that are not NaN. */
  sums: Float64Array;
  counts: Uint32Array;
}

/**
 * Plain Z-LUT of one bead from a focal sweep: the mean radial profile at each height, every frame tracked first,
 * so that a bead that drifts while the focus moves still gives sharp rings.
 *
 * @returns planes in rising z; a bin that was empty in every frame of a plane is NaN
 * @throws {ZLutError} if there are fewer than 8 planes or a plane has no frame in which the bead was found
 * Source: Gosse & Croquette 2002, doi:10.1016/S0006-3495(02)75672-5; the mean ignores NaN as MagScope's.
 */
export async function buildZLut(
  frames: AsyncIterable<SweepFrame>,
  options: BuildOptions,
): Promise<BuiltZLut> {
  const { engine, plan, shape, roi, name, onModelRound } = options;
  const method = planMethod(plan, roi.size);
  if (method === null) {
    throw new ZLutError({
      where: name,
      expected: 'a pipeline that makes radial profiles',
      received: plan.map(({ stage }) => stage).join(', ') || 'none',
      remedy: 'add the stage radial-profile',
    });
  }
  const { radii } = method;
  await engine.configure({ ...shape, plan, rois: [roi], zLuts: [], zLutOfBead: [-1], profiles: true });

  const planes = new Map<number, Plane>();
  const buffers = Array.from({ length: BATCH }, () => new ArrayBuffer(Math.ceil(frameBytes(shape) / 8) * 8));
  const planeZNm: number[] = [];
  const kept: CalibrationFrame[] = [];
  const trackBatch = async () => {
    const table = createTrackTable(planeZNm.length, 1, radii);
    await engine.track(buffers.slice(0, planeZNm.length), table);
    for (const [frame, zNm] of planeZNm.entries()) {
      addFrame(planes, zNm, table, frame);
      const [xPx, yPx] = [table.xPx[frame]! - roi.left, table.yPx[frame]! - roi.top];
      if (!onModelRound || Number.isNaN(xPx) || Number.isNaN(yPx)) continue;
      kept.push({ pixels: cropRoi(buffers[frame]!, shape, roi), zNm, xPx, yPx });
    }
    planeZNm.length = 0;
  };
  for await (const frame of frames) {
    new Uint8Array(buffers[planeZNm.length]!).set(frame.pixels);
    planeZNm.push(frame.planeZNm);
    if (planeZNm.length === BATCH) await trackBatch();
  }
  if (planeZNm.length > 0) await trackBatch();
  const built = assemble(planes, method, name);
  if (!onModelRound) return built;
  const { saturation } = PIXEL_FORMATS[shape.pixelFormat];
  const model = fitZLutModel(kept, { size: roi.size, name, saturation, onRound: onModelRound });
  return { ...built, zLut: { ...built.zLut, model } };
}

/** [row, column] counts of the ROI in a frame. */
function cropRoi(frame: ArrayBuffer, { width, pixelFormat }: FrameShape, { left, top, size }: Roi): Pixels {
  const pixels = viewPixels(frame, pixelFormat);
  const crop = pixels.slice(0, size * size);
  for (let row = 0; row < size; row++) {
    const from = (top + row) * width + left;
    crop.set(pixels.subarray(from, from + size), row * size);
  }
  return crop;
}

/** Adds the profile of one tracked frame to its plane, unless the bead was not found in it. */
function addFrame(planes: Map<number, Plane>, zNm: number, table: TrackTable, frame: number): void {
  const { radii, profiles } = table;
  let plane = planes.get(zNm);
  if (!plane) {
    plane = { frames: 0, used: 0, sums: new Float64Array(radii), counts: new Uint32Array(radii) };
    planes.set(zNm, plane);
  }
  plane.frames++;
  if (Number.isNaN(table.xPx[frame]!) || Number.isNaN(table.yPx[frame]!)) return;
  plane.used++;
  for (let radius = 0; radius < radii; radius++) {
    const counts = profiles[frame * radii + radius]!;
    if (Number.isNaN(counts)) continue;
    plane.sums[radius]! += counts;
    plane.counts[radius]!++;
  }
}

function assemble(
  planes: Map<number, Plane>,
  { radii, ...method }: ProfileMethod & { radii: number },
  name: string,
): BuiltZLut {
  const rising = [...planes].sort(([zNm], [otherZNm]) => zNm - otherZNm);
  if (rising.length < MIN_PLANES) {
    throw new ZLutError({
      where: name,
      expected: `frames at ${MIN_PLANES} or more heights`,
      received: `${rising.length}`,
      remedy: 'record a focal sweep with more planes, or check the plane z',
    });
  }
  const zLut: ZLut = {
    name,
    planes: rising.length,
    radii,
    planeZNm: Float64Array.from(rising, ([zNm]) => zNm),
    profiles: new Float64Array(rising.length * radii),
    method,
  };
  let all = 0;
  let used = 0;
  for (const [index, [zNm, plane]] of rising.entries()) {
    if (plane.used === 0) {
      throw new ZLutError({
        where: `${name} plane z ${zNm} nm`,
        expected: 'at least one frame in which the bead is found',
        received: `none of ${plane.frames}`,
        remedy: 'move the ROI onto the bead, or leave this plane out',
      });
    }
    // 0 / 0 marks a bin that was always empty as NaN.
    for (let radius = 0; radius < radii; radius++) {
      zLut.profiles[index * radii + radius] = plane.sums[radius]! / plane.counts[radius]!;
    }
    all += plane.frames;
    used += plane.used;
  }
  return { zLut, used, rejected: all - used };
}
