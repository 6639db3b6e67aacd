import { signal } from '@preact/signals';
import type { LiveMessage } from '#protocol/live.ts';
import type { MotorStatus } from '#protocol/motor.ts';

/** What the tracker tells of its motors, as a signal. */
export function createMotorState() {
  /** None where nobody moves any. */
  const motors = signal<readonly MotorStatus[]>([]);
  return {
    motors,
    /** Takes what a message says of them. */
    apply(message: LiveMessage): void {
      if (message.type === 'snapshot') motors.value = message.motors ?? [];
      else if (message.type === 'motors') motors.value = message.motors;
      else if (message.type === 'status' && message.motors) motors.value = message.motors;
    },
  };
}
