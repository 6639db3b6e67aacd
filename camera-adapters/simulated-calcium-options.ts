import { z } from 'zod';
import { ConfigError } from '#protocol/errors.ts';
import { SPIKE_SOURCES } from '#simulation/spike-trains.ts';
import { simulatedCameraOptions } from './simulated.ts';

const ofBeads = simulatedCameraOptions.pick({
  referenceBeads: true,
  roiSpacing: true,
  radiiNm: true,
  pixelSizeNm: true,
  zRangeNm: true,
  forcePn: true,
  tetherNm: true,
  fps: true,
  width: true,
  height: true,
  readNoise: true,
  seed: true,
  frames: true,
  pace: true,
  cycle: true,
}).shape;

/** Every setting of the simulated calcium camera; all have defaults. */
export const simulatedCalciumOptions = z.strictObject({
  cells: z.number().int().min(1).max(4096).default(40).meta({ description: 'Cells in the frame' }),
  beads: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .meta({ description: 'Beads, in rows of their own above the cells' }),
  ...ofBeads,
  fps: ofBeads.fps.unwrap().default(30).meta({ description: 'Frames a second' }),
  width: ofBeads.width.unwrap().default(512).meta({ description: 'Frame width, px' }),
  height: ofBeads.height.meta({ description: 'Frame height, px; chosen to fit beads and cells when absent' }),
  pixelFormat: simulatedCameraOptions.shape.pixelFormat
    .unwrap()
    .default('mono16')
    .meta({ description: 'Type of a pixel' }),
  cellRadiusPx: z.number().min(2).max(100).default(7).meta({ description: 'Mean radius of a cell, px' }),
  spikes: z.enum(SPIKE_SOURCES).default('network').meta({
    description:
      'network: of a balanced network of neurons, its time stretched to the rate; poisson: by chance',
  }),
  rateHz: z.number().min(1e-4).max(100).default(0.2).meta({ description: 'Spikes of a cell a second, mean' }),
  riseS: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.06)
    .meta({ description: 'Rise of calcium, time constant, s' }),
  decayS: z
    .number()
    .min(0.01)
    .max(60)
    .default(0.7)
    .meta({ description: 'Decay of calcium, time constant, s' }),
  amplitude: z.number().min(0).max(10).default(0.8).meta({ description: 'dF/F at the peak after a spike' }),
  saturation: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'dF/F of a dye that is full of calcium; without a limit when absent' }),
  neuropil: z
    .number()
    .min(0)
    .max(5)
    .default(0.6)
    .meta({ description: 'Light between and over the cells, of that of a cell at rest' }),
  bleachingPerS: z.number().min(0).max(0.5).default(2e-4).meta({ description: 'Light lost, share a second' }),
  motionPx: z
    .number()
    .min(0)
    .max(20)
    .default(0.3)
    .meta({ description: 'Farthest that the scene wanders along x and along y, px' }),
  photonsPerPixel: simulatedCameraOptions.shape.photonsPerPixel.unwrap().default(500).meta({
    description: 'Photons that expose a pixel to 0.4 of the largest count, as the background of beads',
  }),
});

/** Settings that are complete: only what may be absent is. */
export type SimulatedCalciumOptions = z.output<typeof simulatedCalciumOptions> & {
  referenceBeads: number;
  height: number;
};

/** Of the part with the cells, at least and for each of them, in radii squared. */
const LEAST_HEIGHT = 256;
const AREA_OF_CELL = 16;

/**
 * Settings with their defaults; the frame is as high as its beads and cells need.
 * @throws {ConfigError} naming the setting
 */
export function parseSimulatedCalciumOptions(
  settings: z.input<typeof simulatedCalciumOptions>,
): SimulatedCalciumOptions {
  const refuse = (received: string) =>
    new ConfigError({ where: 'simulated calcium camera', expected: 'settings of this camera', received });
  const parsed = simulatedCalciumOptions.safeParse(settings);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  const { beads, cells, cellRadiusPx, riseS, decayS, roiSpacing, width } = parsed.data;
  if (riseS >= decayS) throw refuse(`riseS ${riseS}, which is not below decayS ${decayS}`);
  const { referenceBeads = Math.min(2, Math.floor(beads / 2)) } = parsed.data;
  const ofCells = Math.ceil((cells * AREA_OF_CELL * cellRadiusPx ** 2) / width);
  const { height = beadRows(beads, width, roiSpacing) + Math.max(LEAST_HEIGHT, ofCells) } = parsed.data;
  return { ...parsed.data, referenceBeads, height };
}

/** Rows of px at the top of the frame that are for the beads. */
export function beadRows(beads: number, width: number, roiSpacing: number): number {
  return Math.ceil(beads / Math.max(1, Math.floor(width / roiSpacing))) * roiSpacing;
}
