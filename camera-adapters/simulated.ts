import { z } from 'zod';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import { ConfigError } from '#protocol/errors.ts';
import { frameBytes, viewPixels } from '#protocol/pixel-format.ts';
import { type SensorParams, type SensorPixels, sensorFor } from '#simulation/camera-noise.ts';
import { createRandom } from '#simulation/random.ts';
import { createScene, type Scene } from '#simulation/scene.ts';
import { createBeadPainter } from '#simulation/scene-light.ts';
import { createSceneMotion } from '#simulation/scene-motion.ts';
import type { CameraAdapter } from './define.ts';
import { type SimulatedFocusStage, simulatedFocusStage } from './focus-stages/simulated.ts';
import {
  leastExtensionNm,
  magnetOptions,
  type SimulatedMagnets,
  simulatedMagnets,
} from './motors/simulated-magnets.ts';
import { hostClock, type PaceClock } from './pace.ts';
import { createControlledSensor, SimulatedControls } from './simulated-controls.ts';
import { type Exposure, exposeOnSchedule, inCycle } from './simulated-schedule.ts';

const vector = z.tuple([z.number(), z.number(), z.number()]);
const radiusNm = z.number().positive().max(10_000);
const frameSide = z.number().int().min(16).max(8192);

/** Every setting of the simulated camera; all have defaults. */
export const simulatedCameraOptions = z.strictObject({
  beads: z.number().int().min(1).max(4096).default(12).meta({ description: 'Beads in the frame' }),
  referenceBeads: z.number().int().min(0).optional().meta({
    description:
      'Beads of these that stick to the surface and move with the stage only; 2 of 4 or more when absent',
  }),
  fps: z.number().positive().max(100_000).default(100).meta({ description: 'Frames a second' }),
  width: frameSide.optional().meta({ description: 'Frame width, px; chosen to fit the beads when absent' }),
  height: frameSide.optional().meta({ description: 'Frame height, px; chosen to fit the beads when absent' }),
  pixelFormat: z
    .enum(['mono8', 'mono12', 'mono16'])
    .default('mono8')
    .meta({ description: 'Type of a pixel' }),
  roiSpacing: z
    .number()
    .int()
    .min(16)
    .max(1024)
    .default(80)
    .meta({ description: 'Side of the square field each bead has to itself, px' }),
  radiiNm: z
    .union([z.array(radiusNm).min(1), radiusNm.transform((radius) => [radius])])
    .default([1400])
    .meta({ description: 'Radii of the kinds of bead, nm; beads take them in turn' }),
  pixelSizeNm: z.number().min(10).max(1000).default(100).meta({ description: 'Sample plane, nm per px' }),
  zRangeNm: z
    .tuple([z.number(), z.number()])
    .default([4800, 6200])
    .meta({ description: 'Range of the heights of the beads at rest, nm above the plane in focus' }),
  photonsPerPixel: z
    .number()
    .positive()
    .max(1e6)
    .default(1000)
    .meta({ description: 'Photons detected in a background pixel, exposed to 0.4 of the largest count' }),
  readNoise: z.number().min(0).max(1000).default(3).meta({ description: 'Read noise, electrons rms' }),
  forcePn: z.number().positive().max(1000).default(2).meta({ description: 'Force on the tethers, pN' }),
  tetherNm: z.number().positive().default(1000).meta({ description: 'Extension of the tethers, nm' }),
  stepNm: z.number().min(-1000).max(1000).default(0).meta({
    description: 'How far the tethers lift their beads at once, and let them down again, nm',
  }),
  stepEveryS: z.number().positive().default(2).meta({ description: 'Time between such steps, s' }),
  driftNmPerS: vector.default([0.5, -0.3, 0.2]).meta({ description: 'Drift of the stage in x, y, z, nm/s' }),
  walkNmPerRootS: vector
    .default([0, 0, 0])
    .meta({ description: 'Random walk of the stage in x, y, z: nm rms after one second' }),
  focusRangeNm: z
    .tuple([z.number(), z.number()])
    .refine(([from, to]) => from < to, { message: 'expected the lower end first' })
    .default([-4000, 4000])
    .meta({ description: 'Range of the focus stage, nm; what it adds to the heights' }),
  focusSpeedNmPerS: z.number().positive().default(20_000).meta({ description: 'Its speed, nm/s' }),
  focusSettleMs: z.number().min(0).max(10_000).default(20).meta({ description: 'Its rest after a move, ms' }),
  focusHysteresisNm: z.number().min(0).max(1000).default(0).meta({
    description: 'Its play: how far apart one reading is from below and from above, nm',
  }),
  focusDriftNmPerS: z.number().default(0).meta({ description: 'Creep of the focus, nm/s' }),
  ...magnetOptions,
  seed: z.number().int().default(1).meta({ description: 'Same seed, same beads, motion and noise' }),
  frames: z.number().int().positive().optional().meta({ description: 'Frames to expose before it ends' }),
  pace: z
    .enum(['real-time', 'fast'])
    .default('real-time')
    .meta({ description: 'real-time skips frames it has no time for; fast delivers all as fast as it can' }),
  cycle: z.number().int().min(1).max(4096).optional().meta({
    description: 'Frames to expose beforehand and show over and over: the camera then costs next to no time',
  }),
  blackout: z
    .strictObject({ from: z.number().int().min(0), frames: z.number().int().min(0) })
    .optional()
    .meta({ description: 'Frames without any light: the first and how many' }),
});

/** Settings that are complete: only what may be absent is. */
export type SimulatedCameraOptions = z.output<typeof simulatedCameraOptions> & { referenceBeads: number };

/**
 * Settings with their defaults.
 * @throws {ConfigError} naming the setting
 */
export function parseSimulatedCameraOptions(
  settings: z.input<typeof simulatedCameraOptions>,
): SimulatedCameraOptions {
  const parsed = simulatedCameraOptions.safeParse(settings);
  if (parsed.success) {
    const { beads, referenceBeads = Math.min(2, Math.floor(beads / 2)) } = parsed.data;
    return { ...parsed.data, referenceBeads };
  }
  throw new ConfigError({
    where: 'simulated camera',
    expected: 'settings of this camera',
    received: z.prettifyError(parsed.error),
  });
}

/** The beads this camera sees, where they rest. */
export function simulatedScene(options: SimulatedCameraOptions): Scene {
  const { roiSpacing: spacingPx, ...scene } = options;
  return createScene({ ...scene, spacingPx });
}

/** The sensor this camera has, for focal sweeps that fit its pictures. */
export function simulatedSensor(
  options: Pick<SimulatedCameraOptions, 'pixelFormat' | 'photonsPerPixel' | 'readNoise'>,
): SensorParams {
  return sensorFor(options.pixelFormat, options);
}

/**
 * A camera that needs no hardware: tethered and reference beads in radially exact optics, with shot and read
 * noise, and the true position of every bead in every frame.
 *
 * In real time it keeps an absolute schedule: frame `id` is exposed at start + id / fps, and that is its time.
 * When its frames are not taken in time it skips those more than 100 ms late, so that what is lost shows as
 * missing ids. Pixels alternate between two buffers.
 *
 * Exposure, gain and rate can be changed while it runs, and it can stop and go on; all that between two frames.
 *
 * With a cycle, frame `id` shows what frame `id` modulo the cycle did; shown as fast as it goes, its time is when it
 * is shown.
 *
 * @throws {ConfigError} for settings out of range, or a frame too small for the beads
 */
export function simulatedCamera(
  settings: z.input<typeof simulatedCameraOptions> = {},
  clock: PaceClock = hostClock,
): CameraAdapter {
  const options = parseSimulatedCameraOptions(settings);
  const scene = simulatedScene(options);
  // Pictures that are made beforehand cannot follow a focus or magnets.
  const moving = options.cycle === undefined ? movingParts(options) : {};
  const isPaced = options.pace === 'real-time';
  const controls = new SimulatedControls({
    fps: options.fps,
    isPaced,
    makesPictures: options.cycle === undefined,
  });
  let exposure: Exposure | undefined;
  return {
    focusStage: moving.focusStage,
    motors: moving.magnets?.motors,
    controls,
    async open() {
      exposure = exposureOf(options, scene, controls, moving);
      return factsOf(options, scene);
    },
    frames: (signal) => {
      exposure ??= exposureOf(options, scene, controls, moving);
      const showsAtOnce = !isPaced && options.cycle !== undefined;
      const { frames } = options;
      return exposeOnSchedule(exposure, { controls, frames, isPaced, showsAtOnce, clock }, signal);
    },
    async close() {
      exposure = undefined;
    },
  };
}

function factsOf(options: SimulatedCameraOptions, { width, height }: Scene): CameraFacts {
  const { pixelFormat, pixelSizeNm } = options;
  const fps = options.pace === 'fast' ? 0 : options.fps;
  return { camera: 'simulated', width, height, pixelFormat, fps, pixelSizeNm };
}

/** What can be moved; nothing where pictures are made beforehand. */
interface MovingParts {
  focusStage?: SimulatedFocusStage;
  magnets?: SimulatedMagnets;
}

function movingParts(options: SimulatedCameraOptions): MovingParts {
  const focusStage = simulatedFocusStage({
    rangeNm: options.focusRangeNm,
    speedNmPerS: options.focusSpeedNmPerS,
    settleMs: options.focusSettleMs,
    hysteresisNm: options.focusHysteresisNm,
    driftNmPerS: options.focusDriftNmPerS,
  });
  return { focusStage, magnets: simulatedMagnets(options) };
}

function exposureOf(
  options: SimulatedCameraOptions,
  scene: Scene,
  controls: SimulatedControls,
  moving: MovingParts,
): Exposure {
  const expose = createExposure(options, scene, controls, moving);
  return options.cycle === undefined ? expose : inCycle(expose, options.cycle);
}

/** Heights the pictures cover at least, nm. */
const LEAST_TABLE_NM: readonly [number, number] = [-2000, 12_000];
/** Heights that a bead may have beyond those it rests at and the focus adds: it moves, and the stage drifts. */
const HEIGHT_MARGIN_NM = 1000;

/** Heights that the beads may have in a picture, nm. */
function heightsOf(options: SimulatedCameraOptions, magnets: SimulatedMagnets): [number, number] {
  const [low, high] = options.zRangeNm;
  const [below, above] = options.focusRangeNm;
  const slackNm = options.tetherNm - leastExtensionNm(options, magnets);
  const least = low + below - slackNm - HEIGHT_MARGIN_NM;
  const most = high + above + HEIGHT_MARGIN_NM;
  return [Math.min(LEAST_TABLE_NM[0], least), Math.max(LEAST_TABLE_NM[1], most)];
}

function createExposure(
  options: SimulatedCameraOptions,
  scene: Scene,
  controls: SimulatedControls,
  { focusStage, magnets }: MovingParts,
): Exposure {
  const { pixelFormat, pixelSizeNm, blackout } = options;
  const { width, height, beads } = scene;
  const random = createRandom(options.seed + 1);
  const tether = { forcePn: options.forcePn, extensionNm: options.tetherNm };
  const motion = createSceneMotion(scene, { ...options, tether }, random);
  const expose = createControlledSensor(simulatedSensor(options), controls, random);
  const zRangeNm = magnets ? heightsOf(options, magnets) : LEAST_TABLE_NM;
  const paint = createBeadPainter(scene, { pixelSizeNm, zRangeNm });
  const light = new Float32Array(width * height);
  const buffers = [0, 1].map(() => new Uint8Array(frameBytes({ width, height, pixelFormat })));
  let last = 0;
  let turn = 0;
  let at = { magnetMm: options.magnetMm, magnetTurns: 0 };
  return (id, timeNs) => {
    const before = at;
    at = magnets?.positionsIn(timeNs) ?? at;
    if (at.magnetMm !== before.magnetMm || at.magnetTurns !== before.magnetTurns) {
      motion.pull({ ...tether, ...magnets!.tetherAt(at) });
    }
    if (id > last) motion.advance((id - last) / controls.fps);
    last = id;
    turn = 1 - turn;
    const pixels = buffers[turn]!;
    const truth = motion.truth.slice();
    const focusNm = focusStage?.focusNm(timeNs) ?? 0;
    for (let bead = 0; bead < beads.length; bead++) truth[3 * bead + 2]! += focusNm;
    if (blackout && id >= blackout.from && id < blackout.from + blackout.frames) {
      pixels.fill(0);
    } else {
      light.fill(1);
      paint(light, truth);
      expose(light, width, viewPixels(pixels.buffer, pixelFormat) as SensorPixels);
    }
    const positions = focusStage && { focusZNm: focusStage.readNm(), ...at };
    return { pixels, truth, ...(positions && { positions }) };
  };
}
