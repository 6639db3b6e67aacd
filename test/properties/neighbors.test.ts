import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { PIXEL_FORMATS, type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import {
  beadRow,
  planWith,
  type RingBead,
  ringFrame,
  ringZLut,
  setupOf,
  shapeOf,
} from '../support/ring-beads.ts';

const SIZES = [24, 36];
const plan = planWith();
const zLuts = SIZES.map((size) => ringZLut(size, 40));

/** One bead in one frame: x, y, z, score, status. */
type Track = readonly number[];

/** Beads side by side in a frame that is just large enough: the first and last touch its borders. */
const sizes = fc.array(fc.constantFrom(...SIZES), { minLength: 2, maxLength: 6 });
const seed = fc.integer({ min: 1, max: 2 ** 31 });

const BAD: Record<string, { format: PixelFormat; counts(index: number): number }> = {
  black: { format: 'mono8', counts: () => 0 },
  constant: { format: 'mono8', counts: () => 117 },
  saturated: { format: 'mono8', counts: () => PIXEL_FORMATS.mono8.saturation },
  'a checkerboard': { format: 'mono8', counts: (index) => (index % 2) * 255 },
  NaN: { format: 'float32', counts: () => Number.NaN },
  'one infinite pixel': {
    format: 'float32',
    counts: (index) => (index === 40 ? Number.POSITIVE_INFINITY : 3),
  },
};

const gpuReason = gpuSkipReason();

describe.each([
  { name: 'reference', open: async () => createReferenceEngine() as Engine, numRuns: 40, skip: null },
  { name: 'gpu', open: () => createGpuEngine() as Promise<Engine>, numRuns: 8, skip: gpuReason },
])('every bead is tracked as if it were alone, on $name', ({ open, numRuns, skip }) => {
  const runs = { seed: 21, numRuns };
  const skipped = skip ? ` (skipped: ${skip})` : '';
  let engine: Engine;
  beforeAll(async () => {
    if (!skip) engine = await open();
  });
  afterAll(() => engine?.close());

  /** [frame][ROI] */
  async function track(setup: EngineSetup, frames: readonly ArrayBuffer[]): Promise<Track[][]> {
    await engine.configure({ ...setup, profiles: false });
    const table = createTrackTable(frames.length, setup.rois.length);
    await engine.track(frames, table);
    return frames.map((_, frame) =>
      setup.rois.map((_, bead) => {
        const row = frame * setup.rois.length + bead;
        const { xPx, yPx, zNm, score, status } = table;
        return [xPx[row]!, yPx[row]!, zNm[row]!, score[row]!, status[row]!];
      }),
    );
  }

  const scene = (beadSizes: readonly number[], from: number, pixelFormat: PixelFormat = 'mono8') => {
    const beads = beadRow(beadSizes, { seed: from });
    const shape = shapeOf(beads, pixelFormat);
    return {
      beads,
      setup: setupOf(beads, shape, plan, zLuts),
      frame: ringFrame(shape, beads, { seed: from }),
    };
  };

  const withRois = (setup: EngineSetup, order: readonly number[]): EngineSetup => ({
    ...setup,
    rois: order.map((index) => setup.rois[index]!),
    zLutOfBead: order.map((index) => setup.zLutOfBead[index]!),
  });

  test.skipIf(skip).each(Object.entries(BAD))(
    `beside a bad one: %s${skipped}`,
    async (_, { format, counts }) => {
      await fc.assert(
        fc.asyncProperty(sizes, seed, fc.nat(), async (beadSizes, from, pick) => {
          const { beads, setup, frame } = scene(beadSizes, from, format);
          const bad = pick % beads.length;
          const spoiled = frame.slice(0);
          fill(spoiled, setup, beads[bad]!, counts);
          const [good] = await track(setup, [frame]);
          const [got] = await track(setup, [spoiled]);
          expect(got!.toSpliced(bad, 1)).toEqual(good!.toSpliced(bad, 1));
          expect(got![bad]![4]).not.toBe(0);
        }),
        runs,
      );
    },
  );

  test.skipIf(skip)(`whatever their order, and whether others are tracked or not${skipped}`, async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(seed, order, async (from, some) => {
        const { setup, frame } = scene([24, 36, 24, 36, 24], from);
        const [all] = await track(setup, [frame]);
        expect(all!.map(([, , , , status]) => status)).toEqual([0, 0, 0, 0, 0]);
        const [got] = await track(withRois(setup, some), [frame]);
        expect(got).toEqual(some.map((index) => all![index]!));
      }),
      runs,
    );
  });

  test.skipIf(skip)(`with ROIs of other sizes in the run or not${skipped}`, async () => {
    await fc.assert(
      fc.asyncProperty(seed, async (from) => {
        const { setup, frame } = scene([24, 36, 36, 24], from);
        const [mixed] = await track(setup, [frame]);
        for (const size of SIZES) {
          const own = setup.rois.flatMap((roi, index) => (roi.size === size ? [index] : []));
          const [alone] = await track(withRois(setup, own), [frame]);
          expect(alone).toEqual(own.map((index) => mixed![index]!));
        }
      }),
      runs,
    );
  });

  test.skipIf(skip)(`in batches of any size${skipped}`, async () => {
    await fc.assert(
      fc.asyncProperty(seed, fc.integer({ min: 1, max: 6 }), async (from, batch) => {
        const { beads, setup } = scene([24, 36, 24], from);
        const frames = Array.from({ length: 7 }, (_, frame) =>
          ringFrame(setup, beads, { seed: from + frame }),
        );
        const all = await track(setup, frames);
        const parts: Track[][] = [];
        for (let first = 0; first < frames.length; first += batch) {
          parts.push(...(await track(setup, frames.slice(first, first + batch))));
        }
        expect(parts).toEqual(all);
      }),
      runs,
    );
  });

  // An engine adds the corner of the ROI last, so the sum of corner and center is the same sum.
  test.skipIf(skip)(`anywhere in the frame, up to its borders, the ROI with it${skipped}`, async () => {
    const size = 24;
    const [width, height] = [size + 13, size + 8];
    const place = fc.record({ left: fc.integer({ min: 0, max: 13 }), top: fc.integer({ min: 0, max: 8 }) });
    const corners = [
      { left: 0, top: 8 },
      { left: 13, top: 0 },
      { left: 13, top: 8 },
    ];
    const shown = async (from: number, { left, top }: Pick<Roi, 'left' | 'top'>): Promise<Track> => {
      const [bead] = beadRow([size], { seed: from });
      const at = { ...bead!, roi: { bead: 0, left: 0, top: 0, size } };
      const square = { width: size, height: size, pixelFormat: 'mono8' } as const;
      const pixels = new Uint8Array(ringFrame(square, [at], { seed: from }));
      const frame = new Uint8Array(width * height).fill(9);
      for (let row = 0; row < size; row++) {
        frame.set(pixels.subarray(row * size, (row + 1) * size), (top + row) * width + left);
      }
      const shape = { width, height, pixelFormat: 'mono8' } as const;
      const setup = setupOf([{ ...at, roi: { bead: 0, left, top, size } }], shape, plan, zLuts);
      return (await track(setup, [aligned(frame)]))[0]![0]!;
    };
    await fc.assert(
      fc.asyncProperty(seed, place, async (from, drawn) => {
        const [x, y, ...rest] = await shown(from, { left: 0, top: 0 });
        for (const { left, top } of [drawn, ...corners]) {
          expect(await shown(from, { left, top })).toEqual([left + x!, top + y!, ...rest]);
        }
      }),
      runs,
    );
  });
});

/** Writes counts over the ROI of a bead. */
function fill(
  frame: ArrayBuffer,
  { width, pixelFormat }: EngineSetup,
  { roi: { left, top, size } }: RingBead,
  counts: (index: number) => number,
): void {
  const pixels = viewPixels(frame, pixelFormat);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      pixels[(top + row) * width + left + column] = counts(row * size + column);
    }
  }
}

/** A frame in memory of its own, as long as an engine asks for. */
function aligned(pixels: Uint8Array): ArrayBuffer {
  const frame = new ArrayBuffer(Math.ceil(pixels.byteLength / 8) * 8);
  new Uint8Array(frame).set(pixels);
  return frame;
}
