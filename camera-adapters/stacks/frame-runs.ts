/** Frames that follow one another along the last of the axes before row and column. */
export interface FrameRun {
  /** Place on the axes before that one. */
  readonly outer: readonly number[];
  readonly first: number;
  readonly end: number;
}

/**
 * Frames `first` to `first + frames` of an array as runs, since readers of arrays take one range of an axis at a time.
 * @param leading lengths of the axes before row and column, slowest first; none is one frame
 */
export function frameRuns(leading: readonly number[], first: number, frames: number): FrameRun[] {
  const length = leading.at(-1) ?? 1;
  const runs: FrameRun[] = [];
  for (let at = first; at < first + frames; ) {
    const start = at % length;
    const end = Math.min(length, start + first + frames - at);
    const outer: number[] = [];
    let rest = Math.floor(at / length);
    for (const axis of leading.slice(0, -1).reverse()) {
      outer.unshift(rest % axis);
      rest = Math.floor(rest / axis);
    }
    runs.push({ outer, first: start, end });
    at += end - start;
  }
  return runs;
}
