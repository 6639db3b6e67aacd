import { z } from 'zod';
import type { FocusStage } from '#protocol/focus-stage.ts';
import { lineMotor } from '../motors/line-motor.ts';
import { lineOptions } from '../motors/line-options.ts';

/** Settings of a focus stage that is spoken to in lines; those without a default must be given. */
export const tcpFocusOptions = z.strictObject({
  ...lineOptions,
  moveCommand: z
    .string()
    .regex(/\{z(Nm|Um)\}/, 'expected {zNm} or {zUm} in it')
    .describe('line that starts a move, with {zNm} or {zUm} for the target'),
  replyUnit: z.enum(['nm', 'um']).default('um').describe('unit of that position'),
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
  const { address, moveCommand, replyUnit, toleranceNm: tolerance, ...line } = options;
  const name = `tcp ${address}`;
  const nmPerUnit = replyUnit === 'um' ? 1000 : 1;
  const motor = lineMotor({
    ...line,
    ...{ address, tolerance, where: `focus stage ${name}`, section: 'focusStage' },
    moveCommand: (zNm) =>
      moveCommand.replaceAll('{zNm}', zNm.toFixed(1)).replaceAll('{zUm}', (zNm / 1000).toFixed(4)),
    positionOf: (told) => told * nmPerUnit,
  });
  return {
    ...motor,
    facts: { name, fromNm: rangeNm[0], toNm: rangeNm[1] },
    async position() {
      const { at: zNm, settled, atNs } = await motor.position();
      return { zNm, settled, atNs };
    },
  };
}
