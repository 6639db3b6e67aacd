import { describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { ringExample } from '#engines/ring-example.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { type PixelFormat, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import {
  beadRow,
  emptyTable,
  planWith,
  ringFrame,
  ringZLut,
  setupOf,
  shapeOf,
} from '../../support/ring-beads.ts';

/** Float32 pixels and correlations on the way; centers are float64 throughout in MagTrack's stages. */
const TOLERANCE_PX = 1e-6;
const TOLERANCE_NM = 0.01;
const TOLERANCE_SCORE = 1e-6;
const TOLERANCE_PROFILE = 1e-6;

async function track(engine: Engine, setup: EngineSetup, frames: ArrayBuffer[]): Promise<TrackTable> {
  const table = emptyTable(setup, frames.length);
  await engine.configure(setup);
  await engine.track(frames, table);
  return table;
}

function expectSameTable(got: TrackTable, want: TrackTable): void {
  const range = Math.max(1, ...Array.from(want.profiles, (counts) => (counts > 0 ? counts : 0)));
  expect([...got.status]).toEqual([...want.status]);
  for (const [column, tolerance] of [
    ['xPx', TOLERANCE_PX],
    ['yPx', TOLERANCE_PX],
    ['zNm', TOLERANCE_NM],
    ['score', TOLERANCE_SCORE],
    ['profiles', TOLERANCE_PROFILE * range],
  ] as const) {
    const both = Array.from(got[column], (value, index) => ({ index, value, want: want[column][index]! }));
    const wrong = both.filter(
      ({ value, want }) => !(Object.is(value, want) || Math.abs(value - want) <= tolerance),
    );
    expect(wrong, column).toEqual([]);
  }
}

/** Tracks on both engines and expects the same; returns the tracks for more to be said of them. */
async function expectAgreement(setup: EngineSetup, frames: ArrayBuffer[]): Promise<TrackTable> {
  const got = await track(createWasmEngine(), setup, frames);
  expectSameTable(got, await track(createReferenceEngine(), setup, frames));
  return got;
}

/** The ROIs of a whole frame one after the other, as a camera that sends nothing else has them. */
function cutRois(frame: ArrayBuffer, { width, pixelFormat, rois }: EngineSetup): ArrayBuffer {
  const pixels = viewPixels(frame, pixelFormat);
  const cut = rois.flatMap(({ left, top, size }) =>
    Array.from({ length: size }, (_, row) => {
      const start = (top + row) * width + left;
      return [...pixels.subarray(start, start + size)];
    }).flat(),
  );
  const bytes = new ArrayBuffer(cut.length * pixels.BYTES_PER_ELEMENT);
  viewPixels(bytes, pixelFormat).set(cut);
  return bytes;
}

describe('the wasm engine', () => {
  test.each<PixelFormat>(['mono8', 'mono12', 'mono16', 'float32'])(
    'agrees with the reference on ROIs of many sizes in one %s frame, whole or cut into ROIs',
    async (pixelFormat) => {
      const sizes = [24, 31, 8, 24, 101, 31, 66];
      const beads = beadRow(sizes, { seed: 11 });
      const shape = shapeOf(beads, pixelFormat);
      const frames = [21, 22].map((seed) => ringFrame(shape, beads, { seed }));
      // The third bead has none, the fourth one of its own.
      const zLuts = [
        ringZLut(24, 40),
        ringZLut(31, 55),
        ringZLut(24, 60),
        ringZLut(101, 40),
        ringZLut(66, 9),
      ];
      const setup = setupOf(beads, shape, planWith(), zLuts);
      setup.zLutOfBead = [0, 1, -1, 2, 3, 1, 4];
      const whole = await expectAgreement(setup, frames);
      expect(whole.status[0]! | whole.status[1]!).toBe(0);
      expect(whole.zNm.subarray(0, 7).filter(Number.isFinite).length).toBeGreaterThanOrEqual(5);

      const cut = await track(
        createWasmEngine(),
        { ...setup, layout: 'rois' },
        frames.map((frame) => cutRois(frame, setup)),
      );
      expect(new Uint8Array(cut.buffer)).toEqual(new Uint8Array(whole.buffer));
    },
  );

  test.each(PRESET_NAMES)('agrees with the reference on the preset %s', async (name) => {
    const { setup, frame } = ringExample(6, 48, 60, presetPlan(name));
    const table = await expectAgreement({ ...setup, profiles: true }, [frame.slice().buffer]);
    expect(table.xPx.every(Number.isFinite)).toBe(true);
  });

  test('agrees with the reference on beads out of reach and an ROI in every corner of the frame', async () => {
    const size = 48;
    const beads = beadRow(new Array(8).fill(size), { seed: 51 });
    const shape = shapeOf(beads, 'mono8');
    const frame = new ArrayBuffer(shape.width * shape.height);
    const pixels = new Uint8Array(frame);
    // Spots on black, from the first pixel of their ROIs to the edge of the reach and a little inside.
    for (let index = 0; index < pixels.length; index++) {
      const column = (index % shape.width) - 1;
      const spot = Math.floor(column / size);
      const distance = Math.hypot(column - (size + 2.24) * spot, Math.floor(index / shape.width) - 20.3);
      pixels[index] = 250 * Math.exp(-(distance ** 2) / 12);
    }
    const setup = setupOf(beads, shape, planWith(), [ringZLut(size, 40)]);
    const edge = { right: shape.width - size, bottom: shape.height - size };
    setup.rois.push(
      { bead: 20, left: 0, top: 0, size },
      { bead: 21, left: edge.right, top: 0, size },
      { bead: 22, left: 0, top: edge.bottom, size },
      { bead: 23, left: edge.right, top: edge.bottom, size },
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
    ['saturated', 'mono12', 4095, 1],
    ['even', 'float32', 0.1, 1],
    ['NaN', 'float32', Number.NaN, 1],
    ['one in seven NaN', 'float32', Number.NaN, 7],
    ['one in 50 saturated', 'mono16', 65535, 50],
  ])('an ROI that is %s (%s) is that of the reference, and its neighbors as ever', async (...given) => {
    const [, pixelFormat, counts, every] = given;
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
    expect([table.status[0], table.status[2]]).toEqual([0, 0]);
    expect(table.status[1]).not.toBe(0);
  });

  test('follows ROIs that move, in frames that are whole and in frames of ROIs', async () => {
    const beads = beadRow([24, 31, 24], { seed: 71, offCenterPx: 0.5 });
    const shape = shapeOf(beads, 'mono12');
    const frame = ringFrame(shape, beads, { seed: 72 });
    const setup = setupOf(beads, shape, planWith(), [ringZLut(24, 40), ringZLut(31, 40)]);
    const moved: Roi[] = setup.rois.map((roi) => ({ ...roi, left: roi.left - 1, top: 1 - roi.top }));
    const want = await track(createReferenceEngine(), { ...setup, rois: moved }, [frame]);
    for (const layout of ['whole', 'rois'] as const) {
      const engine = createWasmEngine();
      await engine.configure({ ...setup, layout });
      await engine.moveRois(moved);
      const table = emptyTable(setup, 1);
      await engine.track([layout === 'whole' ? frame : cutRois(frame, { ...setup, rois: moved })], table);
      expectSameTable(table, want);
    }
  });

  test('follows a new setup: other ROIs, larger frames, no bead at all, and back', async () => {
    const engine = createWasmEngine();
    const small = beadRow([24, 24], { seed: 101 });
    const large = beadRow([24, 310, 24, 31, 24], { seed: 102 });
    const zLuts = [ringZLut(24, 40), ringZLut(31, 400)];
    for (const beads of [small, large, [], small]) {
      const shape = beads.length
        ? shapeOf(beads, 'mono16')
        : { width: 9, height: 9, pixelFormat: 'mono8' as const };
      const setup = setupOf(beads, shape, planWith(), zLuts);
      const frame = beads.length ? ringFrame(shape, beads, { seed: 103 }) : new ArrayBuffer(81);
      if (!beads.length) setup.profiles = false;
      await engine.configure(setup);
      const table = beads.length ? emptyTable(setup, 1) : null;
      if (!table) continue;
      await engine.track([frame], table);
      expectSameTable(table, await track(createReferenceEngine(), setup, [frame]));
    }
  });

  test('refuses an ROI that leaves the frame', async () => {
    const beads = beadRow([24], { seed: 1 });
    const setup = setupOf(beads, { ...shapeOf(beads, 'mono8'), width: 20 }, planWith(), []);
    await expect(createWasmEngine().configure(setup)).rejects.toThrow('inside the 20 x');
  });
});
