import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { heightAt } from '#stages/lookup-z.ts';
import { planMethod, stageNamed } from '#stages/plan.ts';
import { assertHasModel, planFits } from '#stages/plan-needs.ts';
import { type JudgedTrack, judgeTrack } from '../judge-track.ts';
import {
  EMPTY_BIN,
  FIT_WORD_COUNT,
  FIT_WORDS,
  RESULT_FLAGS,
  RESULT_STATUS_SHIFT,
  RESULT_WORDS,
} from './compose.ts';
import { type GpuSetup, setupRadii } from './tables.ts';

/** What turns the words of a kernel into tracks. */
export interface ResultReader {
  beads: readonly { roi: Roi; zLut: ZLut | null; radii: number }[];
  /** 32-bit words of one bead in one frame. */
  words: number;
  fits: boolean;
  pixelFormat: PixelFormat;
  looksUpZ: boolean;
  keepsDark: boolean;
}

/**
 * What the results of a setup mean.
 * @throws {RoiError | ZLutError} if an ROI leaves the frame, or a Z-LUT belongs to another ROI size or lacks the model
 *   it needs
 */
export function createResultReader(setup: GpuSetup): ResultReader {
  const { plan, width, height, pixelFormat, rois, zLuts, zLutOfBead, profiles } = setup;
  const beads = rois.map((roi, index) => {
    assertRoiInFrame(roi, { width, height });
    const radii = setupRadii(setup, roi.size);
    const zLut = zLuts[zLutOfBead[index] ?? -1] ?? null;
    if (zLut) assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
    if (zLut) assertHasModel(plan, zLut, roi.bead);
    return { roi, zLut, radii };
  });
  const radii = profiles ? Math.max(0, ...beads.map((bead) => bead.radii)) : 0;
  const looksUpZ = plan.some(({ stage }) => stageNamed(stage).writes.includes('zNm'));
  const { keepsDark = false } = setup;
  const fits = planFits(plan);
  const words = RESULT_WORDS.profile + radii + (fits ? FIT_WORD_COUNT : 0);
  return { beads, words, fits, pixelFormat, looksUpZ, keepsDark };
}

/**
 * Fills rows of a table from the results of a kernel. The last steps are done here in float64: the kernel's center
 * is a whole number and a fraction, its plane too, and WGSL promises no NaN.
 *
 * @param results [frame, bead, word] as `RESULT_WORDS`
 * @param firstFrame row of `into` that the first frame goes to
 */
export function readResults(
  results: ArrayBuffer,
  reader: ResultReader,
  into: TrackTable,
  firstFrame: number,
  frames: number,
): void {
  const unsigned = new Uint32Array(results);
  const signed = new Int32Array(results);
  const float = new Float32Array(results);
  const { beads, words, fits, pixelFormat, looksUpZ, keepsDark } = reader;
  const { saturation, bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const counts = bytesPerPixel === 4 ? float : unsigned;
  const judged: JudgedTrack = {
    xPx: Number.NaN,
    yPx: Number.NaN,
    zNm: Number.NaN,
    size: 0,
    darkest: 0,
    brightest: 0,
    saturation,
    hasZLut: false,
    looksUpZ,
    stageStatus: 0,
  };
  for (let index = 0; index < frames * beads.length; index++) {
    const { roi, zLut, radii } = beads[index % beads.length]!;
    const row = firstFrame * beads.length + index;
    const at = index * words;
    const flags = unsigned[at + RESULT_WORDS.flags]!;
    const lit = (flags & RESULT_FLAGS.light) !== 0;
    const darkest = lit ? counts[at + RESULT_WORDS.darkest]! : Number.POSITIVE_INFINITY;
    const brightest = lit ? counts[at + RESULT_WORDS.brightest]! : Number.NEGATIVE_INFINITY;
    const found = brightest > darkest || keepsDark ? flags : 0;
    const { xWhole, xPart, yWhole, yPart, plane, planeOffset } = RESULT_WORDS;

    judged.xPx = found & RESULT_FLAGS.x ? signed[at + xWhole]! + float[at + xPart]! : Number.NaN;
    judged.yPx = found & RESULT_FLAGS.y ? signed[at + yWhole]! + float[at + yPart]! : Number.NaN;
    judged.zNm =
      zLut && found & RESULT_FLAGS.z
        ? heightOf(zLut, signed[at + plane]! + float[at + planeOffset]!, found)
        : Number.NaN;
    judged.size = roi.size;
    judged.darkest = darkest;
    judged.brightest = brightest;
    judged.hasZLut = zLut !== null;
    judged.stageStatus = found >>> RESULT_STATUS_SHIFT;

    into.xPx[row] = roi.left + judged.xPx;
    into.yPx[row] = roi.top + judged.yPx;
    into.zNm[row] = judged.zNm;
    into.score[row] = found & RESULT_FLAGS.score ? float[at + RESULT_WORDS.score]! : Number.NaN;
    into.status[row] = judgeTrack(judged);
    if (into.fits) {
      const { sigmaX, sigmaY, sigmaZ, chiSquared } = FIT_WORDS;
      const fit = at + words - FIT_WORD_COUNT;
      const told = fits ? found : 0;
      into.sigmaXPx[row] = told & RESULT_FLAGS.sigma ? float[fit + sigmaX]! : Number.NaN;
      into.sigmaYPx[row] = told & RESULT_FLAGS.sigma ? float[fit + sigmaY]! : Number.NaN;
      into.sigmaZNm[row] =
        told & RESULT_FLAGS.sigmaZ ? float[fit + sigmaZ]! * zLut!.model!.stepZNm : Number.NaN;
      into.chiSquared[row] = told & RESULT_FLAGS.chiSquared ? float[fit + chiSquared]! : Number.NaN;
    }
    const profileFrom = flags & RESULT_FLAGS.profileFromZero ? 0 : darkest;
    for (let radius = 0; radius < into.radii; radius++) {
      const above = radius < radii ? float[at + RESULT_WORDS.profile + radius]! : EMPTY_BIN;
      into.profiles[row * into.radii + radius] = above === EMPTY_BIN ? Number.NaN : profileFrom + above;
    }
  }
}

/** Height at a fractional plane index, or where the flags say so at a knot of the model. */
function heightOf({ planeZNm, model }: ZLut, index: number, flags: number): number {
  if (!(flags & RESULT_FLAGS.zOfModel)) return heightAt(planeZNm, index);
  return model!.startZNm + index * model!.stepZNm;
}
