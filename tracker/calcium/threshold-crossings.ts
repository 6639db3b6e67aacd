/** Frames at which a trace crosses a threshold; above means strictly above. */
export interface ThresholdCrossings {
  /** First frames after a crossing; frame 0 is one if the trace begins above. */
  post: Int32Array;
  /** Those of them at which it has come up. */
  up: Int32Array;
  /** Those at which it has gone down. */
  down: Int32Array;
  /** Last frames before a crossing; the last frame is one if the trace ends above. */
  pre: Int32Array;
  /** Those of them that are still below. */
  preUp: Int32Array;
  /** Those that are still above. */
  preDown: Int32Array;
}

/**
 * Where a trace crosses a threshold.
 *
 * @param trace [frame], any unit; NaN counts as below
 * @returns frames from 0, ascending
 */
export function thresholdCrossings(trace: ArrayLike<number>, threshold: number): ThresholdCrossings {
  const [post, up, down, pre, preUp, preDown]: number[][] = [[], [], [], [], [], []];
  const isAbove = (frame: number) => frame >= 0 && frame < trace.length && trace[frame]! > threshold;
  for (let frame = 0; frame < trace.length; frame++) {
    const is = isAbove(frame);
    if (is !== isAbove(frame - 1)) {
      post!.push(frame);
      (is ? up : down)!.push(frame);
    }
    if (is !== isAbove(frame + 1)) {
      pre!.push(frame);
      (is ? preDown : preUp)!.push(frame);
    }
  }
  return {
    post: Int32Array.from(post!),
    up: Int32Array.from(up!),
    down: Int32Array.from(down!),
    pre: Int32Array.from(pre!),
    preUp: Int32Array.from(preUp!),
    preDown: Int32Array.from(preDown!),
  };
}
