import { z } from 'zod';

/** Settings of every device that is spoken to in lines; those without a default must be given. */
export const lineOptions = {
  address: z
    .string()
    .regex(/^\S+:\d+$/, 'expected host:port')
    .describe('host:port of the device, or of the server its serial line is at'),
  positionCommand: z.string().min(1).describe('line that asks for the position'),
  stopCommand: z.string().min(1).describe('line that ends all motion'),
  reply: z
    .string()
    .default('([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)')
    .describe('regular expression of the answer to positionCommand, whose first group is the position'),
  acknowledges: z.boolean().default(false).describe('whether moves and stops are answered with a line, too'),
  ending: z.string().default('\n').describe('what ends a line that is sent'),
  timeoutMs: z.number().positive().max(60_000).default(1000).describe('time for an answer, ms'),
};
