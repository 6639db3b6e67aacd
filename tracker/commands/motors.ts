import { tcpMotor, tcpMotorOptions } from '#camera-adapters/motors/tcp-line.ts';
import { ConfigError } from '#protocol/errors.ts';
import { MOTOR_KINDS, type Motor, type MotorKind } from '#protocol/motor.ts';
import type { Config } from '../config.ts';
import { MOTOR_SECTIONS } from '../settings/motor-settings.ts';

/**
 * The motors of the settings; none of those that the camera brings.
 * @throws {ConfigError} naming the key that is missing
 */
export function configuredMotors(config: Config): Motor[] {
  return MOTOR_KINDS.flatMap((motor) => configuredMotor(config, motor));
}

function configuredMotor(config: Config, motor: MotorKind): Motor[] {
  const section = MOTOR_SECTIONS[motor];
  const { from, kind, moveTimeoutMs: _, to, ...given } = config[section];
  if (kind === 'camera') return [];
  const parsed = tcpMotorOptions(motor).safeParse(given);
  if (parsed.success && from !== undefined && to !== undefined) {
    return [tcpMotor(motor, parsed.data, [from, to], section)];
  }
  const key = parsed.success ? null : String(parsed.error.issues[0]!.path[0]);
  throw new ConfigError({
    where: `${section}.${key ?? (from === undefined ? 'from' : 'to')}`,
    expected: `a value, as ${section}.kind is tcp`,
    received: 'none',
    remedy: 'see the settings with: tweezertrack describe config',
  });
}
