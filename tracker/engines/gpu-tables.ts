import type { ZLut } from '#protocol/z-lut.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { NO_SEED, ROI_WORD_COUNT, ROI_WORDS } from './compose.ts';
import type { EngineSetup } from './engine.ts';

/** A setup with what only the test kernels of single stages need. */
export interface GpuSetup extends EngineSetup {
  /** [bead] center in ROI px that a plan without center-of-mass starts from; NaN: not known. */
  seeds?: readonly { xPx: number; yPx: number }[];
}

/** Value of every radius of a plane without contrast: farther from all unit vectors than any two of them. */
const FAR = 3;

/** [Z-LUT, radius, plane] unit deviations, so that neighboring lanes read neighboring planes. */
export function packZLuts(zLuts: readonly ZLut[]): { values: Float32Array; starts: number[] } {
  const starts: number[] = [];
  let length = 0;
  for (const { planes, radii } of zLuts) {
    starts.push(length);
    length += planes * (radii - SKIPPED_RADII);
  }
  const values = new Float32Array(length);
  for (const [index, zLut] of zLuts.entries()) {
    const width = zLut.radii - SKIPPED_RADII;
    const units = unitPlanes(zLut);
    for (let plane = 0; plane < zLut.planes; plane++) {
      for (let radius = 0; radius < width; radius++) {
        const value = units[plane * width + radius]!;
        values[starts[index]! + radius * zLut.planes + plane] = Number.isNaN(value) ? FAR : value;
      }
    }
  }
  return { values, starts };
}

/** Rows `ROI_WORDS` of the beads with ROIs of this size. */
export function packRois(setup: GpuSetup, size: number, zLutStarts: number[]): Uint32Array {
  const { rois, width, zLuts, zLutOfBead, seeds } = setup;
  const words: number[] = [];
  for (const [bead, roi] of rois.entries()) {
    if (roi.size !== size) continue;
    const zLut = zLutOfBead[bead] ?? -1;
    const row = new Uint32Array(ROI_WORD_COUNT);
    row[ROI_WORDS.start] = roi.top * width + roi.left;
    row[ROI_WORDS.bead] = bead;
    row[ROI_WORDS.zLutStart] = zLutStarts[zLut] ?? 0;
    row[ROI_WORDS.planes] = zLuts[zLut]?.planes ?? 0;
    const { xPx, yPx } = seeds?.[bead] ?? { xPx: Number.NaN, yPx: Number.NaN };
    const offsets = new Float32Array(row.buffer);
    row[ROI_WORDS.seedXWhole] = Number.isNaN(xPx) ? NO_SEED : Math.round(xPx);
    row[ROI_WORDS.seedYWhole] = Number.isNaN(yPx) ? NO_SEED : Math.round(yPx);
    offsets[ROI_WORDS.seedXOffset] = xPx - Math.round(xPx);
    offsets[ROI_WORDS.seedYOffset] = yPx - Math.round(yPx);
    words.push(...row);
  }
  return Uint32Array.from(words);
}
