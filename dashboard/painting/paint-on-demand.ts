/** Draws when asked. */
export interface Painter {
  /** Asks for a drawing; any number of requests before it give one. */
  request(): void;
  stop(): void;
}

/**
 * Draws in an animation frame, not more often than every `leastMs`, and never while the page is hidden.
 */
export function paintOnDemand(draw: () => void, leastMs: number): Painter {
  let frame: number | undefined;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  const onFrame = (nowMs: number) => {
    // 4 ms: an animation frame that comes a little early must not cost a whole one.
    if (nowMs - drawnAtMs < leastMs - 4) {
      frame = requestAnimationFrame(onFrame);
      return;
    }
    frame = undefined;
    drawnAtMs = nowMs;
    draw();
  };
  return {
    request() {
      frame ??= requestAnimationFrame(onFrame);
    },
    stop() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
    },
  };
}
