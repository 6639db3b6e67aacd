import type { ZLut } from '#protocol/z-lut.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { median } from './sweep-statistics.ts';

/** How the planes of a Z-LUT resemble each other. */
export interface PlaneResemblance {
  planes: number;
  /** [plane, plane] Pearson correlation; NaN with a plane without contrast. */
  correlation: Float64Array;
  /** [plane] planes around it, itself among them, that resemble it more the nearer they are. */
  lobes: { first: number; last: number }[];
  /** [plane] planes over which the peak of the correlation falls to its half; NaN without contrast. */
  spans: Float64Array;
  /** [plane] usual loss of correlation by noise around it. */
  noise: Float64Array;
}

/** Correlation of every plane with every other, and where the peak around each ends. */
export function planeResemblance(zLut: ZLut): PlaneResemblance {
  const { planes } = zLut;
  const units = unitPlanes(zLut);
  const width = zLut.radii - SKIPPED_RADII;
  const correlation = new Float64Array(planes * planes);
  for (let plane = 0; plane < planes; plane++) {
    for (let other = plane; other < planes; other++) {
      let sum = 0;
      for (let radius = 0; radius < width; radius++) {
        sum += units[plane * width + radius]! * units[other * width + radius]!;
      }
      correlation[plane * planes + other] = sum;
      correlation[other * planes + plane] = sum;
    }
  }
  const rows = Array.from({ length: planes }, (_, plane) =>
    correlation.subarray(plane * planes, (plane + 1) * planes),
  );
  const noise = noiseAround(correlation, planes);
  const lobes = rows.map((row, plane) => ({
    first: slide(row, plane, -1, noise),
    last: slide(row, plane, 1, noise),
  }));
  const spans = Float64Array.from(rows, (row, plane) => halfSpan(row, plane, lobes[plane]!));
  return { planes, correlation, lobes, spans, noise };
}

/** Planes on either side whose differences tell the noise at a plane. */
const NOISE_PLANES = 8;

/** Rises of the correlation by less than so many times the noise are none. */
const RISE_NOISES = 2;

/** Loss of correlation with the mean of two planes, over the loss with one, by noise alone. */
const MEAN_LOSS = 0.75;

/**
 * [plane] usual loss of correlation by noise around it: between a plane and the mean of its neighbors, where what the
 * planes truly differ by cancels to second order.
 */
function noiseAround(correlation: Float64Array, planes: number): Float64Array {
  const at = (plane: number, other: number) => correlation[plane * planes + other]!;
  const losses = Float64Array.from({ length: Math.max(0, planes - 2) }, (_, before) => {
    const [plane, after] = [before + 1, before + 2];
    return (1 - (at(plane, before) + at(plane, after)) / Math.sqrt(2 + 2 * at(before, after))) / MEAN_LOSS;
  });
  return Float64Array.from({ length: planes }, (_, plane) =>
    median(losses.subarray(Math.max(0, plane - 1 - NOISE_PLANES), plane + NOISE_PLANES)),
  );
}

/** How far from its peak the correlation falls; a single plane that is unlike its neighbors does not end it. */
function slide(row: Float64Array, peak: number, step: 1 | -1, noise: Float64Array): number {
  const valueAt = (plane: number) => {
    const [before, after] = [row[plane - 1], row[plane + 1]];
    return before === undefined || after === undefined ? row[plane]! : median([before, row[plane]!, after]);
  };
  let lowest = peak;
  let value = 1;
  for (let plane = peak + step; plane >= 0 && plane < row.length; plane += step) {
    if (Number.isNaN(row[plane]!)) break;
    const next = valueAt(plane);
    if (next < value) {
      lowest = plane;
      value = next;
    } else if (next - value > RISE_NOISES * Math.max(noise[peak]!, noise[plane]!)) break;
  }
  return lowest;
}

/** Twice the planes from the peak to the middle between it and its lower foot, in fractions of a plane. */
function halfSpan(row: Float64Array, peak: number, { first, last }: { first: number; last: number }): number {
  // Near an end of the planes the other side alone falls.
  const [foot, step] = (row[first] ?? 1) < (row[last] ?? 1) ? [first, -1] : [last, 1];
  if (!(row[foot]! < row[peak]!)) return Number.NaN;
  const half = (row[peak]! + row[foot]!) / 2;
  let plane = peak;
  while (row[plane + step]! >= half) plane += step;
  const [above, below] = [row[plane]!, row[plane + step]!];
  return 2 * (Math.abs(plane - peak) + (above - half) / (above - below));
}
