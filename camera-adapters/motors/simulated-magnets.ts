import { z } from 'zod';
import type { Motor } from '#protocol/motor.ts';
import { type MagnetParams, pulledTether } from '#simulation/magnets.ts';
import { type SimulatedMotor, simulatedMotor } from './simulated.ts';

const range = z
  .tuple([z.number(), z.number()])
  .refine(([from, to]) => from < to, { message: 'expected the lower end first' });

/** Settings of the magnets of the simulated camera. */
export const magnetOptions = {
  magnetRangeMm: range
    .default([0, 8])
    .meta({ description: 'Range of the magnet translation, mm: height of the magnets' }),
  magnetMm: z.number().default(3).meta({ description: 'Where they are at first, and pull with forcePn, mm' }),
  magnetSpeedMmPerS: z.number().positive().default(5).meta({ description: 'Their speed, mm/s' }),
  magnetDecayMm: z.number().positive().default(1.6).meta({
    description: 'Way over which the force falls to 1 / e as they rise, mm',
  }),
  turnsRange: range.default([-60, 60]).meta({ description: 'Range of the magnet rotation, turns' }),
  turnsPerS: z.number().positive().default(2).meta({ description: 'Its speed, turns/s' }),
  hatTurns: z.number().positive().default(30).meta({
    description: 'Turns at which tethers would be gone by the parabola of the hat curve; 0.3 of them stays',
  }),
};

interface MagnetSettings {
  magnetRangeMm: readonly [number, number];
  magnetMm: number;
  magnetSpeedMmPerS: number;
  magnetDecayMm: number;
  turnsRange: readonly [number, number];
  turnsPerS: number;
  hatTurns: number;
  forcePn: number;
  tetherNm: number;
}

const MAGNET_SETTLE_MS = 20;

/** The magnets of a simulated camera, and what they make of its tethers. */
export interface SimulatedMagnets {
  readonly motors: readonly Motor[];
  /** Where they are in the frame exposed at this time, which must rise. */
  positionsIn(timeNs: bigint): { magnetMm: number; magnetTurns: number };
  /** Molecule of a tether with the magnets there. */
  tetherAt(at: { magnetMm: number; magnetTurns: number }): { forcePn: number; extensionNm: number };
}

export function simulatedMagnets(settings: MagnetSettings): SimulatedMagnets {
  const { forcePn, hatTurns, magnetDecayMm: decayMm, magnetMm, magnetRangeMm, tetherNm } = settings;
  // One that cannot be where it should begin begins, and pulls, at the nearest end.
  const restMm = Math.min(Math.max(magnetMm, magnetRangeMm[0]), magnetRangeMm[1]);
  const translation = simulatedMotor('magnet-translation', {
    ...{ range: magnetRangeMm, speed: settings.magnetSpeedMmPerS, settleMs: MAGNET_SETTLE_MS, rest: restMm },
  });
  const rotation: SimulatedMotor = simulatedMotor('magnet-rotation', {
    ...{ range: settings.turnsRange, speed: settings.turnsPerS, settleMs: MAGNET_SETTLE_MS, rest: 0 },
  });
  const magnets: MagnetParams = { restMm, forcePn, decayMm, hatTurns };
  return {
    motors: [translation, rotation],
    positionsIn: (timeNs) => ({
      magnetMm: translation.positionIn(timeNs),
      magnetTurns: rotation.positionIn(timeNs),
    }),
    tetherAt: (at) => pulledTether({ extensionNm: tetherNm }, magnets, at),
  };
}

/** Least extension of the tethers with the magnets anywhere, nm. */
export function leastExtensionNm(settings: MagnetSettings, { tetherAt }: SimulatedMagnets): number {
  const turns = settings.turnsRange.map((magnetTurns) =>
    tetherAt({ magnetMm: settings.magnetRangeMm[1], magnetTurns }),
  );
  return Math.min(...turns.map(({ extensionNm }) => extensionNm));
}
