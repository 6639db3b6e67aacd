import { expect } from 'vitest';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';

/** What float64 in another order may cost; nearest bins must be those of the reference to the last pixel. */
const TOLERANCE = { px: 1e-9, counts: 1e-9, zNm: 1e-3, score: 1e-7 };

/** The other bits are the engine's to set. */
const STAGE_BITS = TRACK_STATUS.ambiguous | TRACK_STATUS.unsure | TRACK_STATUS['lut-end'];

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
export async function expectSameBead(
  plan: Plan,
  roi: ParityCase,
  tolerance: Partial<typeof TOLERANCE> = {},
): Promise<BeadState> {
  const within = { ...TOLERANCE, ...tolerance };
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
    ['xPx', table.xPx[0]!, want.xPx, within.px],
    ['yPx', table.yPx[0]!, want.yPx, within.px],
    ['zNm', table.zNm[0]!, want.zNm, within.zNm],
    ['score', table.score[0]!, want.score, within.score],
    ...Array.from(table.profiles, (counts, radius): [string, number, number, number] => [
      `profile[${radius}]`,
      counts,
      want.profile[radius]!,
      within.counts * light,
    ]),
  ];
  const wrong = pairs.filter(
    ([, got, wanted, most]) => !Object.is(got, wanted) && !(Math.abs(got - wanted) <= most),
  );
  expect(wrong, JSON.stringify({ plan, size, pixelFormat, seed })).toEqual([]);
  expect(table.status[0]! & STAGE_BITS, JSON.stringify(plan)).toBe(want.status);
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
