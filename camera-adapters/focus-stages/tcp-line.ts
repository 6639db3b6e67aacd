import { z } from 'zod';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError, DeviceError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import { LineConnection } from './line-connection.ts';

/** Settings of a focus stage that is spoken to in lines; those without a default must be given. */
export const tcpFocusOptions = z.strictObject({
  address: z
    .string()
    .regex(/^\S+:\d+$/, 'expected host:port')
    .describe('host:port of the device, or of the server its serial line is at'),
  moveCommand: z
    .string()
    .regex(/\{z(Nm|Um)\}/, 'expected {zNm} or {zUm} in it')
    .describe('line that starts a move, with {zNm} or {zUm} for the target'),
  positionCommand: z.string().min(1).describe('line that asks for the position'),
  stopCommand: z.string().min(1).describe('line that ends all motion'),
  reply: z
    .string()
    .default('([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)')
    .describe('regular expression of the answer to it, whose first group is the position'),
  replyUnit: z.enum(['nm', 'um']).default('um').describe('unit of that position'),
  acknowledges: z.boolean().default(false).describe('whether moves and stops are answered with a line, too'),
  ending: z.string().default('\n').describe('what ends a line that is sent'),
  timeoutMs: z.number().positive().max(60_000).default(1000).describe('time for an answer, ms'),
  toleranceNm: z
    .number()
    .positive()
    .default(20)
    .describe('how near its target it must settle, nm; tcp: also two readings in a row to each other'),
});

type TcpFocusOptions = z.output<typeof tcpFocusOptions>;

/**
 * A focus stage that is spoken to in lines over TCP: the template for serial controllers behind a terminal server
 * (e.g. `ser2net`). Its time is that of this host.
 * @param rangeNm ends of its range
 * @throws {ConfigError} when `reply` is no regular expression with a group
 */
export function tcpFocusStage(options: TcpFocusOptions, rangeNm: readonly [number, number]): FocusStage {
  const { address, moveCommand, positionCommand, stopCommand, acknowledges, toleranceNm } = options;
  const [, host, port] = /^(.*):(\d+)$/.exec(address)!;
  const name = `tcp ${address}`;
  const where = `focus stage ${name}`;
  const { timeoutMs, ending } = options;
  const line = new LineConnection({ host: host!, port: Number(port), name: where, timeoutMs, ending });
  const reply = patternOf(options.reply);
  const nmPerUnit = options.replyUnit === 'um' ? 1000 : 1;
  let targetNm: number | null = null;
  let lastNm = Number.NaN;

  return {
    facts: { name, fromNm: rangeNm[0], toNm: rangeNm[1] },
    clock: 'host',
    async move(zNm) {
      targetNm = zNm;
      lastNm = Number.NaN;
      const command = moveCommand
        .replaceAll('{zNm}', zNm.toFixed(1))
        .replaceAll('{zUm}', (zNm / 1000).toFixed(4));
      await line.ask(command, acknowledges);
    },
    async position() {
      const answer = await line.ask(positionCommand, true);
      const zNm = Number(reply.exec(answer!)?.[1] ?? Number.NaN) * nmPerUnit;
      if (!Number.isFinite(zNm)) {
        throw new DeviceError({
          where,
          expected: `a position as ${reply}`,
          received: `'${answer}'`,
          remedy: 'set focusStage.reply to what the device answers',
        });
      }
      const near = (otherNm: number) => Math.abs(zNm - otherNm) <= toleranceNm;
      const settled = near(lastNm) && (targetNm === null || near(targetNm));
      lastNm = zNm;
      return { zNm, settled, atNs: nowNs() };
    },
    async stop() {
      targetNm = null;
      lastNm = Number.NaN;
      await line.urgent(stopCommand, acknowledges);
    },
    close: async () => line.close(),
  };
}

function patternOf(text: string): RegExp {
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
    where: 'focusStage.reply',
    expected: 'a regular expression with a group for the position',
    received: `'${text}'`,
  });
}
