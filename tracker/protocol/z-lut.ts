import { ZLutError } from './errors.ts';

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
  const direction = Math.sign(planeZNm[1]! - planeZNm[0]!);
  for (let plane = 0; plane < planes; plane++) {
    const step = plane === 0 ? direction : (planeZNm[plane]! - planeZNm[plane - 1]!) * direction;
    if (!Number.isFinite(planeZNm[plane]!) || !(plane === 0 ? direction !== 0 : step > 0)) {
      throw new ZLutError({
        where: `${name} row 0, plane ${plane}`,
        expected: 'plane z in nm, finite and strictly increasing or decreasing',
        received: `${planeZNm[plane]} after ${planeZNm[plane - 1]}`,
      });
    }
  }
  const profiles = new Float64Array(planes * radii);
  for (let radius = 0; radius < radii; radius++) {
    for (let plane = 0; plane < planes; plane++) {
      profiles[plane * radii + radius] = matrix[(radius + 1) * planes + plane]!;
    }
  }
  return { name, planes, radii, planeZNm, profiles };
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
 * Checks that a Z-LUT fits the profiles of an ROI.
 * @throws {ZLutError} with both numbers of radii.
 */
export function assertZLutFits(zLut: ZLut, bead: number, roiSize: number, radii: number): void {
  if (zLut.radii === radii) return;
  throw new ZLutError({
    where: `bead ${bead} Z-LUT ${zLut.name}`,
    expected: `${radii} radii for its ROI of ${roiSize} px`,
    received: `${zLut.radii} radii (an ROI of ${zLut.radii * 2} px)`,
    remedy: `use ROIs of ${zLut.radii * 2} px or build a Z-LUT with ROIs of ${roiSize} px`,
  });
}
