import { DeviceError } from '#protocol/errors.ts';
import { MOTORS, type Motor, type MotorKind } from '#protocol/motor.ts';
import { type MotionParams, simulatedMotion } from './simulated-motion.ts';

/** A motor that is only computed, whose time is that of the frames of a simulated camera. */
export interface SimulatedMotor extends Motor {
  /** Where it is in the frame exposed at this time, which must rise. */
  positionIn(timeNs: bigint): number;
}

export function simulatedMotor(motor: MotorKind, params: MotionParams): SimulatedMotor {
  const [from, to] = params.range;
  const motion = simulatedMotion(params);
  return {
    facts: { motor, name: 'simulated', from, to, speed: params.speed },
    clock: 'frames',
    positionIn(timeNs) {
      motion.passTo(timeNs);
      return motion.read();
    },
    async move(target) {
      if (!(target >= from && target <= to)) {
        const { unit } = MOTORS[motor];
        const expected = `a position from ${from} to ${to} ${unit}`;
        throw new DeviceError({ where: `${motor} simulated`, expected, received: `${target} ${unit}` });
      }
      motion.begin(target);
    },
    position: async () => ({ at: motion.read(), settled: motion.settled, atNs: motion.nowNs }),
    async stop() {
      motion.begin(motion.read());
    },
    close: async () => {},
  };
}
