import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { ZLutError } from '#protocol/errors.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { buildZLut, type SweepFrame } from '#zlut-tools/build.ts';
import type { SweepEngine } from '#zlut-tools/sweep-tracks.ts';
import { ringCounts } from '../stages/synthetic-bead.ts';

const shape: FrameShape = { width: 52, height: 44, pixelFormat: 'mono8' };
const roi = { bead: 0, left: 7, top: 2, size: 40 };
const plan = parsePlan(MAGTRACK_PLAN);

/** One frame buffer that is written anew for each frame, as a stack reader may do. */
async function* sweep(
  planeZNm: number[],
  change?: (pixels: Uint8Array, frame: number) => void,
): AsyncGenerator<SweepFrame> {
  const pixels = new Uint8Array(shape.width * shape.height);
  for (const [frame, zNm] of planeZNm.entries()) {
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const [column, row] = [pixel % shape.width, Math.floor(pixel / shape.width)];
      // The bead drifts by up to 1.7 px while the focus moves.
      pixels[pixel] = ringCounts(Math.hypot(column - 27 - zNm / 1500, row - 21), zNm / 100) + 0.5;
    }
    change?.(pixels, frame);
    yield { pixels, planeZNm: zNm };
  }
}

const build = (frames: AsyncIterable<SweepFrame>) =>
  buildZLut(frames, { engine: createReferenceEngine(), plan, shape, roi, name: 'sweep' });

const heights = Array.from({ length: 26 }, (_, plane) => plane * 100);

describe('plain Z-LUT', () => {
  test('holds the rings of every plane, rising, whatever the order of the frames', async () => {
    const { zLut, used, rejected } = await build(sweep(heights));
    expect([zLut.planes, zLut.radii, used, rejected]).toEqual([26, 20, 26, 0]);
    expect([...zLut.planeZNm]).toEqual(heights);
    for (let radius = 5; radius < 18; radius++) {
      // counts: bins 1 px wide sample the slope of the rings unevenly
      expect(Math.abs(zLut.profiles[15 * 20 + radius]! - ringCounts(radius, 15))).toBeLessThan(8);
    }
    const fallen = await build(sweep(heights.toReversed()));
    expect(fallen.zLut.profiles).toEqual(zLut.profiles);
  });

  test('frames of one plane are averaged, bin by bin, without empty bins', async () => {
    const scripted: SweepEngine = {
      async configure() {},
      async moveRois() {},
      async track(frames, { xPx, yPx, profiles, radii }) {
        for (let frame = 0; frame < frames.length; frame++) {
          const [level] = new Uint8Array(frames[frame]!);
          xPx[frame] = yPx[frame] = level === 9 ? Number.NaN : 20;
          profiles.fill(level!, frame * radii, (frame + 1) * radii);
          if (level === 20) profiles[frame * radii + 1] = Number.NaN;
          profiles[frame * radii + 2] = Number.NaN;
        }
      },
    };
    const levels = [20, 24, 9];
    const frames = sweep(
      heights.flatMap((zNm) => levels.map(() => zNm)),
      (pixels, frame) => pixels.fill(levels[frame % 3]!),
    );
    const { zLut, used, rejected } = await buildZLut(frames, {
      engine: scripted,
      plan,
      shape,
      roi,
      name: 'sweep',
    });
    expect([used, rejected]).toEqual([52, 26]);
    expect([...zLut.profiles.subarray(20, 25)]).toEqual([22, 24, Number.NaN, 22, 22]);
  });

  test('a bead is told when it is judged and when it is built, also one that gets no Z-LUT', async () => {
    const steps: string[] = [];
    const facts = { engine: createReferenceEngine(), plan, shape, roi, name: 'sweep' };
    const onBead = (step: string) => steps.push(step);
    await expect(buildZLut(sweep(heights.slice(0, 3)), { ...facts, onBead })).rejects.toThrow(/8 or more/);
    expect(steps).toEqual(['judged', 'built']);
  });

  test('frames without the bead are left out and counted', async () => {
    const twice = heights.flatMap((zNm) => [zNm, zNm]);
    const blank = (pixels: Uint8Array, frame: number) => {
      if (frame === 9 || frame === 20) pixels.fill(60);
    };
    const { zLut, used, rejected } = await build(sweep(twice, blank));
    expect([used, rejected]).toEqual([50, 2]);
    expect(zLut.profiles).toEqual((await build(sweep(heights))).zLut.profiles);
    expect(zLut.origin?.frames).toEqual({ used: 50, rejected: { lost: 2 } });
  });

  test('a plane without the bead is left out and told', async () => {
    const blank = (pixels: Uint8Array, frame: number) => {
      if (frame === 4) pixels.fill(60);
    };
    const { zLut, missingZNm, rejections } = await build(sweep(heights, blank));
    expect(missingZNm).toEqual([400]);
    expect(rejections.lost).toBe(1);
    expect([...zLut.planeZNm]).toEqual(heights.filter((zNm) => zNm !== 400));
  });

  test('a sweep that shows the bead in less than half of its planes is refused', async () => {
    const blank = (pixels: Uint8Array, frame: number) => {
      if (frame % 3 !== 0) pixels.fill(60);
    };
    await expect(build(sweep(heights, blank))).rejects.toThrow(
      /sweep plane z 100 nm: .*received none in 17 of 26 planes; move the ROI/,
    );
  });

  test('fewer than 8 planes are refused', async () => {
    await expect(build(sweep(heights.slice(0, 7)))).rejects.toThrow(ZLutError);
    expect((await build(sweep(heights.slice(0, 8)))).zLut.planes).toBe(8);
  });
});
