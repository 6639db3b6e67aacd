import { z } from 'zod';
import { MOTOR_KINDS } from './motor.ts';

const id = z.number().int();
const motor = z.enum(MOTOR_KINDS);

/** What an operator may ask of a motor; a target is in its unit. */
export const motorRequests = [
  z.strictObject({ type: z.literal('motor-move'), id, motor, to: z.number().finite() }),
  z.strictObject({ type: z.literal('motor-stop'), id, motor }),
] as const;

export type MotorControlRequest = z.output<(typeof motorRequests)[number]>;

const MOTOR_REQUESTS: ReadonlySet<string> = new Set(motorRequests.map(({ shape }) => shape.type.value));

/** Whether a request is about a motor. */
export function isMotorRequest(request: { type: string }): request is MotorControlRequest {
  return MOTOR_REQUESTS.has(request.type);
}
