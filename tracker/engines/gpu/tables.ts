import { roiPlaces } from '#protocol/frame-layout.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { planRadii } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import type { EngineSetup } from '../engine.ts';
import type { LastPlaces } from '../last-places.ts';
import {
  EMPTY_BIN,
  type Kept,
  keptLength,
  LEAST_KNOTS,
  NO_SEED,
  ROI_WORD_COUNT,
  ROI_WORDS,
} from './compose.ts';
import { NO_MODEL, packModel } from './model-table.ts';

/** A setup with what only the test kernels of single stages need. */
export interface GpuSetup extends EngineSetup {
  /** [bead] center in ROI px that a plan without center-of-mass starts from; NaN: not known. */
  seeds?: readonly { xPx: number; yPx: number }[];
  /** [bead][radius] profiles that a plan without a stage that makes one starts from; NaN: an empty bin. */
  givenProfiles?: readonly ArrayLike<number>[];
  /** Keeps what the stages make of an ROI whose pixels are all equal, where an engine has no result. */
  keepsDark?: boolean;
  /** Gives back what a stage works with in place of the profile. */
  keeps?: Kept;
}

/** Radii of the profiles of an ROI of this size, made or given, or the length of what takes their place. */
export function setupRadii({ plan, givenProfiles, keeps }: GpuSetup, size: number): number {
  if (keeps) return keptLength(keeps, size);
  return givenProfiles?.[0]?.length ?? planRadii(plan, size);
}

/** Radial knots of the largest model of the beads with ROIs of this size; none where there is no model. */
export function setupKnots({ rois, zLuts, zLutOfBead }: GpuSetup, size: number): number | undefined {
  const knots = rois.flatMap((roi, bead) => {
    const model = roi.size === size ? zLuts[zLutOfBead[bead] ?? -1]?.model : undefined;
    return model ? [model.knots] : [];
  });
  return knots.length > 0 ? Math.max(...knots) : undefined;
}

/** Value of every radius of a plane without contrast: farther from all unit vectors than any two of them. */
const FAR = 3;

/** Where a Z-LUT and its model begin in the table. */
export interface TableStarts {
  zLut: number;
  model: number;
}

/**
 * Z-LUTs as [Z-LUT, radius, plane] unit deviations, so that neighboring lanes read neighboring planes; then their
 * models, if the plan fits them, and from `givenStart` on the given profiles.
 */
export function packTables(setup: GpuSetup): {
  values: Float32Array;
  starts: TableStarts[];
  givenStart: number;
} {
  const { plan, zLuts, givenProfiles = [] } = setup;
  const models = zLuts.map((zLut) => (zLut.model && planFits(plan) ? packModel(zLut, zLut.model) : []));
  const starts: TableStarts[] = [];
  let length = 0;
  for (const [index, { planes, radii }] of zLuts.entries()) {
    const zLut = length;
    length += planes * (radii - SKIPPED_RADII);
    const model = models[index]!.length > 0 ? length : NO_MODEL;
    length += models[index]!.length;
    starts.push({ zLut, model });
  }
  const given = packProfiles(givenProfiles);
  const values = new Float32Array(length + given.length);
  values.set(given, length);
  for (const [index, zLut] of zLuts.entries()) {
    if (starts[index]!.model !== NO_MODEL) values.set(models[index]!, starts[index]!.model);
    const width = zLut.radii - SKIPPED_RADII;
    const units = unitPlanes(zLut);
    for (let plane = 0; plane < zLut.planes; plane++) {
      for (let radius = 0; radius < width; radius++) {
        const value = units[plane * width + radius]!;
        values[starts[index]!.zLut + radius * zLut.planes + plane] = Number.isNaN(value) ? FAR : value;
      }
    }
  }
  return { values, starts, givenStart: length };
}

/** [bead, radius] counts above the smallest of each profile, which keeps their digits. */
function packProfiles(profiles: readonly ArrayLike<number>[]): number[] {
  return profiles.flatMap((profile) => {
    const counts = Array.from(profile);
    const darkest = counts.reduce(
      (least, value) => (value < least ? value : least),
      Number.POSITIVE_INFINITY,
    );
    return counts.map((value) => (Number.isNaN(value) ? EMPTY_BIN : value - darkest));
  });
}

/** Rows `ROI_WORDS` of the beads with ROIs of this size. */
export function packRois(setup: GpuSetup, size: number, starts: readonly TableStarts[]): Uint32Array {
  const { rois, width, layout, zLuts, zLutOfBead, seeds } = setup;
  const beads = rois.flatMap((roi, bead) => (roi.size === size ? [bead] : []));
  const places = roiPlaces(rois, width, layout);
  const words = new Uint32Array(beads.length * ROI_WORD_COUNT);
  const offsets = new Float32Array(words.buffer);
  for (const [index, bead] of beads.entries()) {
    const row = index * ROI_WORD_COUNT;
    const zLut = zLutOfBead[bead] ?? -1;
    words[row + ROI_WORDS.start] = places[bead]!.start;
    words[row + ROI_WORDS.stride] = places[bead]!.stride;
    words[row + ROI_WORDS.bead] = bead;
    words[row + ROI_WORDS.zLutStart] = starts[zLut]?.zLut ?? 0;
    words[row + ROI_WORDS.planes] = zLuts[zLut]?.planes ?? 0;
    words[row + ROI_WORDS.modelStart] = starts[zLut]?.model ?? NO_MODEL;
    const { xPx, yPx } = seeds?.[bead] ?? { xPx: Number.NaN, yPx: Number.NaN };
    packCenter(words, offsets, row, xPx, yPx);
    words[row + ROI_WORDS.seedKnot] = NO_SEED;
  }
  return words;
}

function packCenter(words: Uint32Array, offsets: Float32Array, row: number, xPx: number, yPx: number): void {
  words[row + ROI_WORDS.seedXWhole] = Number.isNaN(xPx) ? NO_SEED : Math.round(xPx);
  words[row + ROI_WORDS.seedYWhole] = Number.isNaN(yPx) ? NO_SEED : Math.round(yPx);
  offsets[row + ROI_WORDS.seedXOffset] = xPx - Math.round(xPx);
  offsets[row + ROI_WORDS.seedYOffset] = yPx - Math.round(yPx);
}

/** Writes into such rows where the beads were last. */
export function packLast(words: Uint32Array, { rois, zLuts, zLutOfBead }: GpuSetup, last: LastPlaces): void {
  const offsets = new Float32Array(words.buffer);
  for (let row = 0; row < words.length; row += ROI_WORD_COUNT) {
    const bead = words[row + ROI_WORDS.bead]!;
    const { left, top } = rois[bead]!;
    const model = zLuts[zLutOfBead[bead] ?? -1]?.model;
    packCenter(words, offsets, row, last.xPx[bead]! - left, last.yPx[bead]! - top);
    const knots = model ? (last.zNm[bead]! - model.startZNm) / model.stepZNm : Number.NaN;
    const knot = Math.min(Math.floor(knots), (model?.zKnots ?? 0) - LEAST_KNOTS);
    words[row + ROI_WORDS.seedKnot] = Number.isNaN(knots) ? NO_SEED : knot;
    offsets[row + ROI_WORDS.seedBeyond] = knots - knot;
  }
}
