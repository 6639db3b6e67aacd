import { parseCellPlan } from '#calcium-stages/plan.ts';
import { CellPipeline } from '#calcium-stages/run-cells.ts';
import { type CellMap, cellMapOf } from '#protocol/cell-map.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';
import { calciumSection, cellPlanOf, neuropilOf } from '../../settings/calcium-settings.ts';
import { digits, median } from './statistics.ts';

const SIDE_PX = 512;
const CELLS_A_SIDE = 15;
const CELLS = 200;
const CELL_RADIUS_PX = 7;
const FPS = 100;
/** Frames that are timed at once, and how many of them lie in memory: the projections add up a few at a time. */
const BLOCK = 8;
const ROOMS = 16;
const BLOCKS = 60;
/** Before the compiler is done with the stages. */
const WARM_BLOCKS = 15;

/** What stages take of one thread for a frame of 16 bits, and in float64 for the same counts as float32, in turn. */
export interface CellFrameTimes {
  stages: string;
  width: number;
  height: number;
  cells: number;
  /** Medians and minima over blocks of frames, us. */
  usPerFrame: number;
  usPerFrameMin: number;
  floatUsPerFrame: number;
  floatUsPerFrameMin: number;
  /** How many times faster whole counts are. */
  ratio: number;
  ratioOfBest: number;
}

/** Times the stages that see every pixel, and all of them, on frames as they lie in memory that threads share. */
export function timeCellFrames(seed: number): CellFrameTimes[] {
  const settings = calciumSection.parse({ neuropilWidth: 4 });
  const map = diskMap();
  const { whole, floats } = rooms(seed);
  return ['roi-traces', 'welford-projections', 'all'].map((stages) => {
    const steps = stages === 'all' ? cellPlanOf(settings) : parseCellPlan([{ stage: stages }]);
    const start = () => new CellPipeline({ fps: FPS, map, neuropil: neuropilOf(settings) }, steps);
    const [ofWhole, ofFloats] = [timer(start(), whole), timer(start(), floats)];
    const us = Array.from({ length: BLOCKS }, () => [ofWhole(), ofFloats()] as const).slice(WARM_BLOCKS);
    const [wholeUs, floatUs] = [us.map(([own]) => own), us.map(([, other]) => other)];
    const [best, floatBest] = [Math.min(...wholeUs), Math.min(...floatUs)];
    return {
      stages,
      width: SIDE_PX,
      height: SIDE_PX,
      cells: CELLS,
      usPerFrame: digits(median(wholeUs)),
      usPerFrameMin: digits(best),
      floatUsPerFrame: digits(median(floatUs)),
      floatUsPerFrameMin: digits(floatBest),
      ratio: digits(median(floatUs) / median(wholeUs)),
      ratioOfBest: digits(floatBest / best),
    };
  });
}

/** Times a block of frames after the other, us a frame. */
function timer(pipeline: CellPipeline, frames: readonly Pixels[]): () => number {
  let id = 0;
  return () => {
    const startMs = performance.now();
    for (const end = id + BLOCK; id < end; id++) pipeline.measure(id, id / FPS, frames[id % frames.length]!);
    return ((performance.now() - startMs) * 1000) / BLOCK;
  };
}

/** Disks in rows. */
function diskMap(): CellMap {
  const labels = new Int32Array(SIDE_PX * SIDE_PX);
  const pitch = SIDE_PX / CELLS_A_SIDE;
  for (let cell = 0; cell < CELLS; cell++) {
    const centerY = Math.floor((Math.floor(cell / CELLS_A_SIDE) + 0.5) * pitch);
    const centerX = Math.floor(((cell % CELLS_A_SIDE) + 0.5) * pitch);
    for (let y = -CELL_RADIUS_PX; y <= CELL_RADIUS_PX; y++) {
      const half = Math.floor(Math.sqrt(CELL_RADIUS_PX ** 2 - y ** 2));
      const row = (centerY + y) * SIDE_PX + centerX;
      labels.fill(cell + 1, row - half, row + half + 1);
    }
  }
  return cellMapOf(labels, SIDE_PX, SIDE_PX);
}

/** Frames of 12-bit noise, and the same as floats. */
function rooms(seed: number) {
  const random = createRandom(seed);
  const pixels = SIDE_PX * SIDE_PX;
  const whole = Array.from({ length: ROOMS }, () => {
    const room = new Uint16Array(new SharedArrayBuffer(2 * pixels));
    for (let pixel = 0; pixel < pixels; pixel++) room[pixel] = 4096 * random.uniform();
    return room;
  });
  const floats = whole.map((counts) => {
    const room = new Float32Array(new SharedArrayBuffer(4 * pixels));
    room.set(counts);
    return room;
  });
  return { whole, floats };
}
