import type { Engine } from '#engines/engine.ts';
import { type FrameShape, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';
import { needsModel, planFits } from '#stages/plan-needs.ts';
import { buildZLut } from '#zlut-tools/build.ts';
import { halvesApart } from './pixel-halves.ts';
import type { RealFrames } from './real-frames.ts';
import type { PublishedTracks } from './real-recordings.ts';
import { median, quantile } from './statistics.ts';

/** Heights that frames of one height are given in turn, for a model of x and y alone. */
const FALSE_PLANES = { count: 8, stepNm: 100 };

/** What the tracks of a bead at one height say. */
export interface SeriesScore {
  frames: number;
  found: number;
  /** Standard deviation of one frame along x and y, from the differences of frames that follow one another, px. */
  noisePx: number;
  /** Median of what the fit states, px; null where the plan states none. */
  sigmaPx: number | null;
  chiSquared: number | null;
  /** Spread of x and y from every second pixel less those from the others over the stated sigma: 1 where it is true. */
  halvesSpread: number | null;
}

/** Tracks of a series, [frame], without z. */
export interface SeriesTracks {
  table: TrackTable;
  /** [frame] Differences along x and y of the two halves of its pixels; empty without a model. */
  halves: [x: number, y: number][];
}

/**
 * Tracks a bead that stays at one height. There is no focal sweep to calibrate with, so a plan that needs a model gets
 * one of the recording itself: its frames, dealt to heights that are made up. Such a model knows nothing of z, of
 * which x and y are independent in round rings; each half of the frames is tracked with the model of the other.
 */
export async function trackSeries(
  engine: Engine,
  plan: Plan,
  { shape, roi, bytes }: RealFrames,
): Promise<SeriesTracks> {
  const halves: SeriesTracks['halves'] = [];
  const table = createTrackTable(bytes.length, 1, 0, planFits(plan));
  for (const half of [0, 1]) {
    const frames = [...bytes.keys()].filter((frame) => frame % 2 === half);
    const others = bytes.filter((_, frame) => frame % 2 !== half);
    const zLuts: ZLut[] = [];
    if (needsModel(plan)) {
      const { zLut } = await buildZLut(dealt(others), {
        ...{ engine, plan, shape, roi, name: 'the other half of the frames' },
        onModelRound: () => {},
      });
      zLuts.push(zLut);
    }
    const zLutOfBead = [zLuts.length - 1];
    await engine.configure({ ...shape, plan, rois: [roi], zLuts, zLutOfBead, profiles: false });
    const tracked = createTrackTable(frames.length, 1, 0, planFits(plan));
    await engine.track(
      frames.map((frame) => bytes[frame]!),
      tracked,
    );
    for (const [index, frame] of frames.entries()) {
      copyRow(tracked, index, table, frame);
      const model = zLuts[0]?.model;
      if (!model) continue;
      const pixels = cropRoi(bytes[frame]!, shape, roi);
      const [x, y] = [tracked.xPx[index]! - roi.left, tracked.yPx[index]! - roi.top];
      const apart = halvesApart(pixels, model, x, y, FALSE_PLANES.stepNm);
      if (apart) halves.push(apart);
    }
  }
  return { table, halves };
}

export function scoreSeries({ table, halves }: SeriesTracks): SeriesScore {
  const frames = [...table.xPx.keys()];
  const found = frames.filter((frame) => !Number.isNaN(table.xPx[frame]! + table.yPx[frame]!));
  const noise = (px: Float64Array) => {
    const squares = found
      .filter((frame, index) => found[index + 1] === frame + 1)
      .map((frame) => (px[frame + 1]! - px[frame]!) ** 2 / 2);
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  };
  return {
    frames: frames.length,
    found: found.length,
    noisePx: Math.hypot(noise(table.xPx), noise(table.yPx)) / Math.SQRT2,
    sigmaPx: table.fits ? median(finite(found.map((frame) => table.sigmaXPx[frame]!))) : null,
    chiSquared: table.fits ? median(finite(found.map((frame) => table.chiSquared[frame]!))) : null,
    halvesSpread: halves.length > 0 ? robustSpread(halves.flat()) : null,
  };
}

/**
 * Standard deviation of the distance to tracks of another program along x and y, px: those have noise of their own, and
 * may know another point of the bead.
 */
export function agreement({ xPx, yPx }: TrackTable, published: PublishedTracks): number {
  const spread = (ours: Float64Array, theirs: readonly number[]) => {
    const off = finite(theirs.map((px, frame) => ours[frame]! - px));
    const middle = off.reduce((sum, value) => sum + value, 0) / off.length;
    return Math.sqrt(off.reduce((sum, value) => sum + (value - middle) ** 2, 0) / off.length);
  };
  return Math.hypot(spread(xPx, published.xPx), spread(yPx, published.yPx)) / Math.SQRT2;
}

const finite = (values: readonly number[]) => values.filter(Number.isFinite);

/** Standard deviation by the quartiles, so that a few frames in which a half goes astray do not decide. */
function robustSpread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 1.349;
}

/** [row, column] counts of an ROI. */
function cropRoi(
  frame: ArrayBuffer,
  { width, pixelFormat }: FrameShape,
  { left, top, size }: Roi,
): Float64Array {
  const pixels = viewPixels(frame, pixelFormat);
  return Float64Array.from(
    { length: size * size },
    (_, at) => pixels[(top + Math.floor(at / size)) * width + left + (at % size)]!,
  );
}

async function* dealt(frames: readonly ArrayBuffer[]) {
  const { count, stepNm } = FALSE_PLANES;
  for (const [index, frame] of frames.entries()) {
    yield { pixels: new Uint8Array(frame), planeZNm: stepNm * (index % count) };
  }
}

function copyRow(from: TrackTable, row: number, to: TrackTable, into: number): void {
  to.xPx[into] = from.xPx[row]!;
  to.yPx[into] = from.yPx[row]!;
  to.status[into] = from.status[row]!;
  if (!from.fits || !to.fits) return;
  to.sigmaXPx[into] = from.sigmaXPx[row]!;
  to.sigmaYPx[into] = from.sigmaYPx[row]!;
  to.chiSquared[into] = from.chiSquared[row]!;
}
