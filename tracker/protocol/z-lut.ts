import { ZLutError } from './errors.ts';
import type { ZLutModel } from './z-lut-model.ts';
import type { ZLutOrigin } from './z-lut-origin.ts';

/** How the profiles of a Z-LUT were made: a bead must be looked up with profiles made alike. */
export interface ProfileMethod {
  /** Name of the stage that wrote them. */
  stage: string;
  /** Those of its parameters that decide what a profile is. */
  params: Record<string, unknown>;
  /** px of the ROIs. */
  roiSize: number;
}

/** Radial profiles of one bead (or kind of bead) at known heights. */
export interface ZLut {
  /** File or bead it came from, for messages. */
  name: string;
  planes: number;
  radii: number;
  /** [plane] nm, strictly increasing or strictly decreasing, not necessarily even. */
  planeZNm: Float64Array;
  /** [plane, radius] counts; NaN where a bin held no pixel. */
  profiles: Float64Array;
  /** Left out for the plain files of other programs, which sort whole pixels into rings as MagTrack does. */
  method?: ProfileMethod;
  /** For the stage maximum-likelihood; left out when none was made. */
  model?: ZLutModel;
  /** Where it comes from; left out when nothing is known. */
  origin?: ZLutOrigin;
}

/**
 * Z-LUT from the field's common matrix: row 0 the plane z in nm, below it one row per radius.
 * @param matrix [1 + radius, plane], row by row
 * @throws {ZLutError} if it has under 8 planes or 4 radii, or plane z that is not finite and strictly monotonic
 */
export function zLutFromMatrix(name: string, matrix: ArrayLike<number>, rows: number, planes: number): ZLut {
  const radii = rows - 1;
  if (planes < 8 || radii < 4 || matrix.length !== rows * planes) {
    throw new ZLutError({
      where: name,
      expected: 'a matrix of 1 + radii rows (row 0 is z in nm) and one column a plane, at least 5 x 8',
      received: `${rows} x ${planes} (${matrix.length} values)`,
    });
  }
  const planeZNm = Float64Array.from({ length: planes }, (_, plane) => matrix[plane]!);
  checkPlaneZ(`${name} row 0`, planeZNm);
  const profiles = new Float64Array(planes * radii);
  for (let radius = 0; radius < radii; radius++) {
    for (let plane = 0; plane < planes; plane++) {
      profiles[plane * radii + radius] = matrix[(radius + 1) * planes + plane]!;
    }
  }
  return { name, planes, radii, planeZNm, profiles };
}

/** @throws {ZLutError} if plane z is not finite and strictly monotonic, naming the plane */
export function checkPlaneZ(where: string, planeZNm: Float64Array): void {
  const direction = Math.sign(planeZNm[1]! - planeZNm[0]!);
  for (let plane = 0; plane < planeZNm.length; plane++) {
    const step = plane === 0 ? direction : (planeZNm[plane]! - planeZNm[plane - 1]!) * direction;
    if (!Number.isFinite(planeZNm[plane]!) || !(plane === 0 ? direction !== 0 : step > 0)) {
      throw new ZLutError({
        where: `${where}, plane ${plane}`,
        expected: 'plane z in nm, finite and strictly increasing or decreasing',
        received: `${planeZNm[plane]} after ${planeZNm[plane - 1]}`,
      });
    }
  }
}

/** The common matrix of a Z-LUT, [1 + radius, plane], row by row: the inverse of `zLutFromMatrix`. */
export function zLutToMatrix({ planes, radii, planeZNm, profiles }: ZLut): Float64Array {
  const matrix = new Float64Array((1 + radii) * planes);
  matrix.set(planeZNm);
  for (let radius = 0; radius < radii; radius++) {
    for (let plane = 0; plane < planes; plane++) {
      matrix[(radius + 1) * planes + plane] = profiles[plane * radii + radius]!;
    }
  }
  return matrix;
}

/**
 * Checks that a Z-LUT can be compared with the profiles of an ROI.
 * @param method how those profiles are made, and their number of radii; null when there are none
 * @throws {ZLutError} with both methods or both numbers of radii.
 */
export function assertZLutFits(
  zLut: ZLut,
  bead: number,
  method: (ProfileMethod & { radii: number }) | null,
): void {
  if (method === null) return;
  const where = `bead ${bead} Z-LUT ${zLut.name}`;
  const alike = zLut.method
    ? describeMethod(zLut.method) === describeMethod(method)
    : sortsWholePixels(method);
  if (!alike) {
    throw new ZLutError({
      where,
      expected: `profiles of ${describeMethod(method)}, as the pipeline makes them`,
      received: zLut.method
        ? describeMethod(zLut.method)
        : 'a file that does not say how its profiles were made, so of whole pixels in the nearest bins',
      remedy: 'build the Z-LUT with this pipeline (zlut build --preset or --config), or track with its own',
    });
  }
  if (zLut.radii === method.radii) return;
  const madeFor = zLut.method?.roiSize ?? zLut.radii * 2;
  throw new ZLutError({
    where,
    expected: `${method.radii} radii for its ROI of ${method.roiSize} px`,
    received: `${zLut.radii} radii (an ROI of ${madeFor} px)`,
    remedy: `use ROIs of ${madeFor} px or build a Z-LUT with ROIs of ${method.roiSize} px`,
  });
}

/** Whether a Z-LUT that says nothing of its method may be of this one: only nearest bins were made before. */
function sortsWholePixels({ params: { bins } }: ProfileMethod): boolean {
  return bins === undefined || bins === 'nearest';
}

/** Stage and parameters in a fixed order, e.g. `radial-profile (bins split, oversample 1)`. */
export function describeMethod({ stage, params }: ProfileMethod): string {
  const named = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`);
  return named.length === 0 ? stage : `${stage} (${named.join(', ')})`;
}
