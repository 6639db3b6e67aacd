import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import {
  beadRow,
  emptyTable,
  planWith,
  ringFrame,
  ringZLut,
  setupOf,
  shapeOf,
} from '../../support/ring-beads.ts';

// What float32 may cost; on these images it costs under 1e-6 px and 0.001 nm, unless a pixel whose distance is
// half-way between two bins to rounding goes to the other ring: that has moved z by up to 0.2 nm at 64 px.
const TOLERANCE_PX = 0.001;
const TOLERANCE_NM = 0.5;
const TOLERANCE_SCORE = 1e-5;
/** Of the counts of the camera's range, for profiles. */
const TOLERANCE_PROFILE = 1e-4;

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(`the GPU engine${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  async function track(setup: EngineSetup, frames: ArrayBuffer[], by: Engine = engine): Promise<TrackTable> {
    const table = emptyTable(setup, frames.length);
    await by.configure(setup);
    await by.track(frames, table);
    return table;
  }

  /** Tracks on both engines and expects the same; returns the tracks for more to be said of them. */
  async function expectAgreement(
    setup: EngineSetup,
    frames: ArrayBuffer[],
    by: Engine = engine,
  ): Promise<TrackTable> {
    const got = await track(setup, frames, by);
    const want = await track(setup, frames, createReferenceEngine());

    const range = Math.max(...Array.from(want.profiles, (counts) => (counts > 0 ? counts : 0)), 1);
    expect([...got.status]).toEqual([...want.status]);
    for (const [column, tolerance] of [
      ['xPx', TOLERANCE_PX],
      ['yPx', TOLERANCE_PX],
      ['zNm', TOLERANCE_NM],
      ['score', TOLERANCE_SCORE],
      ['profiles', TOLERANCE_PROFILE * range],
    ] as const) {
      const wrong = Array.from(got[column], (value, index) => ({ index, value, want: want[column][index]! }));
      expect(
        wrong.filter(({ value, want }) => !(Object.is(value, want) || Math.abs(value - want) <= tolerance)),
        column,
      ).toEqual([]);
    }
    return got;
  }

  test.each<PixelFormat>(['mono8', 'mono12', 'mono16', 'float32'])(
    'agrees with the reference on ROIs of even and odd sizes in one %s frame',
    async (pixelFormat) => {
      const beads = beadRow([24, 31, 24, 31, 24, 31], { seed: 11 });
      const shape = shapeOf(beads, pixelFormat);
      const frames = [21, 22, 23].map((seed) => ringFrame(shape, beads, { seed }));
      const zLuts = [ringZLut(24, 40), ringZLut(31, 55)];
      const { status, zNm } = await expectAgreement(setupOf(beads, shape, planWith(), zLuts), frames);
      expect([...status]).toEqual(new Array(18).fill(0));
      expect([...zNm].every(Number.isFinite)).toBe(true);
    },
  );

  test.each([
    ['mean', 'mono16', 24],
    ['mean', 'float32', 25],
    ['median', 'mono8', 24],
    ['median', 'mono8', 25],
    ['median', 'mono12', 24],
    ['median', 'float32', 24],
    ['median', 'float32', 25],
  ] as const)('subtracts the %s of %s pixels in ROIs of %i px', async (background, pixelFormat, size) => {
    const beads = beadRow([size, size, size, size], { seed: 31, offCenterPx: 5 });
    const shape = shapeOf(beads, pixelFormat);
    const plan = parsePlan([{ stage: 'center-of-mass', params: { background } }]);
    const setup = { ...setupOf(beads, shape, plan, []), profiles: false };
    await expectAgreement(setup, [ringFrame(shape, beads, { seed: 32, noise: 0.05 })]);
  });

  test.each([
    ['the fewest', { lineRatio: 0, nLocal: 3, iterations: 1 }, 1, 3],
    ['the most', { lineRatio: 0.5, nLocal: 7, iterations: 10 }, 3, 7],
  ])('agrees with the reference on %s lines, points and rounds', async (_, params, oversample, nLocal) => {
    const beads = beadRow([40, 40, 40], { seed: 41, planes: 300 });
    const shape = shapeOf(beads, 'mono8');
    const plan = planWith({
      'auto-conv-multiline-sub-pixel': params,
      'radial-profile': { oversample },
      'lookup-z': { nLocal },
    });
    const zLut = ringZLut(40, 1000, { descending: true, oversample });
    const setup = setupOf(beads, shape, plan, [zLut]);
    const { zNm } = await expectAgreement(setup, [ringFrame(shape, beads, { seed: 42 })]);
    expect([...zNm].every((z) => z < 0)).toBe(true);
  });

  test('agrees with the reference on beads out of reach and an ROI in every corner of the frame', async () => {
    const beads = beadRow(new Array(8).fill(48), { seed: 51 });
    const shape = shapeOf(beads, 'mono8');
    const frame = new ArrayBuffer(shape.width * shape.height);
    const pixels = new Uint8Array(frame);
    // Spots on black, from the first pixel of their ROIs to the edge of the reach and a little inside.
    for (let row = 0; row < shape.height; row++) {
      for (let column = 0; column < shape.width; column++) {
        const spot = Math.floor((column - 1) / 48);
        const distance = Math.hypot(column - 1 - 48 * spot - 2.24 * spot, row - 20.3);
        pixels[row * shape.width + column] = 250 * Math.exp(-(distance ** 2) / 12);
      }
    }
    const setup = setupOf(beads, shape, planWith(), [ringZLut(48, 40)]);
    const edge = { right: shape.width - 48, bottom: shape.height - 48 };
    setup.rois.push(
      { bead: 20, left: 0, top: 0, size: 48 },
      { bead: 21, left: edge.right, top: 0, size: 48 },
      { bead: 22, left: 0, top: edge.bottom, size: 48 },
      { bead: 23, left: edge.right, top: edge.bottom, size: 48 },
    );
    setup.zLutOfBead.push(0, 0, 0, 0);
    const { status } = await expectAgreement(setup, [frame]);
    expect(status.some((bits) => bits & TRACK_STATUS['roi-edge'])).toBe(true);
    expect(status.some((bits) => bits & TRACK_STATUS.lost)).toBe(true);
  });

  test.each<[string, PixelFormat, number, number]>([
    ['even', 'mono8', 77, 1],
    ['black', 'mono8', 0, 1],
    ['saturated', 'mono8', 255, 1],
    ['even', 'float32', 0.1, 1],
    ['NaN', 'float32', Number.NaN, 1],
    ['one in seven NaN', 'float32', Number.NaN, 7],
  ])(
    'gives NaN for an ROI that is %s (%s), and its neighbors as ever',
    async (_, pixelFormat, counts, every) => {
      const beads = beadRow([24, 24, 24], { seed: 61 });
      const shape = shapeOf(beads, pixelFormat);
      const frame = ringFrame(shape, beads, { seed: 62 });
      const pixels = viewPixels(frame, pixelFormat);
      const { left, top, size } = beads[1]!.roi;
      for (let row = top; row < top + size; row++) {
        for (let column = left; column < left + size; column++) {
          if ((row + column) % every === 0) pixels[row * shape.width + column] = counts;
        }
      }
      const table = await expectAgreement(setupOf(beads, shape, planWith(), [ringZLut(24, 40)]), [frame]);
      expect([table.xPx[1], table.yPx[1], table.zNm[1]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect([table.status[0], table.status[2]]).toEqual([0, 0]);
    },
  );

  test('passes over planes without contrast, and needs no Z-LUT', async () => {
    const beads = beadRow([24, 24, 24, 24, 31], { seed: 71 });
    const shape = shapeOf(beads, 'mono8');
    const flat = ringZLut(24, 40);
    for (let plane = 0; plane < flat.planes; plane += 6) {
      flat.profiles.fill(120, plane * flat.radii, (plane + 1) * flat.radii);
    }
    const allFlat = { ...flat, profiles: flat.profiles.map(() => 5) };
    const setup = setupOf(beads, shape, planWith(), [flat, allFlat]);
    setup.zLutOfBead = [0, 0, 0, 1, -1];
    const { score } = await expectAgreement(setup, [ringFrame(shape, beads, { seed: 72 })]);
    expect([...score].map(Number.isNaN)).toEqual([false, false, false, true, true]);
  });

  test('adds up a saturated 16-bit ROI of 512 px', async () => {
    const beads = beadRow([512], { seed: 81 });
    const shape = shapeOf(beads, 'mono16');
    const pixels = new Uint16Array(shape.width * shape.height).fill(65535);
    pixels[100 * shape.width + 100] = 0;
    const plan = parsePlan([{ stage: 'center-of-mass' }, { stage: 'radial-profile' }]);
    const { profiles } = await expectAgreement(setupOf(beads, shape, plan, []), [pixels.buffer]);
    expect(profiles[255]).toBeCloseTo(65535, 0);
  });

  test('puts every frame of more than one submission in its row', async () => {
    const beads = beadRow([24], { seed: 91 });
    const shape = shapeOf(beads, 'mono8');
    const frames = Array.from({ length: 37 }, (_, index) => {
      return ringFrame(shape, [{ ...beads[0]!, xPx: 11 + 0.03 * index }], { seed: index });
    });
    const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40)]);
    const { xPx } = await expectAgreement(setup, frames);
    expect(xPx[36]! - xPx[0]!).toBeCloseTo(1.08, 1);
  });

  test('agrees with the reference with as many lanes as on a graphics card', async () => {
    const beads = beadRow([24, 24, 101], { seed: 141 });
    const shape = shapeOf(beads, 'mono12');
    const plan = planWith({ 'center-of-mass': { background: 'median' } });
    const card = await createGpuEngine({ lanes: 64 });
    const zLuts = [ringZLut(24, 40), ringZLut(101, 40)];
    await expectAgreement(setupOf(beads, shape, plan, zLuts), [ringFrame(shape, beads, { seed: 142 })], card);
    await card.close();
  });

  test('follows a new setup: other ROIs, larger frames, no bead at all, and back', async () => {
    const small = beadRow([24, 24], { seed: 101 });
    const large = beadRow([24, 31, 24, 31, 24], { seed: 102 });
    const zLuts = [ringZLut(24, 40), ringZLut(31, 40)];
    for (const beads of [small, large, [], small]) {
      const shape = beads.length
        ? shapeOf(beads, 'mono8')
        : { width: 9, height: 9, pixelFormat: 'mono8' as const };
      const setup = setupOf(beads, shape, planWith(), zLuts);
      if (beads.length) await expectAgreement(setup, [ringFrame(shape, beads, { seed: 103 })]);
      else await track({ ...setup, profiles: false }, [new ArrayBuffer(81)]);
    }
  });
});
