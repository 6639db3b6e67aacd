import type { Command } from 'commander';
import {
  parseSimulatedCameraOptions,
  type SimulatedCameraOptions,
  simulatedCameraOptions,
  simulatedScene,
} from '#camera-adapters/simulated.ts';
import { simulatedCalciumBeads, simulatedCells } from '#camera-adapters/simulated-calcium.ts';
import {
  parseSimulatedCalciumOptions,
  simulatedCalciumOptions,
} from '#camera-adapters/simulated-calcium-options.ts';
import type { CellMap } from '#protocol/cell-map.ts';
import type { Scene } from '#simulation/scene.ts';
import { wholeNumber } from './options.ts';
import { addSchemaOptions, schemaSettings } from './schema-options.ts';

/** A simulated camera, and what is known of what it sees. */
export interface KnownCamera {
  /** Of `camera`. */
  command: 'simulated' | 'simulated-calcium';
  /** As on the command line. */
  settings: Record<string, unknown>;
  /** Of its beads, with their defaults. */
  options: Pick<
    SimulatedCameraOptions,
    'pixelSizeNm' | 'radiiNm' | 'zRangeNm' | 'pixelFormat' | 'photonsPerPixel' | 'readNoise' | 'seed'
  >;
  scene: Scene;
  /** Null where no cells are filmed. */
  cells: CellMap | null;
}

const CELLS = 40;
const BEADS = 12;
const DEFAULT_SEED = simulatedCameraOptions.shape.seed.parse(undefined);
/** A demonstration has no end, no other pace, and as many cells as `--calcium` says. */
const NOT_ASKED = ['frames', 'pace', 'cells'];

/** Adds what the cameras of a demonstration may be asked for. */
export function addDemoCameraOptions(command: Command): void {
  command.option('--calcium [cells]', `film so many cells beside the beads (default: ${CELLS})`, wholeNumber);
  addSchemaOptions(command, simulatedCameraOptions, NOT_ASKED);
  const shared = Object.keys(simulatedCameraOptions.shape);
  addSchemaOptions(command, simulatedCalciumOptions, [...NOT_ASKED, ...shared]);
}

/**
 * A camera beside the one that is asked for: cells, or other beads.
 * @param index of the camera, from 1
 * @throws {ConfigError} for settings out of range
 */
export function furtherDemoCamera(asked: object, index: number, cells: boolean): KnownCamera {
  const schema = cells ? simulatedCalciumOptions : simulatedCameraOptions;
  const { seed, ...given } = schemaSettings(schema, { ...asked });
  const settings = { ...given, seed: (typeof seed === 'number' ? seed : DEFAULT_SEED) + index };
  return cells ? cellCamera({ ...settings, beads: BEADS, cells: CELLS }) : beadCamera(settings);
}

/**
 * The camera that is asked for.
 * @throws {ConfigError} for settings out of range, or of the other camera
 */
export function demoCamera(asked: { calcium?: number | true }): KnownCamera {
  const { calcium } = asked;
  const given = {
    ...schemaSettings(simulatedCameraOptions, { ...asked }),
    ...schemaSettings(simulatedCalciumOptions, { ...asked }),
  };
  if (calcium === undefined) return beadCamera(given);
  return cellCamera({ beads: BEADS, ...given, cells: calcium === true ? CELLS : calcium });
}

function beadCamera(settings: Record<string, unknown>): KnownCamera {
  const options = parseSimulatedCameraOptions(settings);
  return { command: 'simulated', settings, options, scene: simulatedScene(options), cells: null };
}

function cellCamera(settings: Record<string, unknown>): KnownCamera {
  const options = parseSimulatedCalciumOptions(settings);
  const { map } = simulatedCells(settings);
  return {
    command: 'simulated-calcium',
    settings,
    options,
    scene: simulatedCalciumBeads(options),
    cells: map,
  };
}
