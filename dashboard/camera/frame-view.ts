import type { Roi } from '#protocol/roi.ts';

export interface Size {
  width: number;
  height: number;
}

/** Where the full frame lies on the stage of the Live Camera. */
export interface FrameView {
  /** CSS px per full-frame px. */
  scale: number;
  /** CSS px of the top-left corner of the frame's first pixel. */
  left: number;
  top: number;
}

/** How far the person zoomed in, and on what. */
export interface Zoom {
  /** 1 shows the whole frame. */
  factor: number;
  /** Full-frame px in the middle of the stage. */
  xPx: number;
  yPx: number;
}

const MAX_ZOOM = 32;

/** The whole frame, in the middle of the stage. */
export function wholeFrame(frame: Size): Zoom {
  return { factor: 1, xPx: (frame.width - 1) / 2, yPx: (frame.height - 1) / 2 };
}

/** The view of a zoom; the frame never leaves the stage further than needed. */
export function viewFrame(frame: Size, stage: Size, zoom: Zoom): FrameView {
  const scale = Math.min(stage.width / frame.width, stage.height / frame.height) * zoom.factor;
  const place = (stageLength: number, frameLength: number, middle: number) => {
    const spare = stageLength - frameLength * scale;
    if (spare >= 0) return spare / 2;
    return Math.min(0, Math.max(spare, stageLength / 2 - (middle + 0.5) * scale));
  };
  return {
    scale,
    left: place(stage.width, frame.width, zoom.xPx),
    top: place(stage.height, frame.height, zoom.yPx),
  };
}

/** CSS px of a full-frame position: whole numbers are the middles of pixels, half a pixel from their edges. */
export function toStage(view: FrameView, xPx: number, yPx: number): [x: number, y: number] {
  return [view.left + (xPx + 0.5) * view.scale, view.top + (yPx + 0.5) * view.scale];
}

/** Full-frame position under a point of the stage; the inverse of `toStage`. */
export function toFrame(view: FrameView, x: number, y: number): [xPx: number, yPx: number] {
  return [(x - view.left) / view.scale - 0.5, (y - view.top) / view.scale - 0.5];
}

/** Zooms by a factor so that the frame position under the point stays there. */
export function zoomAt(frame: Size, stage: Size, zoom: Zoom, x: number, y: number, by: number): Zoom {
  const factor = Math.min(MAX_ZOOM, Math.max(1, zoom.factor * by));
  const before = viewFrame(frame, stage, zoom);
  const [xPx, yPx] = toFrame(before, x, y);
  const scale = (before.scale / zoom.factor) * factor;
  return panBy(
    frame,
    stage,
    { factor, xPx, yPx },
    (stage.width / 2 - x) / scale,
    (stage.height / 2 - y) / scale,
  );
}

/** Moves the middle by full-frame px, as far as the frame reaches. */
export function panBy(
  frame: Size,
  stage: Size,
  { factor, xPx, yPx }: Zoom,
  dxPx: number,
  dyPx: number,
): Zoom {
  const view = viewFrame(frame, stage, { factor, xPx: xPx + dxPx, yPx: yPx + dyPx });
  const [middleXPx, middleYPx] = toFrame(view, stage.width / 2, stage.height / 2);
  return { factor, xPx: middleXPx, yPx: middleYPx };
}

/**
 * The bead whose ROI is under a full-frame position: the nearest middle where ROIs overlap, null on empty field.
 * @param slackPx px around an ROI that still count, so that small boxes can be hit
 */
export function beadAt<Bead extends Roi>(
  beads: readonly Bead[],
  xPx: number,
  yPx: number,
  slackPx = 0,
): Bead | null {
  let found: Bead | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const roi of beads) {
    const reach = roi.size / 2 + slackPx;
    const dx = xPx + 0.5 - roi.left - roi.size / 2;
    const dy = yPx + 0.5 - roi.top - roi.size / 2;
    if (Math.abs(dx) > reach || Math.abs(dy) > reach) continue;
    const distance = Math.hypot(dx, dy);
    if (distance >= nearest) continue;
    nearest = distance;
    found = roi;
  }
  return found;
}
