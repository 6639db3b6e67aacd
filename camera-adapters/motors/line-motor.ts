import { nowNs } from '#protocol/clock.ts';
import { ConfigError, DeviceError } from '#protocol/errors.ts';
import type { Motor, MotorPosition } from '#protocol/motor.ts';
import { LineConnection } from '../focus-stages/line-connection.ts';

/** How a device is spoken to in lines over TCP. */
export interface LineMotorOptions {
  /** host:port. */
  address: string;
  positionCommand: string;
  stopCommand: string;
  /** Regular expression of the answer to `positionCommand`, whose first group is the position. */
  reply: string;
  /** Whether moves and stops are answered with a line, too. */
  acknowledges: boolean;
  /** What ends a line that is sent. */
  ending: string;
  /** Time for an answer, ms. */
  timeoutMs: number;
  /** How near its target, and two readings in a row to each other, it must settle. */
  tolerance: number;
  /** What it is, for messages, e.g. `focus stage tcp 10.0.0.7:4001`, and its section of the settings. */
  where: string;
  section: string;
  /** Line that starts a move. */
  moveCommand(to: number): string;
  /** Position by the number of the device. */
  positionOf(told: number): number;
}

/**
 * A motor that is spoken to in lines over TCP, such as a serial controller behind a terminal server (e.g. `ser2net`). Its
 * time is that of this host.
 * @throws {ConfigError} when `reply` is no regular expression with a group
 */
export function lineMotor(options: LineMotorOptions): Omit<Motor, 'facts'> {
  const { acknowledges, ending, positionCommand, section, stopCommand, timeoutMs, tolerance, where } =
    options;
  const [, host, port] = /^(.*):(\d+)$/.exec(options.address)!;
  const line = new LineConnection({ host: host!, port: Number(port), name: where, timeoutMs, ending });
  const reply = patternOf(options.reply, section);
  let target: number | null = null;
  let last = Number.NaN;

  return {
    clock: 'host',
    async move(to) {
      target = to;
      last = Number.NaN;
      await line.ask(options.moveCommand(to), acknowledges);
    },
    async position(): Promise<MotorPosition> {
      const answer = await line.ask(positionCommand, true);
      const at = options.positionOf(Number(reply.exec(answer!)?.[1] ?? Number.NaN));
      if (!Number.isFinite(at)) {
        throw new DeviceError({
          where,
          expected: `a position as ${reply}`,
          received: `'${answer}'`,
          remedy: `set ${section}.reply to what the device answers`,
        });
      }
      const near = (other: number) => Math.abs(at - other) <= tolerance;
      const settled = near(last) && (target === null || near(target));
      last = at;
      return { at, settled, atNs: nowNs() };
    },
    async stop() {
      target = null;
      last = Number.NaN;
      await line.urgent(stopCommand, acknowledges);
    },
    close: async () => line.close(),
  };
}

function patternOf(text: string, section: string): RegExp {
  let pattern: RegExp | null = null;
  try {
    pattern = new RegExp(text);
  } catch {
    // Said below, with the groups it must have.
  }
  // With an alternative that is empty every pattern matches, and tells its groups.
  const groups = pattern ? new RegExp(`${text}|`).exec('')!.length - 1 : 0;
  if (pattern && groups > 0) return pattern;
  throw new ConfigError({
    where: `${section}.reply`,
    expected: 'a regular expression with a group for the position',
    received: `'${text}'`,
  });
}
