/** Motors beside the focus stage, with the unit of their positions and the column of frames that holds them. */
export const MOTORS = {
  'magnet-translation': { title: 'Magnet translation', unit: 'mm', column: 'magnetMm' },
  'magnet-rotation': { title: 'Magnet rotation', unit: 'turns', column: 'magnetTurns' },
} as const;

export type MotorKind = keyof typeof MOTORS;

export const MOTOR_KINDS = Object.keys(MOTORS) as MotorKind[];

/** Columns of frames that hold the position of a motor, the focus stage among them. */
export const MOTOR_COLUMNS = ['focusZNm', 'magnetMm', 'magnetTurns'] as const;

export type MotorColumn = (typeof MOTOR_COLUMNS)[number];

/** Where motors were while a frame was exposed; what is not known is left out. */
export type MotorPositions = { [Column in MotorColumn]?: number };

/** What a motor says of itself; positions are in the unit of its kind. */
export interface MotorFacts {
  motor: MotorKind;
  /** Name shown to people, e.g. `simulated`, `tcp 10.0.0.7:4001`. */
  name: string;
  /** Ends of the range it can be moved in. */
  from: number;
  to: number;
  /** Speed of a move, units a second; absent when unknown. */
  speed?: number;
}

/** Where a motor was at one moment. */
export interface MotorPosition {
  at: number;
  /** Whether it rested at its target by then. */
  settled: boolean;
  /** When this was read, ns since 1970, by the clock of the motor. */
  atNs: bigint;
}

/** Whose time positions carry: that of the frames of the camera, or of this host. */
export type MotorClock = 'frames' | 'host';

/**
 * A device that moves along one axis; the same contract as that of the focus stage.
 *
 * Calls may overlap. `stop` waits for no other call, and may make those under way fail.
 * Every method throws a `DeviceError` when the device does not answer, or answers with nonsense.
 */
export interface Motor {
  readonly facts: MotorFacts;
  readonly clock: MotorClock;
  /** Starts a move and resolves when the device has taken the target; a move under way is given up for it. */
  move(to: number): Promise<void>;
  position(): Promise<MotorPosition>;
  /** Ends all motion, at once. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A motor as dashboards show it. */
export interface MotorStatus {
  motor: MotorKind;
  name: string;
  /** Ends of the range it may be moved in: what it can do within what the settings allow. */
  from: number;
  to: number;
  /** Last position read; NaN before the first. */
  at: number;
  settled: boolean;
  /** Target of the move under way, or null. */
  target: number | null;
  /** Why it does not answer, or null. */
  error: string | null;
}

/** Told when a motor came, went or moved. */
export interface MotorsMessage {
  type: 'motors';
  motors: MotorStatus[];
}
