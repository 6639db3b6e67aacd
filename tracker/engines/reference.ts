import { cpus } from 'node:os';
import { type RoiPlace, roiPlaces } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import type { BeadState, Stage } from '#stages/define.ts';
import type { Plan } from '#stages/plan.ts';
import { planMethod, planRadii, stageNamed } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';
import type { Engine, EngineSetup } from './engine.ts';
import { judgeTrack } from './judge-track.ts';
import { isBehaved, warmStepOf } from './last-places.ts';

interface BoundStep {
  stage: Stage;
  params: Record<string, unknown>;
}

/** One bead between configure and close: its place, its buffers, and what judging it needs. */
interface TrackedBead {
  roi: Roi;
  place: RoiPlace;
  state: BeadState;
  /** Smallest and largest count of the ROI in the current frame; NaN pixels do not count. */
  darkest: number;
  brightest: number;
}

/** The definition every other engine is tested against: float64, one thread, the stages as they are written. */
export function createReferenceEngine(): Engine {
  let setup: EngineSetup | undefined;
  let steps: BoundStep[] = [];
  let beads: TrackedBead[] = [];
  let looksUpZ = false;
  let warmStep = -1;

  return {
    facts: { engine: 'reference', device: cpus()[0]?.model.trim() || process.arch, fallback: false },

    async configure(next) {
      beads = bindBeads(next);
      steps = bindSteps(next.plan);
      looksUpZ = steps.some(({ stage }) => stage.writes.includes('zNm'));
      warmStep = warmStepOf(next);
      setup = next;
    },

    async moveRois(rois) {
      if (!setup) throw new Error('reference engine: moveRois before configure');
      const places = roiPlaces(rois, setup.width, setup.layout);
      for (const [index, bead] of beads.entries()) {
        const { left, top } = bead.roi;
        bead.roi = rois[index]!;
        bead.place = places[index]!;
        if (bead.roi.left !== left || bead.roi.top !== top) bead.state.last = null;
      }
    },

    async track(frames, into) {
      if (!setup) throw new Error('reference engine: track before configure');
      const { pixelFormat } = setup;
      const { saturation } = PIXEL_FORMATS[pixelFormat];
      for (const [frame, bytes] of frames.entries()) {
        const pixels = viewPixels(bytes, pixelFormat);
        trackFrame(pixels, beads, steps, warmStep, saturation, looksUpZ, into, frame);
      }
    },

    async close() {
      setup = undefined;
      steps = [];
      beads = [];
    },
  };
}

/**
 * Runs a plan on one ROI that is in memory as float64.
 * @param pixels [row, column] counts of a square ROI, not changed
 * @returns what the stages found, x and y in ROI px
 */
export function trackRoi(pixels: Float64Array, size: number, zLut: ZLut | null, plan: Plan): BeadState {
  const bead = createBeadState(pixels, size, false, zLut, planRadii(plan, size));
  runSteps(bead, bindSteps(plan), -1);
  return bead;
}

function createBeadState(
  pixels: Float64Array,
  size: number,
  wholeCounts: boolean,
  zLut: ZLut | null,
  radii: number,
  saturation = Number.POSITIVE_INFINITY,
): BeadState {
  const profile = new Float64Array(radii).fill(Number.NaN);
  return {
    pixels,
    size,
    wholeCounts,
    zLut,
    xPx: Number.NaN,
    yPx: Number.NaN,
    profile,
    zNm: Number.NaN,
    score: Number.NaN,
    status: 0,
    saturation,
  };
}

function bindSteps(plan: Plan): BoundStep[] {
  return plan.map(({ stage, params }) => ({ stage: stageNamed(stage), params }));
}

/** @throws {RoiError | ZLutError} if an ROI leaves the frame, or a Z-LUT belongs to another ROI size or lacks the model it needs */
function bindBeads({
  plan,
  width,
  height,
  pixelFormat,
  layout,
  rois,
  zLuts,
  zLutOfBead,
}: EngineSetup): TrackedBead[] {
  const places = roiPlaces(rois, width, layout);
  const pixelsOfSize = new Map<number, Float64Array>();
  return rois.map((roi, index) => {
    assertRoiInFrame(roi, { width, height });
    const radii = planRadii(plan, roi.size);
    const zLut = zLuts[zLutOfBead[index] ?? -1] ?? null;
    if (zLut) assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
    if (zLut) assertHasModel(plan, zLut, roi.bead);
    // Beads are tracked one after the other, so those of one size share their pixels.
    const pixels = pixelsOfSize.get(roi.size) ?? new Float64Array(roi.size ** 2);
    pixelsOfSize.set(roi.size, pixels);
    const state = createBeadState(
      pixels,
      roi.size,
      pixelFormat !== 'float32',
      zLut,
      radii,
      PIXEL_FORMATS[pixelFormat].saturation,
    );
    return { roi, place: places[index]!, state, darkest: 0, brightest: 0 };
  });
}

/** @param warmStep step that may do without those before it; -1 where none may */
function runSteps(bead: BeadState, steps: readonly BoundStep[], warmStep: number): void {
  const warm = bead.last ? steps[warmStep] : undefined;
  const isResumed = warm?.stage.resume?.(bead, warm.params) === true;
  if (!isResumed) bead.status = 0;
  for (const { stage, params } of isResumed ? steps.slice(warmStep + 1) : steps)
    stage.reference(bead, params);
}

function trackFrame(
  pixels: Pixels,
  beads: readonly TrackedBead[],
  steps: readonly BoundStep[],
  warmStep: number,
  saturation: number,
  looksUpZ: boolean,
  into: TrackTable,
  frame: number,
): void {
  for (let index = 0; index < beads.length; index++) {
    const bead = beads[index]!;
    crop(pixels, bead);
    runSteps(bead.state, steps, warmStep);
    const row = frame * into.beads + index;
    write(bead, saturation, looksUpZ, into, row);
    const { xPx, yPx, zNm } = bead.state;
    if (warmStep >= 0) bead.state.last = isBehaved(into.status[row]!) ? { xPx, yPx, zNm } : null;
  }
}

/** Copies the ROI of a frame into float64, the only copy of its pixels, and notes the range of its counts. */
function crop(pixels: Pixels, bead: TrackedBead): void {
  const { start, stride } = bead.place;
  const { pixels: target, size } = bead.state;
  let darkest = Number.POSITIVE_INFINITY;
  let brightest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < size; row++) {
    const from = start + row * stride;
    const to = row * size;
    for (let column = 0; column < size; column++) {
      const counts = pixels[from + column]!;
      target[to + column] = counts;
      if (counts < darkest) darkest = counts;
      if (counts > brightest) brightest = counts;
    }
  }
  bead.darkest = darkest;
  bead.brightest = brightest;
}

/** Writes one row of the table: full-frame x and y, z, score, status and, if asked for, the profile. */
function write(
  bead: TrackedBead,
  saturation: number,
  looksUpZ: boolean,
  into: TrackTable,
  row: number,
): void {
  const { roi, state, darkest, brightest } = bead;
  const { size, zLut, profile } = state;
  const dark = !(brightest > darkest);
  const xPx = dark ? Number.NaN : state.xPx;
  const yPx = dark ? Number.NaN : state.yPx;
  const zNm = dark ? Number.NaN : state.zNm;
  const hasZLut = zLut !== null;
  const stageStatus = dark ? 0 : (state.status ?? 0);
  const status = judgeTrack({
    xPx,
    yPx,
    zNm,
    size,
    darkest,
    brightest,
    saturation,
    hasZLut,
    looksUpZ,
    stageStatus,
  });
  into.xPx[row] = roi.left + xPx;
  into.yPx[row] = roi.top + yPx;
  into.zNm[row] = zNm;
  into.score[row] = dark ? Number.NaN : state.score;
  into.status[row] = status;
  if (into.fits) {
    into.sigmaXPx[row] = dark ? Number.NaN : (state.sigmaXPx ?? Number.NaN);
    into.sigmaYPx[row] = dark ? Number.NaN : (state.sigmaYPx ?? Number.NaN);
    into.sigmaZNm[row] = dark ? Number.NaN : (state.sigmaZNm ?? Number.NaN);
    into.chiSquared[row] = dark ? Number.NaN : (state.chiSquared ?? Number.NaN);
  }
  for (let radius = 0; radius < into.radii; radius++) {
    into.profiles[row * into.radii + radius] = profile[radius] ?? Number.NaN;
  }
}
