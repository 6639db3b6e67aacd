import { z } from 'zod';
import { tcpMotorOptions } from '#camera-adapters/motors/tcp-line.ts';
import { MOTORS, type MotorKind } from '#protocol/motor.ts';

/** Settings of a motor; positions are in the unit of its kind. */
function motorSection(motor: MotorKind) {
  const { unit } = MOTORS[motor];
  const { address, moveCommand, positionCommand, stopCommand, ...tcp } = tcpMotorOptions(motor).shape;
  return z.strictObject({
    kind: z
      .enum(['camera', 'tcp'])
      .default('camera')
      .describe('camera: the one that comes with the camera, if any; tcp: one that is spoken to in lines'),
    from: z.number().optional().describe(`lower end of its moves, ${unit}; default: its own; needed for tcp`),
    to: z.number().optional().describe(`upper end of its moves, ${unit}`),
    moveTimeoutMs: z
      .number()
      .positive()
      .max(600_000)
      .default(60_000)
      .describe('for a move to arrive and settle, ms'),
    ...{ address: address.optional(), moveCommand: moveCommand.optional() },
    ...{ positionCommand: positionCommand.optional(), stopCommand: stopCommand.optional() },
    ...tcp,
  });
}

/** Sections of the settings, one for each motor. */
export const motorSections = {
  magnetTranslation: motorSection('magnet-translation').prefault({}),
  magnetRotation: motorSection('magnet-rotation').prefault({}),
};

/** The section of each motor. */
export const MOTOR_SECTIONS = {
  'magnet-translation': 'magnetTranslation',
  'magnet-rotation': 'magnetRotation',
} as const satisfies Record<MotorKind, keyof typeof motorSections>;
