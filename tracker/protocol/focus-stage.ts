/** What a focus stage says of itself. */
export interface FocusStageFacts {
  /** Name shown to people, e.g. `simulated`, `tcp 10.0.0.7:4001`. */
  name: string;
  /** Ends of the range it can be moved in, nm. */
  fromNm: number;
  toNm: number;
  /** Speed of a move, nm/s; absent when unknown. */
  speedNmPerS?: number;
}

/** Where a focus stage was at one moment. */
export interface FocusPosition {
  zNm: number;
  /** Whether it rested at its target by then. */
  settled: boolean;
  /** When this was read, ns since 1970, by the clock of the stage. */
  atNs: bigint;
}

/**
 * The device that moves the focus. Positions are nm along the axis that heights are counted on: at +100 nm a bead looks
 * as it would 100 nm higher.
 *
 * Calls may overlap. `stop` waits for no other call, and may make those under way fail.
 * Every method throws a `DeviceError` when the device does not answer, or answers with nonsense.
 */
export interface FocusStage {
  readonly facts: FocusStageFacts;
  /** Whose time positions carry: that of the frames of the camera, or of this host. */
  readonly clock: 'frames' | 'host';
  /** Starts a move and resolves when the device has taken the target; a move under way is given up for it. */
  move(zNm: number): Promise<void>;
  position(): Promise<FocusPosition>;
  /** Ends all motion, at once. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
