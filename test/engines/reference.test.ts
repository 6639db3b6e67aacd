import { describe, expect, test } from 'vitest';
import type { EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine, trackRoi } from '#engines/reference.ts';
import { RoiError, ZLutError } from '#protocol/errors.ts';
import { frameBytes, PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import { describeStatus } from '#protocol/track-status.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { ringCounts, ringZLut } from '../stages/synthetic-bead.ts';

const WIDTH = 130;
const HEIGHT = 70;
const plan = parsePlan(MAGTRACK_PLAN);

/** Three beads side by side, full-frame px; the last has the larger ROI. */
const beads = [
  { bead: 4, left: 3, top: 21, size: 40, xPx: 22.3, yPx: 41.8, plane: 9.3 },
  { bead: 7, left: 44, top: 9, size: 40, xPx: 64.7, yPx: 28.1, plane: 12 },
  { bead: 9, left: 84, top: 20, size: 46, xPx: 107.2, yPx: 43.4, plane: 14.6 },
];
const rois = beads.map(({ bead, left, top, size }) => ({ bead, left, top, size }));
const zLuts = [ringZLut(20), ringZLut(23)];

function setupFor(pixelFormat: PixelFormat, changes: Partial<EngineSetup> = {}): EngineSetup {
  const base = { plan, width: WIDTH, height: HEIGHT, pixelFormat, rois, zLuts, zLutOfBead: [0, 0, 1] };
  return { ...base, profiles: true, ...changes };
}

/** A frame of the beads in counts times `gain`; `change` may spoil it. */
function frameOf(
  pixelFormat: PixelFormat,
  gain = 1,
  change?: (pixels: { [index: number]: number }) => void,
): ArrayBuffer {
  const frame = new ArrayBuffer(frameBytes({ width: WIDTH, height: HEIGHT, pixelFormat }));
  const pixels = viewPixels(frame, pixelFormat);
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const { xPx, yPx, plane } = column < 43 ? beads[0]! : column < 84 ? beads[1]! : beads[2]!;
      pixels[row * WIDTH + column] = gain * ringCounts(Math.hypot(column - xPx, row - yPx), plane);
    }
  }
  change?.(pixels);
  return frame;
}

async function track(setup: EngineSetup, frames: ArrayBuffer[], radii = 0): Promise<TrackTable> {
  const engine = createReferenceEngine();
  await engine.configure(setup);
  const table = createTrackTable(frames.length, setup.rois.length, radii);
  await engine.track(frames, table);
  await engine.close();
  return table;
}

const statusOf = (table: TrackTable) => Array.from(table.status, describeStatus);

describe('reference engine', () => {
  test.each<[PixelFormat, number]>([
    ['mono8', 1],
    ['mono12', 16],
    ['mono16', 250],
    ['float32', 1],
  ])('finds beads of mixed ROI sizes in a %s frame to 0.02 px and 30 nm', async (pixelFormat, gain) => {
    const { xPx, yPx, zNm, score, status } = await track(setupFor(pixelFormat), [frameOf(pixelFormat, gain)]);
    for (const [index, bead] of beads.entries()) {
      // px: a parabola on a smooth peak; nm: bins 1 px wide shift z with the place of the center in its pixel
      expect(Math.abs(xPx[index]! - bead.xPx)).toBeLessThan(0.02);
      expect(Math.abs(yPx[index]! - bead.yPx)).toBeLessThan(0.02);
      expect(Math.abs(zNm[index]! - (1000 + 100 * bead.plane))).toBeLessThan(30);
      expect(score[index]).toBeGreaterThan(0.99);
    }
    expect([...status]).toEqual([0, 0, 0]);
  });

  test('a batch is tracked frame by frame, as each frame alone', async () => {
    const frames = [frameOf('mono8'), frameOf('mono8', 0.5), frameOf('mono8', 0.8)];
    const batch = await track(setupFor('mono8'), frames);
    for (const [frame, bytes] of frames.entries()) {
      const alone = await track(setupFor('mono8'), [bytes]);
      expect(batch.xPx.slice(frame * 3, frame * 3 + 3)).toEqual(alone.xPx);
      expect(batch.zNm.slice(frame * 3, frame * 3 + 3)).toEqual(alone.zNm);
    }
  });

  test('gives what the stages give on the ROI alone', async () => {
    const frame = frameOf('float32');
    const pixels = viewPixels(frame, 'float32');
    const { left, top, size } = rois[1]!;
    const roi = Float64Array.from({ length: size * size }, (_, pixel) => {
      return pixels[(top + Math.floor(pixel / size)) * WIDTH + left + (pixel % size)]!;
    });
    const alone = trackRoi(roi, size, zLuts[0]!, plan);
    const table = await track(setupFor('float32'), [frame], 23);
    expect(table.xPx[1]).toBe(alone.xPx + left);
    expect(table.yPx[1]).toBe(alone.yPx + top);
    expect(table.zNm[1]).toBe(alone.zNm);
    expect(table.score[1]).toBe(alone.score);
    expect(table.profiles.slice(23, 43)).toEqual(alone.profile);
  });

  test.each<PixelFormat>(['mono8', 'mono16', 'float32'])(
    'gives the same of %s ROIs sent alone, in shared memory, also when they move',
    async (pixelFormat) => {
      const whole = viewPixels(frameOf(pixelFormat), pixelFormat);
      const cut = (table: typeof rois) =>
        table.flatMap(({ left, top, size }) =>
          Array.from({ length: size }, (_, row) => {
            return [...whole.subarray((top + row) * WIDTH + left, (top + row) * WIDTH + left + size)];
          }).flat(),
        );
      const moved = rois.map((roi) => ({ ...roi, left: roi.left - 1, top: roi.top + 2 }));
      const engine = createReferenceEngine();
      const inRois = createTrackTable(2, 3);
      const inFrame = createTrackTable(2, 3);
      for (const [layout, table] of [
        ['rois', inRois],
        ['whole', inFrame],
      ] as const) {
        await engine.configure(setupFor(pixelFormat, { layout, profiles: false }));
        for (const [frame, places] of [rois, moved].entries()) {
          const counts = layout === 'rois' ? cut(places) : [...whole];
          const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
          const bytes = new SharedArrayBuffer(counts.length * bytesPerPixel);
          viewPixels(bytes, pixelFormat).set(counts);
          const one = createTrackTable(1, 3);
          if (frame > 0) await engine.moveRois(places);
          await engine.track([bytes], one);
          for (const column of ['xPx', 'yPx', 'zNm', 'score', 'status'] as const)
            table[column].set(one[column], 3 * frame);
        }
      }
      for (const column of ['xPx', 'yPx', 'zNm', 'score', 'status'] as const)
        expect(inRois[column], column).toEqual(inFrame[column]);
      expect(inRois.xPx.every(Number.isFinite)).toBe(true);
    },
  );

  test('profiles of a smaller ROI end in NaN', async () => {
    const { profiles } = await track(setupFor('mono8'), [frameOf('mono8')], 23);
    expect(profiles.slice(20, 23)).toEqual(new Float64Array(3).fill(Number.NaN));
    expect(profiles.slice(46).slice(1).every(Number.isFinite)).toBe(true);
  });

  test('a blank bead is NaN, says so, and leaves its neighbors as they were', async () => {
    const { left, top, size } = rois[1]!;
    for (const level of [0, 77]) {
      const blanked = frameOf('mono8', 1, (pixels) => {
        for (let row = top; row < top + size; row++) {
          for (let column = left; column < left + size; column++) pixels[row * WIDTH + column] = level;
        }
      });
      const table = await track(setupFor('mono8'), [blanked, frameOf('mono8')], 23);
      const good = await track(setupFor('mono8'), [frameOf('mono8')], 23);
      expect([table.xPx[1], table.yPx[1], table.zNm[1], table.score[1]]).toEqual(
        new Array(4).fill(Number.NaN),
      );
      expect(statusOf(table)).toEqual(['ok', 'no-light+lost', 'ok', 'ok', 'ok', 'ok']);
      for (const index of [0, 2]) {
        expect(table.xPx[index]).toBe(good.xPx[index]);
        expect(table.zNm[index]).toBe(good.zNm[index]);
      }
      expect(table.zNm.slice(3), 'the frame after').toEqual(good.zNm);
      expect(table.profiles[23], 'mean of the ROI in bin 0').toBe(level);
    }
  });

  test('a blank bead is NaN also in a plan that would place it in the middle', async () => {
    const blank = frameOf('mono8', 1, (pixels) => {
      for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) pixels[pixel] = 77;
    });
    const coarse = parsePlan([{ stage: 'center-of-mass' }]);
    const table = await track(setupFor('mono8', { plan: coarse, zLuts: [], zLutOfBead: [-1, -1, -1] }), [
      blank,
    ]);
    expect(statusOf(table)).toEqual(new Array(3).fill('no-light+lost'));
  });

  test('a NaN pixel loses its bead only', async () => {
    const frame = frameOf('float32', 1, (pixels) => {
      pixels[41 * WIDTH + 22] = Number.NaN;
    });
    const table = await track(setupFor('float32'), [frame]);
    expect(statusOf(table)).toEqual(['lost', 'ok', 'ok']);
  });

  test('says why z is missing and that a pixel is saturated', async () => {
    // Its first plane is the plane just below the bead.
    const above = { ...ringZLut(23), profiles: ringZLut(23, 38).profiles.slice(14 * 23) };
    const frame = frameOf('mono8', 1, (pixels) => {
      pixels[10 * WIDTH + 45] = 255;
    });
    const table = await track(setupFor('mono8', { zLuts: [zLuts[0]!, above], zLutOfBead: [-1, 0, 1] }), [
      frame,
    ]);
    expect(statusOf(table)).toEqual(['no-zlut', 'saturated', 'out-of-range']);
    expect(table.zNm[0]).toBeNaN();
    expect(table.zNm[2]).toBeNaN();
    expect(table.score[0]).toBeNaN();
  });

  test('without a lookup in the plan a missing Z-LUT is no fault', async () => {
    const xyOnly = parsePlan(MAGTRACK_PLAN.slice(0, 3));
    const table = await track(setupFor('mono8', { plan: xyOnly, zLuts: [], zLutOfBead: [-1, -1, -1] }), [
      frameOf('mono8'),
    ]);
    expect(statusOf(table)).toEqual(['ok', 'ok', 'ok']);
    expect(table.zNm.every(Number.isNaN)).toBe(true);
  });

  test('an ROI outside the frame and a Z-LUT of another ROI size are refused before the first frame', async () => {
    const engine = createReferenceEngine();
    const outside = rois.map((roi) => ({ ...roi, top: 40 }));
    await expect(engine.configure(setupFor('mono8', { rois: outside }))).rejects.toThrow(RoiError);
    await expect(engine.configure(setupFor('mono8', { zLutOfBead: [0, 0, 0] }))).rejects.toThrow(ZLutError);
  });

  test('names the processor', () => {
    const { facts } = createReferenceEngine();
    expect(facts).toMatchObject({ engine: 'reference', fallback: false });
    expect(facts.device).not.toBe('');
  });
});
