import { beforeAll, describe, expect, test } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import type { PaceClock } from '#camera-adapters/pace.ts';
import { simulatedSensor } from '#camera-adapters/simulated.ts';
import {
  simulatedCalciumBeads,
  simulatedCalciumCamera,
  simulatedCells,
} from '#camera-adapters/simulated-calcium.ts';
import {
  parseSimulatedCalciumOptions,
  simulatedCalciumOptions,
} from '#camera-adapters/simulated-calcium-options.ts';
import { cellLabels, cellsOf } from '#protocol/cell-map.ts';
import { ConfigError } from '#protocol/errors.ts';

type Settings = NonNullable<Parameters<typeof simulatedCalciumCamera>[0]>;

const forever = new AbortController().signal;
/** Enough frames for some spikes of every cell. */
const film: Settings = {
  ...{ cells: 5, width: 120, height: 90, pace: 'fast', frames: 600, fps: 20, rateHz: 0.5, spikes: 'poisson' },
  ...{ motionPx: 0, bleachingPerS: 0, neuropil: 0, cellRadiusPx: 6 },
};

async function* framesOf(settings: Settings, clock?: PaceClock): AsyncGenerator<CameraFrame> {
  const camera = simulatedCalciumCamera(settings, clock);
  await camera.open();
  yield* camera.frames(forever);
  await camera.close();
}

/** [frame, cell] mean counts of the true mask of a cell, and dF/F as it truly is. */
async function lightAndTruth(settings: Settings) {
  const { map, course } = simulatedCells(settings);
  const labels = cellLabels(map);
  const truth = course();
  const light: number[][] = [];
  const dff: number[][] = [];
  for await (const { pixels } of framesOf(settings)) {
    light.push(meansOf(new Uint16Array(pixels.buffer), labels));
    dff.push([...truth.dff]);
    truth.advance();
  }
  return { light, dff };
}

function meansOf(counts: Uint16Array, labels: Int32Array): number[] {
  const sums: number[] = [];
  const areas: number[] = [];
  labels.forEach((cell, pixel) => {
    sums[cell] = (sums[cell] ?? 0) + counts[pixel]!;
    areas[cell] = (areas[cell] ?? 0) + 1;
  });
  return sums.map((sum, cell) => sum / areas[cell]!).slice(1);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, at) => sum + (value - mx) * (y[at]! - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}

describe('settings', () => {
  test('all have defaults and descriptions', () => {
    const options = parseSimulatedCalciumOptions({});
    expect(options).toMatchObject({ cells: 40, beads: 0, fps: 30, pixelFormat: 'mono16', width: 512 });
    for (const setting of Object.values(simulatedCalciumOptions.shape)) {
      expect(setting.meta()?.description).toMatch(/\w{3}/);
    }
  });

  test('a frame is as high as its beads and cells need', () => {
    expect(parseSimulatedCalciumOptions({ beads: 7 }).height).toBe(2 * 80 + 256);
    expect(parseSimulatedCalciumOptions({ cells: 400 }).height).toBe((400 * 16 * 49) / 512 + 0.5);
  });

  test.each([
    ['an unknown key', { cell: 3 } as Settings, /cell/],
    ['no cells', { cells: 0 }, /cells/],
    ['a rise as long as the decay', { riseS: 0.5, decayS: 0.5 }, /not below/],
    ['a frame too small for the cells', { cells: 50, width: 100, height: 100 }, /at most 25 of radius 7/],
    ['a frame too small for beads above the cells', { beads: 12, width: 160, height: 400 }, /at most 0/],
  ])('with %s are refused', (_, settings, words) => {
    expect(() => simulatedCalciumCamera(settings)).toThrow(ConfigError);
    expect(() => simulatedCalciumCamera(settings)).toThrow(words);
  });
});

test('facts tell frame size, pixels and rate', async () => {
  const facts = { camera: 'simulated-calcium', width: 120, height: 90, pixelFormat: 'mono16' };
  const camera = simulatedCalciumCamera({ ...film, pace: 'real-time' });
  expect(await camera.open()).toEqual({ ...facts, fps: 20, pixelSizeNm: 100 });
  expect(camera.controls!.settings().map(({ name }) => name)).toEqual(['exposureUs', 'gain']);
});

test('the mean light of a cell follows its true dF/F', async () => {
  const { light, dff } = await lightAndTruth(film);
  for (let cell = 0; cell < 5; cell++) {
    const ofCell = (rows: number[][]) => rows.map((row) => row[cell]!);
    expect(Math.max(...ofCell(dff))).toBeGreaterThan(0.6);
    // 100 px of 200 photons: noise of 0.7 % of the light at rest, and transients from 80 % on.
    expect(correlation(ofCell(light), ofCell(dff))).toBeGreaterThan(0.99);
  }
});

test('cells have masks of their own, numbered from 1, below the beads', () => {
  const settings: Settings = { cells: 40, beads: 7, width: 300, cellRadiusPx: 6 };
  const { map } = simulatedCells(settings);
  expect(cellsOf(map)).toEqual(Array.from({ length: 40 }, (_, cell) => cell + 1));
  const { height } = simulatedCalciumBeads(parseSimulatedCalciumOptions(settings));
  expect(height).toBe(240);
  expect(
    cellLabels(map)
      .subarray(0, 300 * height)
      .every((cell) => cell === 0),
  ).toBe(true);
});

test('the light bleaches at its rate', async () => {
  const bleaching: Settings = { ...film, bleachingPerS: 0.02, amplitude: 0, photonsPerPixel: 1e6 };
  const { light } = await lightAndTruth(bleaching);
  const { gain } = simulatedSensor(parseSimulatedCalciumOptions(bleaching));
  const floor = 0.05 * gain * 1e6;
  const left = (light[500]![2]! - floor) / (light[0]![2]! - floor);
  // 25 s; a million photons a pixel leave the mean of 100 px a noise of 0.01 %.
  expect(left / 0.98 ** 25).toBeCloseTo(1, 3);
});

test('the noise of a pixel is that of its photons and of the read-out', async () => {
  const still: Settings = { ...film, amplitude: 0, frames: 400, readNoise: 4, photonsPerPixel: 200 };
  const { gain } = simulatedSensor(parseSimulatedCalciumOptions(still));
  let [sum, squares] = [new Float64Array(120 * 90), new Float64Array(120 * 90)];
  for await (const { pixels } of framesOf(still)) {
    const counts = new Uint16Array(pixels.buffer);
    sum = sum.map((value, pixel) => value + counts[pixel]! / gain / 400);
    squares = squares.map((value, pixel) => value + (counts[pixel]! / gain) ** 2 / 400);
  }
  const labels = cellLabels(simulatedCells(still).map);
  let ratio = 0;
  let pixels = 0;
  labels.forEach((cell, pixel) => {
    if (cell === 0) return;
    ratio += (squares[pixel]! - sum[pixel]! ** 2) / (sum[pixel]! + 4 ** 2);
    pixels++;
  });
  // Some 550 px of 400 frames each: 0.3 % rms, and the variance is taken about the mean of so many frames.
  expect(ratio / pixels).toBeGreaterThan(0.98);
  expect(ratio / pixels).toBeLessThan(1.01);
});

describe('a frame', () => {
  const moving: Settings = { ...film, motionPx: 1, neuropil: 0.5, frames: 40, beads: 1, height: 170 };
  let frames: CameraFrame[];
  beforeAll(async () => {
    frames = [];
    for await (const frame of framesOf(moving)) frames.push({ ...frame, pixels: frame.pixels.slice() });
  });

  test('is the same for the same seed, and another for another', async () => {
    let index = 0;
    for await (const { pixels, truth } of framesOf(moving)) {
      expect(Buffer.compare(pixels, frames[index]!.pixels)).toBe(0);
      expect(truth).toEqual(frames[index++]!.truth);
    }
    for await (const { pixels } of framesOf({ ...moving, frames: 1, seed: 2 })) {
      expect(Buffer.compare(pixels, frames[0]!.pixels)).not.toBe(0);
    }
  });

  test('has its reference beads where the scene has moved to', async () => {
    const stuck: Settings = { ...moving, referenceBeads: 1 };
    const { course } = simulatedCells(stuck);
    const { xPx, yPx, zNm } = simulatedCalciumBeads(parseSimulatedCalciumOptions(stuck)).beads[0]!;
    const at = course();
    for await (const { truth } of framesOf(stuck)) {
      expect(truth).toEqual(Float64Array.of(xPx + at.shiftPx[0], yPx + at.shiftPx[1], zNm));
      at.advance();
    }
    expect(Math.abs(at.shiftPx[0])).toBeGreaterThan(0.05);
  });

  test('has the truth of its number, whatever was skipped before', async () => {
    const clock = {
      ms: 0,
      nowMs: () => clock.ms,
      async sleep(ms: number) {
        clock.ms += ms;
      },
    };
    const bright: Settings = { ...film, photonsPerPixel: 1e6, frames: 100, motionPx: 1, neuropil: 0.5 };
    const all: number[][] = [];
    const labels = cellLabels(simulatedCells(bright).map);
    const means = (pixels: Uint8Array) => meansOf(new Uint16Array(pixels.buffer), labels);
    for await (const { pixels } of framesOf(bright)) all.push(means(pixels));
    const seen: number[] = [];
    for await (const { id, pixels } of framesOf({ ...bright, pace: 'real-time' }, clock)) {
      // Every frame takes as long as seven.
      clock.ms += 350;
      seen.push(id);
      means(pixels).forEach((mean, cell) => {
        // Of a million photons in 100 px; a spike more or less is 40 %.
        expect(Math.abs(mean / all[id]![cell]! - 1)).toBeLessThan(0.001);
      });
    }
    expect(seen.length).toBeLessThan(25);
    expect(seen.length).toBeGreaterThan(5);
  });
});

test('in a cycle, frames come over and over', async () => {
  const shown: Uint8Array[] = [];
  for await (const { pixels } of framesOf({ ...film, cycle: 3, frames: 7 })) shown.push(pixels.slice());
  expect(shown[4]).toEqual(shown[1]);
  expect(shown[6]).toEqual(shown[0]);
  expect(shown[1]).not.toEqual(shown[0]);
});
