import { expect } from 'vitest';
import type { GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { trackRoi } from '#engines/reference.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, planRadii } from '#stages/plan.ts';

/** A square ROI of counts that are exact as float32. */
export interface ParityRoi {
  pixels: Float32Array;
  size: number;
}

/** How far float32 may be from float64. */
export interface ParityTolerance {
  px: number;
  counts: number;
  zNm: number;
  score: number;
}

/**
 * Tracks each ROI, as the frame of one ROI, on the GPU and by the float64 reference, and expects the same numbers,
 * NaN where it is NaN.
 * @returns what the GPU engine gave, a frame an ROI
 */
export async function expectParity(
  engine: GpuEngine,
  plan: Plan,
  rois: ParityRoi[],
  tolerance: ParityTolerance,
  zLut: ZLut | null = null,
) {
  const { size } = rois[0]!;
  const radii = planRadii(plan, size);
  const table = createTrackTable(rois.length, 1, radii);
  await engine.configure({
    plan,
    width: size,
    height: size,
    pixelFormat: 'float32',
    rois: [{ bead: 0, left: 0, top: 0, size }],
    zLuts: zLut ? [zLut] : [],
    zLutOfBead: [zLut ? 0 : -1],
    profiles: radii > 0,
  });
  await engine.track(
    rois.map(({ pixels }) => pixels.slice().buffer),
    table,
  );
  for (const [frame, { pixels }] of rois.entries()) {
    const want = trackRoi(Float64Array.from(pixels), size, zLut, plan);
    const profile = table.profiles.subarray(frame * radii, (frame + 1) * radii);
    const pairs: [string, number, number, number][] = [
      ['xPx', table.xPx[frame]!, want.xPx, tolerance.px],
      ['yPx', table.yPx[frame]!, want.yPx, tolerance.px],
      ['zNm', table.zNm[frame]!, want.zNm, tolerance.zNm],
      ['score', table.score[frame]!, want.score, tolerance.score],
      ...Array.from(profile, (counts, radius): [string, number, number, number] => [
        `profile[${radius}]`,
        counts,
        want.profile[radius]!,
        tolerance.counts,
      ]),
    ];
    const wrong = pairs.filter(
      ([, got, wanted, within]) => !Object.is(got, wanted) && !(Math.abs(got - wanted) <= within),
    );
    expect(wrong, `ROI ${frame}`).toEqual([]);
  }
  return table;
}
