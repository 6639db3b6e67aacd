import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { beadRow, emptyTable, ringFrame, ringZLut, setupOf, shapeOf } from '../../support/ring-beads.ts';

// What float32 may cost: of positions it costs under 1e-5 px here, of the sums of a transform 1e-6 of the largest.
const TOLERANCE_PX = 1e-4;
const TOLERANCE_PROFILE = 3e-6;

interface Beads {
  sizes: number[];
  offCenterPx?: number;
  noise?: number;
}

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(`plans with stages${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  async function track(by: Engine, setup: EngineSetup, frames: ArrayBuffer[]): Promise<TrackTable> {
    const table = emptyTable(setup, frames.length);
    await by.configure(setup);
    await by.track(frames, table);
    return table;
  }

  /** Tracks beads by these stages after a center of mass on both engines and expects the same. */
  async function expectAgreement(
    steps: { stage: string; params?: Record<string, unknown> }[],
    pixelFormat: PixelFormat,
    { sizes, offCenterPx = 1.5, noise = 0.01 }: Beads,
    by: GpuEngine = engine,
  ): Promise<TrackTable> {
    const beads = beadRow(sizes, { seed: 201, offCenterPx });
    const shape = shapeOf(beads, pixelFormat);
    const plan = parsePlan([{ stage: 'center-of-mass', params: { background: 'mean' } }, ...steps]);
    const setup = setupOf(beads, shape, plan, []);
    const frames = [202, 203].map((seed) => ringFrame(shape, beads, { seed, noise }));
    const want = await track(createReferenceEngine(), setup, frames);
    const got = await track(by, setup, frames);

    const brightest = Math.max(...Array.from(want.profiles, (sum) => (sum > 0 ? sum : 0)));
    for (const [column, tolerance] of [
      ['xPx', TOLERANCE_PX],
      ['yPx', TOLERANCE_PX],
      ['profiles', TOLERANCE_PROFILE * brightest],
    ] as const) {
      const pairs = Array.from(got[column], (value, index) => ({ index, value, want: want[column][index]! }));
      expect(
        pairs.filter(({ value, want }) => !(Object.is(value, want) || Math.abs(value - want) <= tolerance)),
        column,
      ).toEqual([]);
    }
    expect([...got.xPx, ...got.yPx].some(Number.isFinite)).toBe(true);
    return got;
  }

  const formats = ['mono8', 'mono12', 'mono16', 'float32'] as const;

  test.each(formats)('sub-pixel auto-convolution agrees with the reference on %s', async (format) => {
    const steps = [{ stage: 'auto-conv-sub-pixel', params: { nLocal: 3 } }];
    await expectAgreement(steps, format, { sizes: [24, 31, 24, 31] });
  });

  test.each(formats)('multi-line auto-convolution agrees with the reference on %s', async (format) => {
    const steps = [{ stage: 'auto-conv-multiline', params: { lineRatio: 0.3 } }];
    // So much noise that one line alone finds another center.
    await expectAgreement(steps, format, { sizes: [24, 31, 24, 31], noise: 0.2 });
  });

  test.each(formats)('the three-point parabola agrees with the reference on %s', async (format) => {
    await expectAgreement([{ stage: 'qi' }], format, { sizes: [8, 24, 31, 8, 24, 31] });
  });

  test.each(formats)('the FFT profile agrees with the reference on %s', async (format) => {
    const { profiles, radii } = await expectAgreement([{ stage: 'fft-profile' }], format, {
      sizes: [24, 31, 24],
    });
    // Sums of counts, not counts above the darkest pixel: of rings of 2.2 and 2.5 periods there are none.
    const empty = [1, 2, 3].map((bin) => profiles[bin]!);
    expect(radii).toBe(30);
    expect(empty).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test.each([
    { window: 'none', oversample: 1 },
    { window: 'axes-swapped', rmin: 0.3, rmax: 1, oversample: 8 },
    { gausFactor: 2, rmin: 0.05, rmax: 0.4, oversample: 2 },
  ])('the FFT profile agrees with the reference with %o', async (params) => {
    await expectAgreement([{ stage: 'fft-profile', params }], 'mono8', { sizes: [31, 8], offCenterPx: 3 });
  });

  test('they agree with as many lanes as on a graphics card, in any order, the last profile the longest or not', async () => {
    const card = await createGpuEngine({ lanes: 64 });
    const steps = [
      { stage: 'radial-profile', params: { oversample: 8 } },
      { stage: 'auto-conv-multiline' },
      { stage: 'auto-conv-sub-pixel' },
      { stage: 'qi' },
      { stage: 'fft-profile' },
    ];
    await expectAgreement(steps, 'mono12', { sizes: [24, 67, 67] }, card);
    await expectAgreement([...steps, { stage: 'radial-profile' }], 'mono12', { sizes: [24, 24] }, card);
    await card.close();
  });

  test.each<[string, PixelFormat, number, number]>([
    ['even', 'mono8', 77, 1],
    ['NaN', 'float32', Number.NaN, 1],
    ['one in seven NaN', 'float32', Number.NaN, 7],
  ])(
    'an ROI that is %s (%s) is NaN and leaves its neighbors as they are',
    async (_, format, counts, every) => {
      const beads = beadRow([24, 24, 24], { seed: 211 });
      const shape = shapeOf(beads, format);
      const frame = ringFrame(shape, beads, { seed: 212 });
      const pixels = format === 'mono8' ? new Uint8Array(frame) : new Float32Array(frame);
      const plan = parsePlan([
        { stage: 'center-of-mass' },
        { stage: 'auto-conv-sub-pixel' },
        { stage: 'qi' },
        { stage: 'fft-profile' },
        { stage: 'lookup-z' },
      ]);
      const setup = setupOf(beads, shape, plan, [
        { ...ringZLut(24, 40), radii: 24, profiles: sweep(40, 24) },
      ]);
      const before = await track(engine, setup, [frame]);
      const { left, top, size } = beads[1]!.roi;
      for (let row = top; row < top + size; row++) {
        for (let column = left; column < left + size; column++) {
          if ((row + column) % every === 0) pixels[row * shape.width + column] = counts;
        }
      }
      const after = await track(engine, setup, [frame]);
      for (const column of ['xPx', 'yPx', 'zNm'] as const) {
        expect(after[column][1]).toBeNaN();
        expect([after[column][0], after[column][2]]).toEqual([before[column][0], before[column][2]]);
      }
      expect(after.profiles.slice(0, 24)).toEqual(before.profiles.slice(0, 24));
    },
  );
});

/** [plane, bin] that differ from one another: what they are does not matter. */
function sweep(planes: number, bins: number): Float64Array {
  return Float64Array.from({ length: planes * bins }, (_, index) => {
    return 100 + 50 * Math.cos((index % bins) * (0.2 + 0.01 * Math.floor(index / bins)));
  });
}
