import type { FrameShape } from '#protocol/pixel-format.ts';

/**
 * A recorded stack of frames of one shape, read one frame at a time without loading the file.
 * Opened by `openStack`; a broken file is refused there with a `StackError` where that can be known.
 */
export interface Stack extends FrameShape {
  /** File it came from, for messages. */
  readonly path: string;
  readonly frames: number;
  /** What is missing of a file that is cut off, where the frames before are read; else absent. */
  readonly cut?: string;
  /** [frame] ns since the first frame, where the file says; else absent. */
  readonly timeNs?: BigInt64Array;
  /** [frame] z of the focus in nm, where the file says; else absent. */
  readonly planeZNm?: Float64Array;
  /**
   * Reads frame `index` into `into` (at least `frameBytes` bytes), [row, column], little-endian.
   * @throws {StackError} naming file and frame when the file is shorter than it says
   */
  readFrame(index: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
