import { MOTOR_COLUMNS, type MotorClock, type MotorColumn, type MotorPositions } from '#protocol/motor.ts';
import { PositionTrack } from './position-track.ts';

/** A frame as far as it says where motors were. */
export interface PositionedFrame {
  /** Camera time of the exposure, and host time of the arrival, ns since 1970. */
  timeNs: bigint;
  receivedNs: bigint;
  /** What the camera sent. */
  positions?: MotorPositions | null | undefined;
}

interface InUse {
  track: PositionTrack;
  clock: MotorClock;
  isGone: boolean;
}

/** For the reading after a frame to come, ns: readings are 250 ms apart. */
const WAIT_NS = 500_000_000n;

/** Where motors were while a frame was exposed: as the camera sent it, else as the readings around it say. */
export class FramePositions {
  readonly #motors = new Map<MotorColumn, InUse>();

  /** A motor is read from now on. @returns what takes its readings */
  use(column: MotorColumn, clock: MotorClock): PositionTrack {
    const track = new PositionTrack();
    this.#motors.set(column, { track, clock, isGone: false });
    return track;
  }

  /** A motor has gone: frames that still wait have what was read of it, and wait for no more. */
  gone(column: MotorColumn): void {
    const motor = this.#motors.get(column);
    if (motor) motor.isGone = true;
  }

  of(frame: PositionedFrame): MotorPositions {
    const positions: MotorPositions = { ...frame.positions };
    for (const [column, { track, clock }] of this.#motors) {
      if (positions[column] !== undefined) continue;
      const at = track.at(timeBy(clock, frame));
      if (at !== null) positions[column] = at;
    }
    return positions;
  }

  /** Whether all is known of a frame that will be: every motor was read after it, or is too late to wait for. */
  isKnown(frame: PositionedFrame, nowNs: bigint): boolean {
    if (nowNs - frame.receivedNs >= WAIT_NS) return true;
    return MOTOR_COLUMNS.every((column) => {
      const motor = this.#motors.get(column);
      if (!motor || motor.isGone || frame.positions?.[column] !== undefined) return true;
      const { newestNs } = motor.track;
      return newestNs !== null && newestNs >= timeBy(motor.clock, frame);
    });
  }
}

/** Time of a frame by the clock of a motor: that of the host knows no earlier one than its arrival. */
function timeBy(clock: MotorClock, { timeNs, receivedNs }: PositionedFrame): bigint {
  return clock === 'frames' ? timeNs : receivedNs;
}
