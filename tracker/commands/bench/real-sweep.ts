import type { Engine } from '#engines/engine.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { Plan } from '#stages/plan.ts';
import { needsModel, planFits } from '#stages/plan-needs.ts';
import { buildZLut } from '#zlut-tools/build.ts';
import type { RealFrames } from './real-frames.ts';
import { median, quantile } from './statistics.ts';

/** What the tracks of the odd frames of a sweep say, by the Z-LUT of the even ones. */
export interface SweepScore {
  frames: number;
  found: number;
  /** Middle distance of z from the recorded focus, and that which nine of ten are within, nm. */
  medianErrorNm: number;
  errorNm90: number;
  /** Of the fit; null where the plan states none. */
  sigmaZNm: number | null;
  chiSquared: number | null;
  /** Share of the frames whose distance is within the stated sigma: 0.68 where it is true. */
  withinSigma: number | null;
  /** Frames whose status says that the model is not quite that of the bead, or not at all. */
  poorFit: number | null;
}

/** Frames of a sweep that are scored together. */
export interface SweepPart {
  from: number;
  to: number;
}

/** Tracks [odd frame] of a focal sweep by a Z-LUT of the even frames, one to a plane. */
export async function trackSweep(
  engine: Engine,
  plan: Plan,
  { shape, roi, bytes }: RealFrames,
  focusNm: readonly number[],
): Promise<TrackTable> {
  async function* even() {
    for (const [frame, pixels] of bytes.entries()) {
      if (frame % 2 === 0) yield { pixels: new Uint8Array(pixels), planeZNm: focusNm[frame]! };
    }
  }
  const { zLut } = await buildZLut(even(), {
    ...{ engine, plan, shape, roi, name: 'even frames' },
    ...(needsModel(plan) && { onModelRound: () => {} }),
  });
  await engine.configure({ ...shape, plan, rois: [roi], zLuts: [zLut], zLutOfBead: [0], profiles: false });
  const odd = bytes.filter((_, frame) => frame % 2 === 1);
  const table = createTrackTable(odd.length, 1, 0, planFits(plan));
  await engine.track(odd, table);
  return table;
}

/** @param part numbers of frames of the whole sweep */
export function scoreSweep(
  table: TrackTable,
  focusNm: readonly number[],
  { from, to }: SweepPart,
): SweepScore {
  const rows = [...table.zNm.keys()].filter((row) => 2 * row + 1 >= from && 2 * row + 1 < to);
  const found = rows.filter((row) => !Number.isNaN(table.zNm[row]!));
  const off = (row: number) => Math.abs(table.zNm[row]! - focusNm[2 * row + 1]!);
  const errors = found.map(off);
  const score = {
    frames: rows.length,
    found: found.length,
    medianErrorNm: median(errors),
    errorNm90: quantile(errors, 0.9),
  };
  if (!table.fits) return { ...score, sigmaZNm: null, chiSquared: null, withinSigma: null, poorFit: null };
  const misfit = TRACK_STATUS['poor-fit'] | TRACK_STATUS.unsure;
  return {
    ...score,
    sigmaZNm: median(found.map((row) => table.sigmaZNm[row]!)),
    chiSquared: median(rows.map((row) => table.chiSquared[row]!)),
    withinSigma: found.filter((row) => off(row) < table.sigmaZNm[row]!).length / found.length,
    poorFit: rows.filter((row) => (table.status[row]! & misfit) !== 0).length,
  };
}
