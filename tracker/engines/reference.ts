import { cpus } from 'node:os';
import { PIXEL_FORMATS, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import type { BeadState, Stage } from '#stages/define.ts';
import type { Plan } from '#stages/plan.ts';
import { planMethod, planRadii, stageNamed } from '#stages/plan.ts';
import type { Engine, EngineSetup } from './engine.ts';
import { judgeTrack } from './judge-track.ts';

interface BoundStep {
  stage: Stage;
  params: Record<string, unknown>;
}

/** One bead between configure and close: its place, its buffers, and what judging it needs. */
interface TrackedBead {
  roi: Roi;
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

  return {
    facts: { engine: 'reference', device: cpus()[0]?.model.trim() || process.arch, fallback: false },

    async configure(next) {
      beads = bindBeads(next);
      steps = bindSteps(next.plan);
      looksUpZ = steps.some(({ stage }) => stage.writes.includes('zNm'));
      setup = next;
    },

    async moveRois(rois) {
      for (const [index, bead] of beads.entries()) bead.roi = rois[index]!;
    },

    async track(frames, into) {
      if (!setup) throw new Error('reference engine: track before configure');
      const { pixelFormat, width } = setup;
      const { saturation } = PIXEL_FORMATS[pixelFormat];
      for (let frame = 0; frame < frames.length; frame++) {
        const pixels = viewPixels(frames[frame]!, pixelFormat);
        for (let index = 0; index < beads.length; index++) {
          const bead = beads[index]!;
          crop(pixels, width, bead);
          runSteps(bead.state, steps);
          write(bead, saturation, looksUpZ, into, frame * into.beads + index);
        }
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
  const bead = createBeadState(pixels, size, zLut, planRadii(plan, size));
  runSteps(bead, bindSteps(plan));
  return bead;
}

function createBeadState(pixels: Float64Array, size: number, zLut: ZLut | null, radii: number): BeadState {
  const profile = new Float64Array(radii).fill(Number.NaN);
  return {
    pixels,
    size,
    zLut,
    xPx: Number.NaN,
    yPx: Number.NaN,
    profile,
    zNm: Number.NaN,
    score: Number.NaN,
  };
}

function bindSteps(plan: Plan): BoundStep[] {
  return plan.map(({ stage, params }) => ({ stage: stageNamed(stage), params }));
}

/** @throws {RoiError | ZLutError} if an ROI leaves the frame or a Z-LUT belongs to another ROI size */
function bindBeads({ plan, width, height, rois, zLuts, zLutOfBead }: EngineSetup): TrackedBead[] {
  const pixelsOfSize = new Map<number, Float64Array>();
  return rois.map((roi, index) => {
    assertRoiInFrame(roi, { width, height });
    const radii = planRadii(plan, roi.size);
    const zLut = zLuts[zLutOfBead[index] ?? -1] ?? null;
    if (zLut) assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
    // Beads are tracked one after the other, so those of one size share their pixels.
    const pixels = pixelsOfSize.get(roi.size) ?? new Float64Array(roi.size ** 2);
    pixelsOfSize.set(roi.size, pixels);
    return { roi, state: createBeadState(pixels, roi.size, zLut, radii), darkest: 0, brightest: 0 };
  });
}

function runSteps(bead: BeadState, steps: readonly BoundStep[]): void {
  bead.status = 0;
  for (const { stage, params } of steps) stage.reference(bead, params);
}

/** Copies the ROI of a frame into float64, the only copy of its pixels, and notes the range of its counts. */
function crop(pixels: Pixels, width: number, bead: TrackedBead): void {
  const { left, top, size } = bead.roi;
  const target = bead.state.pixels;
  let darkest = Number.POSITIVE_INFINITY;
  let brightest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < size; row++) {
    const start = (top + row) * width + left;
    for (let column = 0; column < size; column++) {
      const counts = pixels[start + column]!;
      target[row * size + column] = counts;
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
  for (let radius = 0; radius < into.radii; radius++) {
    into.profiles[row * into.radii + radius] = profile[radius] ?? Number.NaN;
  }
}
