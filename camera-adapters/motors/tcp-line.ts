import { z } from 'zod';
import { MOTORS, type Motor, type MotorKind } from '#protocol/motor.ts';
import { lineMotor } from './line-motor.ts';
import { lineOptions } from './line-options.ts';

/** Settings of a motor of this kind that is spoken to in lines; those without a default must be given. */
export function tcpMotorOptions(motor: MotorKind) {
  const { unit } = MOTORS[motor];
  return z.strictObject({
    ...lineOptions,
    moveCommand: z
      .string()
      .regex(/\{to\}/, 'expected {to} in it')
      .describe("line that starts a move, with {to} for the target in the device's numbers"),
    deviceUnits: z
      .number()
      .refine((units) => units !== 0, { message: 'expected a number other than 0' })
      .default(1)
      .describe(`the device's numbers per ${unit}, e.g. steps; below 0 where it counts the other way`),
    decimals: z.number().int().min(0).max(9).default(4).describe('decimals of {to}'),
    tolerance: z
      .number()
      .positive()
      .default(0.01)
      .describe(`how near its target it must settle, ${unit}; tcp: also two readings in a row to each other`),
  });
}

export type TcpMotorOptions = z.output<ReturnType<typeof tcpMotorOptions>>;

/**
 * A motor that is spoken to in lines over TCP: the template for serial controllers behind a terminal server.
 * @param range ends of its range
 * @param section of the settings, for messages
 * @throws {ConfigError} when `reply` is no regular expression with a group
 */
export function tcpMotor(
  kind: MotorKind,
  { address, decimals, deviceUnits, moveCommand, ...line }: TcpMotorOptions,
  [from, to]: readonly [number, number],
  section: string,
): Motor {
  const name = `tcp ${address}`;
  return {
    ...lineMotor({
      ...line,
      ...{ address, section, where: `${kind} ${name}` },
      moveCommand: (target) => moveCommand.replaceAll('{to}', (target * deviceUnits).toFixed(decimals)),
      positionOf: (told) => told / deviceUnits,
    }),
    facts: { motor: kind, name, from, to },
  };
}
