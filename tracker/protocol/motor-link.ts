import { z } from 'zod';
import { ProtocolError } from './errors.ts';
import { MOTOR_KINDS, MOTORS, type MotorKind } from './motor.ts';

const motor = z.enum(MOTOR_KINDS);

const announcedMotor = z
  .object({
    motor,
    name: z
      .string()
      .max(200)
      .regex(/^\P{Cc}+$/u, 'expected a name without control characters'),
    unit: z.string(),
    from: z.number().finite(),
    to: z.number().finite(),
    /** Units a second. */
    speed: z.number().positive().nullish(),
  })
  .refine(({ from, to }) => from < to, { message: 'expected from below to' })
  .refine(({ motor, unit }) => unit === MOTORS[motor].unit, {
    error: ({ input }) => `expected the unit ${MOTORS[(input as { motor: MotorKind }).motor].unit}`,
  });

/** The motors an adapter carries, as its hello announces them; a tracker that knows nothing of them passes them over. */
export const announcedMotors = z
  .array(announcedMotor)
  .max(MOTOR_KINDS.length)
  .refine((motors) => new Set(motors.map((one) => one.motor)).size === motors.length, {
    message: 'expected each motor once',
  });

/** Asks a motor of an adapter to move, to stop, or where it is; only of one that its hello announced. */
export type MotorRequest =
  | { type: 'motor-move'; id: number; motor: MotorKind; to: number }
  | { type: 'motor-stop'; id: number; motor: MotorKind }
  | { type: 'motor-position'; id: number; motor: MotorKind };

/** Answer to the motor request of this id. */
export interface MotorMessage {
  type: 'motor';
  id: number;
  motor: MotorKind;
  at: number;
  settled: boolean;
  /** When the position was read, ns since 1970, by the clock of the frames. */
  tNs: bigint | number;
  /** Why the request was not done, or null. */
  error: string | null;
}

const motorMessage = z.object({
  type: z.literal('motor'),
  id: z.number().int(),
  motor,
  /** NaN where it is not known. */
  at: z.number().or(z.nan()),
  settled: z.boolean(),
  tNs: z.union([z.bigint(), z.number().int()]),
  error: z.string().max(2000).nullish(),
});

/**
 * Checks an answer of an adapter.
 * @throws {ProtocolError} naming the field
 */
export function parseMotorMessage(raw: Record<string, unknown>): MotorMessage {
  const parsed = motorMessage.safeParse(raw);
  if (parsed.success) return { ...parsed.data, error: parsed.data.error ?? null };
  throw new ProtocolError({
    where: 'motor message',
    expected: 'id, motor, at, settled, tNs and optionally error',
    received: z.prettifyError(parsed.error),
  });
}
