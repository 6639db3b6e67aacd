import { expect } from 'vitest';
import { createWasmEngine } from '#engines/wasm.ts';
import { PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';

/** What float64 in another order may cost; nearest bins must be those of the reference to the last pixel. */
const TOLERANCE = { px: 1e-9, counts: 1e-9, zNm: 1e-3, score: 1e-7 };

/** One ROI, and what a plan that does not begin at the pixels begins with. */
export interface ParityCase {
  pixels: ArrayLike<number>;
  size: number;
  pixelFormat: PixelFormat;
  seed?: { xPx: number; yPx: number };
  profile?: ArrayLike<number>;
  zLut?: ZLut;
}

/** Runs a plan on the kernel and as the stages are written, and expects the same; returns what the stages made. */
export async function expectSameBead(plan: Plan, roi: ParityCase): Promise<BeadState> {
  const want = runStages(plan, roi);
  const { size, pixelFormat, seed, profile, zLut } = roi;
  const radii = planRadii(plan, size);
  const engine = createWasmEngine();
  await engine.configure({
    plan,
    width: size,
    height: size,
    pixelFormat,
    rois: [{ bead: 0, left: 0, top: 0, size }],
    zLuts: zLut ? [zLut] : [],
    zLutOfBead: [zLut ? 0 : -1],
    profiles: radii > 0,
    keepsDark: true,
    ...(seed ? { seeds: [seed] } : {}),
    ...(profile ? { givenProfiles: [profile] } : {}),
  });
  const frame = new ArrayBuffer(size * size * PIXEL_FORMATS[pixelFormat].bytesPerPixel);
  viewPixels(frame, pixelFormat).set(roi.pixels);
  const table = createTrackTable(1, 1, radii);
  await engine.track([frame], table);
  await engine.close();

  const light = Math.max(1, ...Array.from(want.profile, (counts) => Math.abs(counts) || 0));
  const pairs: [string, number, number, number][] = [
    ['xPx', table.xPx[0]!, want.xPx, TOLERANCE.px],
    ['yPx', table.yPx[0]!, want.yPx, TOLERANCE.px],
    ['zNm', table.zNm[0]!, want.zNm, TOLERANCE.zNm],
    ['score', table.score[0]!, want.score, TOLERANCE.score],
    ...Array.from(table.profiles, (counts, radius): [string, number, number, number] => [
      `profile[${radius}]`,
      counts,
      want.profile[radius]!,
      TOLERANCE.counts * light,
    ]),
  ];
  const wrong = pairs.filter(
    ([, got, wanted, within]) => !Object.is(got, wanted) && !(Math.abs(got - wanted) <= within),
  );
  expect(wrong, JSON.stringify({ plan, size, pixelFormat, seed })).toEqual([]);
  // Some bits are the engine's to set, all that stages set must be there.
  expect(table.status[0]! & (want.status ?? 0)).toBe(want.status ?? 0);
  return want;
}

function runStages(plan: Plan, { pixels, size, seed, profile, zLut }: ParityCase): BeadState {
  const bead: BeadState = {
    pixels: Float64Array.from(pixels),
    size,
    zLut: zLut ?? null,
    xPx: seed?.xPx ?? Number.NaN,
    yPx: seed?.yPx ?? Number.NaN,
    profile: Float64Array.from(profile ?? []),
    zNm: Number.NaN,
    score: Number.NaN,
    status: 0,
  };
  for (const { stage, params } of plan) stageNamed(stage).reference(bead, params);
  return bead;
}
