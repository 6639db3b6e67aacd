import type { CalciumSetup, FrameToMeasure } from '#calcium-live/calcium-host.ts';
import { openCalcium } from '#calcium-live/open-calcium.ts';
import { parseCellPlan } from '#calcium-stages/plan.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { type CellMap, cellMapOf } from '#protocol/cell-map.ts';
import {
  frameBytes,
  PIXEL_FORMATS,
  type PixelFormat,
  type Pixels,
  viewPixels,
} from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

export const WIDTH = 40;
export const HEIGHT = 26;
export const FPS = 50;

/** Three squares, 6 px wide, whose numbers have a hole. */
export const squares: CellMap = cellMapOf(
  Int32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [row, column] = [Math.floor(at / WIDTH), at % WIDTH];
    if (row < 10 || row >= 16 || column % 12 >= 6 || column >= 30) return 0;
    return [1, 2, 7][Math.floor(column / 12)]!;
  }),
  WIDTH,
  HEIGHT,
);

export function calciumSetup(
  stages: readonly string[] = ['welford-projections', 'roi-traces'],
  more: Partial<CalciumSetup> = {},
): CalciumSetup {
  const steps = parseCellPlan(stages.map((stage) => ({ stage })));
  return {
    width: WIDTH,
    height: HEIGHT,
    pixelFormat: 'mono16',
    fps: FPS,
    steps,
    map: squares,
    neuropil: null,
    ...more,
  };
}

/** Noise everywhere, and brighter squares that flicker, over most of what the format can hold. */
export function filmedPixels(seed: number, pixelFormat: PixelFormat = 'mono16'): Pixels {
  const random = createRandom(seed);
  const full = Math.min(PIXEL_FORMATS[pixelFormat].saturation, 65_535);
  const pixels = viewPixels(
    new ArrayBuffer(frameBytes({ width: WIDTH, height: HEIGHT, pixelFormat })),
    pixelFormat,
  );
  for (let at = 0; at < pixels.length; at++) pixels[at] = full * (0.1 + 0.1 * random.uniform());
  const { runs } = squares;
  for (let run = 0; run < runs.length; run += 3) {
    for (let at = runs[run]!; at < runs[run]! + runs[run + 1]!; at++) {
      pixels[at] = full * (0.5 + 0.1 * random.uniform() + 0.02 * ((seed * runs[run + 2]!) % 11));
    }
  }
  return pixels;
}

/** What a host tells, and a way to push frames through the rooms of an engine. */
export function watchedCalcium(engine: EngineHost, mostWaiting = 8) {
  /** In the order told: frames measured, and runs that were skipped. */
  const fates: (number | [number, number])[] = [];
  const batches: MeasuredCells[] = [];
  const troubles: Error[] = [];
  const released: object[] = [];
  const host = openCalcium({
    mostWaiting,
    release: (room) => {
      released.push(room);
      engine.returnRoom(room);
    },
    onMeasured: (batch) => {
      fates.push(...batch.frames.map(({ id }) => id));
      batches.push(batch);
    },
    onSkipped: (first, last) => fates.push([first, last]),
    onTrouble: (error) => troubles.push(error),
  });
  const push = (id: number, pixels: Pixels = filmedPixels(id)): FrameToMeasure => {
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const room = engine.takeRoom(bytes.length);
    room.pixels.set(bytes);
    const frame = { id, timeNs: BigInt(id) * (1_000_000_000n / BigInt(FPS)), receivedNs: BigInt(id), room };
    host.push(frame);
    return frame;
  };
  return { host, push, fates, batches, troubles, released };
}

/** All frames of the batches: [frame, cell] of a column. */
export function columnOf(
  batches: readonly MeasuredCells[],
  column: keyof MeasuredCells['columns'],
): number[] {
  return batches.flatMap(({ columns }) => [...columns[column]]);
}
