import type { z } from 'zod';
import { type CellMap, cellMapOf } from '#protocol/cell-map.ts';
import { frameBytes, viewPixels } from '#protocol/pixel-format.ts';
import { type CalciumCourse, createCalciumCourse } from '#simulation/calcium-course.ts';
import { createCalciumPainter } from '#simulation/calcium-light.ts';
import type { SensorPixels } from '#simulation/camera-noise.ts';
import { type CellShape, createCellShapes } from '#simulation/cell-shapes.ts';
import { createRandom } from '#simulation/random.ts';
import { createScene, type Scene } from '#simulation/scene.ts';
import { createBeadPainter } from '#simulation/scene-light.ts';
import { createSceneMotion } from '#simulation/scene-motion.ts';
import type { CameraAdapter } from './define.ts';
import { hostClock, type PaceClock } from './pace.ts';
import { simulatedSensor } from './simulated.ts';
import {
  beadRows,
  parseSimulatedCalciumOptions,
  type SimulatedCalciumOptions,
  type simulatedCalciumOptions,
} from './simulated-calcium-options.ts';
import { createControlledSensor, SimulatedControls } from './simulated-controls.ts';
import { type Exposure, exposeOnSchedule, inCycle } from './simulated-schedule.ts';

/** The beads this camera sees, where they rest, in the rows at the top of the frame. */
export function simulatedCalciumBeads(options: SimulatedCalciumOptions): Scene {
  const { roiSpacing: spacingPx, ...scene } = options;
  const height = beadRows(options.beads, options.width, spacingPx);
  return createScene({ ...scene, spacingPx, height });
}

/** The cells this camera sees: true masks, numbered from 1, and what they do. */
export interface SimulatedCells {
  /** Of the whole frame, where the cells rest. */
  map: CellMap;
  /** Their course at frame 0; frame `id` comes after so many advances, without end. With a cycle, that of `id` modulo it. */
  course(): CalciumCourse;
}

/**
 * The truth of all frames of a camera, of its settings alone.
 * @throws {ConfigError} for settings out of range, or a frame too small
 */
export function simulatedCells(settings: z.input<typeof simulatedCalciumOptions>): SimulatedCells {
  const options = parseSimulatedCalciumOptions(settings);
  const { width, height } = options;
  const labels = new Uint16Array(width * height);
  const offset = width * beadRows(options.beads, width, options.roiSpacing);
  shapesOf(options).forEach(({ pixels, inside }, cell) => {
    pixels.forEach((pixel, index) => {
      if (inside[index]) labels[offset + pixel] = cell + 1;
    });
  });
  return { map: cellMapOf(labels, width, height), course: () => courseOf(options) };
}

/**
 * A camera that films calcium in cells and, in a part of the frame of their own, beads: neuropil, bleaching, motion
 * of the whole scene, shot and read noise, with the true position of every bead in every frame and the truth of the
 * cells from `simulatedCells`.
 *
 * Its schedule, exposure, gain and cycle are those of the simulated camera; its rate stays what it is, for the course
 * of the cells is one of frames.
 *
 * @throws {ConfigError} for settings out of range, or a frame too small for the beads or the cells
 */
export function simulatedCalciumCamera(
  settings: z.input<typeof simulatedCalciumOptions> = {},
  clock: PaceClock = hostClock,
): CameraAdapter {
  const options = parseSimulatedCalciumOptions(settings);
  const { width, height, pixelFormat, pixelSizeNm, frames, cycle } = options;
  const scene = simulatedCalciumBeads(options);
  const cells = shapesOf(options);
  const isPaced = options.pace === 'real-time';
  const makesPictures = cycle === undefined;
  // Not paced as far as the controls go: a rate that can be set would be among them.
  const controls = new SimulatedControls({ fps: options.fps, isPaced: false, makesPictures });
  let exposure: Exposure | undefined;
  const exposureOf = () => {
    const expose = createExposure(options, scene, cells, controls);
    return cycle === undefined ? expose : inCycle(expose, cycle);
  };
  return {
    controls,
    async open() {
      exposure = exposureOf();
      const fps = isPaced ? options.fps : 0;
      return { camera: 'simulated-calcium', width, height, pixelFormat, fps, pixelSizeNm };
    },
    frames: (signal) => {
      exposure ??= exposureOf();
      const showsAtOnce = !isPaced && !makesPictures;
      return exposeOnSchedule(exposure, { controls, frames, isPaced, showsAtOnce, clock }, signal);
    },
    async close() {
      exposure = undefined;
    },
  };
}

function shapesOf(options: SimulatedCalciumOptions): CellShape[] {
  const { cells, cellRadiusPx: radiusPx, width, seed } = options;
  const height = Math.max(0, options.height - beadRows(options.beads, width, options.roiSpacing));
  return createCellShapes({ cells, radiusPx, width, height, seed: seed + 2 });
}

function courseOf({ spikes: source, ...options }: SimulatedCalciumOptions): CalciumCourse {
  return createCalciumCourse({ ...options, source, seed: options.seed + 3 });
}

function createExposure(
  options: SimulatedCalciumOptions,
  scene: Scene,
  cells: readonly CellShape[],
  controls: SimulatedControls,
): Exposure {
  const { width, height, pixelFormat, fps, forcePn, tetherNm: extensionNm, seed } = options;
  const random = createRandom(seed + 1);
  const tethers = { ...options, tether: { forcePn, extensionNm } };
  const motion = createSceneMotion(scene, tethers, random);
  const expose = createControlledSensor(simulatedSensor(options), controls, random);
  const paintBeads = createBeadPainter(scene, { pixelSizeNm: options.pixelSizeNm });
  const light = new Float32Array(width * height);
  const ofBeads = light.subarray(0, width * scene.height);
  const ofCells = light.subarray(width * scene.height);
  const course = courseOf(options);
  const cellHeight = height - scene.height;
  const paintCells = createCalciumPainter({ ...options, height: cellHeight, cells, seed: seed + 4 });
  const buffers = [0, 1].map(() => new Uint8Array(frameBytes({ width, height, pixelFormat })));
  let last = 0;
  return (id) => {
    if (id > last) motion.advance((id - last) / fps);
    for (; last < id; last++) course.advance();
    buffers.reverse();
    const pixels = buffers[0]!;
    const truth = motion.truth.map((place, at) => place + (course.shiftPx[at % 3] ?? 0));
    ofBeads.fill(1);
    paintBeads(ofBeads, truth);
    paintCells(ofCells, course);
    expose(light, width, viewPixels(pixels.buffer, pixelFormat) as SensorPixels);
    return { pixels, ...(truth.length > 0 && { truth }) };
  };
}
