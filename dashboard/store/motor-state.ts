import { signal } from '@preact/signals';
import type { LiveMessage } from '#protocol/live.ts';
import type { MotorColumn, MotorStatus } from '#protocol/motor.ts';
import { MotorTrace } from '#protocol/motor-trace.ts';

/** What the tracker tells of its motors, as a signal. */
export function createMotorState() {
  /** None where nobody moves any. */
  const motors = signal<readonly MotorStatus[]>([]);
  const trace = new MotorTrace();
  const known = signal<readonly MotorColumn[]>(trace.names);
  return {
    motors,
    /** Where they were, the focus stage among them. */
    motorTrace: trace,
    /** Those of which it is known. */
    knownMotors: known,
    /** Takes what a message says of them. */
    apply(message: LiveMessage): void {
      if (message.type === 'snapshot') motors.value = message.motors ?? [];
      else if (message.type === 'motors') motors.value = message.motors;
      else if (message.type === 'status' && message.motors) motors.value = message.motors;
      else if (message.type === 'motor-trace') {
        trace.take(message);
        known.value = trace.names;
      }
    },
  };
}
