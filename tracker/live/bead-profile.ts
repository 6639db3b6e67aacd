import type { ProfileMessage } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, planMethod, stageNamed } from '#stages/plan.ts';
import { MIN_RADIUS_PX, polarGrid } from '#stages/polar-samples.ts';

/** One bead in one frame as it was tracked. */
export interface SeenBead {
  frame: number;
  roi: Roi;
  /** [row, column] counts of the ROI. */
  pixels: Float64Array;
  /** px of the full frame. */
  xPx: number;
  yPx: number;
  zNm: number;
}

/**
 * Radial profile about the tracked center, by the profile stage of the plan (or that of the Z-LUT, where the plan makes
 * none), beside the plane of the Z-LUT that is nearest to the tracked z.
 */
export function beadProfile(seen: SeenBead, plan: Plan, zLut: ZLut | null): ProfileMessage {
  const { frame, roi, pixels, xPx, yPx, zNm } = seen;
  const method = planMethod(plan, roi.size) ?? zLut?.method ?? { stage: 'radial-profile', params: {} };
  const stage = stageNamed(method.stage);
  const params = stage.params.parse(method.params);
  const counts = new Float64Array(stage.radii!(params, roi.size)).fill(Number.NaN);
  const center = { xPx: xPx - roi.left, yPx: yPx - roi.top };
  stage.reference(
    { pixels, size: roi.size, zLut: null, ...center, profile: counts, zNm: Number.NaN, score: Number.NaN },
    params,
  );
  const radii = radiiPx(method.stage, params, counts.length, roi.size);
  return {
    type: 'profile',
    ...{ bead: roi.bead, frame, zNm, counts },
    unit: radii ? 'px' : 'bin',
    radii: radii ?? Float64Array.from(counts, (_, bin) => bin),
    plane: zLut && zLut.radii === counts.length ? nearestPlane(zLut, zNm, counts) : null,
  };
}

/** [radius] px; null for a stage whose bins are no distances. */
function radiiPx(
  stage: string,
  params: Record<string, unknown>,
  radii: number,
  size: number,
): Float64Array | null {
  if (stage !== 'radial-profile') return null;
  const { bins, oversample, angularDensity } = params;
  if (bins !== 'interpolate')
    return Float64Array.from({ length: radii }, (_, bin) => bin / Number(oversample));
  const { stepPx } = polarGrid(size, radii, Number(angularDensity));
  return Float64Array.from({ length: radii }, (_, circle) => MIN_RADIUS_PX + circle * stepPx);
}

/** The plane nearest to a height, with the gain and offset that bring it nearest to a profile; null without z. */
function nearestPlane(zLut: ZLut, zNm: number, counts: Float64Array): ProfileMessage['plane'] {
  if (!Number.isFinite(zNm)) return null;
  const { planeZNm, profiles, radii } = zLut;
  let nearest = 0;
  for (let plane = 1; plane < planeZNm.length; plane++) {
    if (Math.abs(planeZNm[plane]! - zNm) < Math.abs(planeZNm[nearest]! - zNm)) nearest = plane;
  }
  const own = profiles.slice(nearest * radii, (nearest + 1) * radii);
  const { gain, offset } = fitLight(own, counts);
  return { zNm: planeZNm[nearest]!, counts: own.map((value) => gain * value + offset) };
}

/** Least squares of `gain * from + offset` to `to` over the radii where both are finite. */
function fitLight(from: Float64Array, to: Float64Array): { gain: number; offset: number } {
  const both = [...from.keys()].filter((at) => Number.isFinite(from[at]! + to[at]!));
  const mean = (column: Float64Array) => both.reduce((sum, at) => sum + column[at]!, 0) / both.length;
  const [meanFrom, meanTo] = [mean(from), mean(to)];
  let product = 0;
  let square = 0;
  for (const at of both) {
    product += (from[at]! - meanFrom) * (to[at]! - meanTo);
    square += (from[at]! - meanFrom) ** 2;
  }
  const gain = square > 0 ? product / square : 0;
  return { gain, offset: meanTo - gain * meanFrom };
}
