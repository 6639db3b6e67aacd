import type { ZLut } from '#protocol/z-lut.ts';

/** Rings that widen and change with height, as those of a bead out of focus: counts at a radius and a true height. */
function ringCounts(radiusPx: number, zNm: number): number {
  const width = 3 + zNm / 500;
  return 120 + 60 * Math.cos((2 * Math.PI * radiusPx) / width) * Math.exp(-radiusPx / 9);
}

/** A Z-LUT of such rings at some heights, each named as `named` says. */
export function sampledZLut(
  name: string,
  trueZNm: readonly number[],
  named: (zNm: number) => number = (zNm) => zNm,
): ZLut {
  const radii = 24;
  return {
    name,
    ...{ planes: trueZNm.length, radii },
    planeZNm: Float64Array.from(trueZNm, named),
    profiles: Float64Array.from({ length: trueZNm.length * radii }, (_, index) =>
      ringCounts(index % radii, trueZNm[Math.floor(index / radii)]!),
    ),
  };
}

/** Heights from one to another, evenly. */
export function heightsNm(fromNm: number, toNm: number, stepNm: number): number[] {
  return Array.from(
    { length: Math.floor((toNm - fromNm) / stepNm) + 1 },
    (_, plane) => fromNm + plane * stepNm,
  );
}
