import { afterEach, beforeEach, expect, test } from 'vitest';
import { maskAbove } from '#calcium/masks.ts';
import { projectImages } from '#calcium/projections.ts';
import { connectedRegions } from '#calcium/regions.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { LIVE_PROJECTIONS, type LiveProjection } from '#protocol/calcium-live.ts';
import { cellLabels, cellMapOf, cellsOf } from '#protocol/cell-map.ts';
import { calciumSetup, filmedPixels, HEIGHT, squares, WIDTH, watchedCalcium } from './filmed-cells.ts';

const FRAMES = 12;
const FORMATS = ['mono8', 'mono12', 'mono16', 'float32'] as const;
type Format = (typeof FORMATS)[number];

let engine: EngineHost;
let watched: ReturnType<typeof watchedCalcium>;

beforeEach(async () => {
  engine = await startThreadHost('reference');
  watched = watchedCalcium(engine, 2 * FRAMES);
});
afterEach(async () => {
  await watched.host.close();
  await engine.close();
});

function film(pixelFormat: Format): void {
  watched.host.configure(calciumSetup(undefined, { pixelFormat }));
  for (let id = 0; id < FRAMES; id++) watched.push(id, filmedPixels(id, pixelFormat));
}

/** The projection of the recorded stack. */
function recorded(pixelFormat: Format, kind: LiveProjection) {
  const values = Float64Array.from(
    Array.from({ length: FRAMES }, (_, id) => [...filmedPixels(id, pixelFormat)]).flat(),
  );
  return projectImages({ shape: [FRAMES, HEIGHT, WIDTH], values }, kind);
}

test.each(FORMATS)('projections of %s are those of the recorded stack, in 16 bits', async (pixelFormat) => {
  film(pixelFormat);
  for (const kind of LIVE_PROJECTIONS) {
    const { pixels, low, high, ...rest } = await watched.host.project(kind);
    expect(rest).toEqual({ type: 'calcium-projection', kind, frames: FRAMES, width: WIDTH, height: HEIGHT });
    const want = recorded(pixelFormat, kind).values;
    const step = (high - low) / 65_535;
    // Counts: half a step of the 16 bits, and the rounding of float32.
    const tolerance = 0.5001 * step + 1e-6 * high;
    const off = Math.max(...want.map((value, at) => Math.abs(low + pixels[at]! * step - value)));
    expect(off).toBeLessThan(tolerance);
    expect([low, high]).toEqual([
      expect.closeTo(Math.min(...want), 6 /* digits of counts: float64 */),
      expect.closeTo(Math.max(...want), 6),
    ]);
  }
});

test.each([
  ['mono8', 'mean', 'absolute', 90],
  ['mono12', 'max', 'sigma', 1],
  ['mono16', 'std', 'percentile', 85],
  ['float32', 'mean', 'percentile', 92.3],
] as const)('cells of %s by the %s above %s %d are those of the recorded stack', async (...row) => {
  const [pixelFormat, kind, method, value] = row;
  film(pixelFormat);
  const found = await watched.host.findCells({ kind, method, value, leastPixels: 3 });
  const { mask, threshold } = maskAbove(recorded(pixelFormat, kind), { method, value });
  const { labels, pixels } = connectedRegions(mask, 3);
  expect(found.map).toEqual(cellMapOf(labels.values, WIDTH, HEIGHT));
  expect(found.threshold).toBeCloseTo(threshold, 6 /* digits of counts: float64 */);
  expect(pixels.length).toBeGreaterThan(0);
});

test('the cells that were filmed are found, whatever is measured meanwhile', async () => {
  film('mono16');
  const { host, push } = watched;
  const answers: string[] = [];
  const search = { kind: 'mean', method: 'sigma', value: 1.5, leastPixels: 4 } as const;
  const finding = host.findCells(search).finally(() => answers.push(`found after ${host.measured} frames`));
  push(FRAMES);
  const found = await finding;
  expect(answers).toEqual([`found after ${FRAMES + 1} frames`]);
  // Numbered anew, in the order of their first pixels.
  expect(cellsOf(found.map)).toEqual([1, 2, 3]);
  expect(found.map.runs.filter((_, at) => at % 3 < 2)).toEqual(squares.runs.filter((_, at) => at % 3 < 2));
});

test('what is left out holds no cell, and counts for no threshold', async () => {
  film('mono16');
  const { host } = watched;
  const search = { kind: 'mean', method: 'sigma', value: 1.5, leastPixels: 1 } as const;
  const all = await host.findCells(search);
  // Around the first run of the first cell, and beyond the frame.
  const [first] = squares.runs;
  const leftOut = [
    { left: (first! % WIDTH) - 2, top: Math.floor(first! / WIDTH) - 2, size: 8 },
    { left: WIDTH - 1, top: -5, size: 4 },
  ];
  const found = await host.findCells({ ...search, leftOut });
  expect(cellsOf(found.map)).toHaveLength(cellsOf(all.map).length - 1);
  const labels = cellLabels(found.map);
  expect(labels[first!]).toBe(0);
  const kept = [...recorded('mono16', 'mean').values].filter((_, pixel) => {
    const [column, row] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    return !leftOut.some(({ left, top, size }) => {
      return column >= left && column < left + size && row >= top && row < top + size;
    });
  });
  const { threshold } = maskAbove({ shape: [1, kept.length], values: Float64Array.from(kept) }, search);
  expect(found.threshold).toBeCloseTo(threshold, 6 /* digits of counts: float64 */);
});

test('projections begin anew when they are reset', async () => {
  film('mono16');
  watched.host.resetProjections();
  watched.push(FRAMES);
  const { frames, low, high } = await watched.host.project('mean');
  const last = filmedPixels(FRAMES);
  expect([frames, low, high]).toEqual([1, Math.min(...last), Math.max(...last)]);
  expect(watched.host.projected).toBe(1);
});

test('what cannot be answered says why and what to do', async () => {
  const { host } = watched;
  const nothing = { code: 'E_CONFIG', message: expect.stringMatching(/frame.*received none/) };
  await expect(host.project('mean')).rejects.toMatchObject(nothing);
  host.configure(calciumSetup());
  await expect(host.project('mean')).rejects.toMatchObject(nothing);
  await expect(
    host.findCells({ kind: 'std', method: 'sigma', value: 1, leastPixels: 1 }),
  ).rejects.toMatchObject(nothing);
  film('mono8');
  await expect(
    host.findCells({ kind: 'mean', method: 'absolute', value: 300, leastPixels: 1 }),
  ).rejects.toMatchObject({
    code: 'E_CONFIG',
    message:
      'cells of the projection: expected 1 to 65535 regions of at least 1 px above 300 counts, received 0; lower the threshold',
  });
  await expect(
    host.findCells({ kind: 'mean', method: 'percentile', value: 101, leastPixels: 1 }),
  ).rejects.toMatchObject({ code: 'E_CONFIG', message: expect.stringContaining('from 0 to 100') });
});

test('pixels of a float camera that are not finite are in no cell and spoil no projection', async () => {
  const { host } = watched;
  host.configure(calciumSetup(undefined, { pixelFormat: 'float32' }));
  for (let id = 0; id < FRAMES; id++) {
    const pixels = filmedPixels(id, 'float32');
    pixels[0] = Number.NaN;
    pixels[1] = Number.POSITIVE_INFINITY;
    watched.push(id, pixels);
  }
  const { pixels, low, high } = await host.project('mean');
  expect([pixels[0], pixels[1], low > 0, high < 65_535]).toEqual([0, 0, true, true]);
  const { map } = await host.findCells({ kind: 'max', method: 'sigma', value: 1.5, leastPixels: 1 });
  expect(map.runs.filter((_, at) => at % 3 < 2)).toEqual(squares.runs.filter((_, at) => at % 3 < 2));
});
