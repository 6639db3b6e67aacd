import type { Roi } from '#protocol/roi.ts';
import type { NewestPoint } from '../store/newest-points.ts';
import { type StatusTone, statusTone } from '../words/status-tone.ts';
import { type FrameView, type Size, toStage } from './frame-view.ts';

/** What lies over the picture. */
export interface Overlay {
  view: FrameView;
  beads: readonly Roi[];
  newest: ReadonlyMap<number, NewestPoint>;
  selection: readonly number[];
  references: readonly number[];
  hovered: number | null;
  /** The place a bead is being dragged to. */
  ghost: Roi | null;
  frame: Size;
  /** CSS px of the stage: what lies outside is not drawn. */
  size: Size;
}

// The picture is gray in both color schemes, and so these colors are fixed.
const TONE_COLORS: Record<StatusTone, string> = {
  ok: '#3fd0ff',
  doubt: '#d79bff',
  warning: '#ffb52e',
  lost: '#ff5c6c',
};
const REFERENCE_COLOR = '#5fe08a';
const SHADOW = 'rgb(0 0 0 / 0.45)';
const LABEL_FONT = '600 11px system-ui, sans-serif';
const SMALL_LABEL_FONT = '600 10px system-ui, sans-serif';
/** CSS px of a box below which its label is small. */
const SMALL_BOX = 32;
const LABEL_HEIGHT = 14;

/** Draws ROI boxes, bead ids and tracked centers in CSS px; the selected beads last, on top of their neighbors. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): void {
  context.textBaseline = 'middle';
  const isSelected = ({ bead }: Roi) => overlay.selection.includes(bead);
  const seen = overlay.beads.filter((roi) => isSeen(overlay, roi));
  for (const roi of seen) if (!isSelected(roi)) drawBead(context, overlay, roi, false);
  for (const roi of seen) if (isSelected(roi)) drawBead(context, overlay, roi, true);
  if (overlay.ghost) drawGhost(context, overlay, overlay.ghost);
}

function isSeen({ view, size }: Overlay, roi: Roi): boolean {
  const [left, top, side] = boxOf(view, roi);
  // Its label stands above it.
  return left + side >= 0 && top + side >= 0 && left <= size.width && top - LABEL_HEIGHT <= size.height;
}

function drawBead(context: CanvasRenderingContext2D, overlay: Overlay, roi: Roi, isSelected: boolean): void {
  const point = overlay.newest.get(roi.bead);
  const color = TONE_COLORS[point ? statusTone(point.status) : 'ok'];
  const [left, top, side] = boxOf(overlay.view, roi);
  const emphasized = isSelected || roi.bead === overlay.hovered;

  context.strokeStyle = SHADOW;
  context.lineWidth = emphasized ? 4 : 2.75;
  context.strokeRect(left, top, side, side);
  const isReference = overlay.references.includes(roi.bead);
  context.strokeStyle = isReference ? REFERENCE_COLOR : isSelected ? '#fff' : color;
  context.lineWidth = emphasized ? 2 : 1.25;
  context.strokeRect(left, top, side, side);

  if (point) drawCross(context, overlay.view, point, color, Math.min(9, Math.max(2, side / 9)));
  context.font = side < SMALL_BOX && !emphasized ? SMALL_LABEL_FONT : LABEL_FONT;
  drawLabel(context, String(roi.bead), left, top, color, emphasized);
}

function drawCross(
  context: CanvasRenderingContext2D,
  view: FrameView,
  { xPx, yPx }: NewestPoint,
  color: string,
  arm: number,
): void {
  if (!Number.isFinite(xPx) || !Number.isFinite(yPx)) return;
  const [x, y] = toStage(view, xPx, yPx);
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.strokeStyle = SHADOW;
  context.lineWidth = 2.5;
  context.stroke();
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.stroke();
}

/** The id: on a filled chip where the eye should go, else as plain text. */
function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  left: number,
  top: number,
  color: string,
  emphasized: boolean,
): void {
  const width = context.measureText(text).width + 6;
  const above = top - LABEL_HEIGHT >= 0 ? top - LABEL_HEIGHT : top;
  if (emphasized) {
    context.fillStyle = color;
    context.fillRect(left - 1, above, width, LABEL_HEIGHT);
    context.fillStyle = '#06121a';
  } else {
    context.strokeStyle = SHADOW;
    context.lineWidth = 3;
    context.strokeText(text, left + 1, above + LABEL_HEIGHT / 2 + 1);
    context.fillStyle = color;
  }
  context.fillText(text, left + (emphasized ? 2 : 1), above + LABEL_HEIGHT / 2 + 1);
}

function drawGhost(context: CanvasRenderingContext2D, { view, frame }: Overlay, ghost: Roi): void {
  const inside =
    ghost.left >= 0 &&
    ghost.top >= 0 &&
    ghost.left + ghost.size <= frame.width &&
    ghost.top + ghost.size <= frame.height;
  const [left, top, side] = boxOf(view, ghost);
  context.setLineDash([5, 4]);
  context.strokeStyle = inside ? '#fff' : TONE_COLORS.lost;
  context.lineWidth = 1.5;
  context.strokeRect(left, top, side, side);
  context.setLineDash([]);
}

function boxOf(view: FrameView, roi: Roi): [left: number, top: number, side: number] {
  return [view.left + roi.left * view.scale, view.top + roi.top * view.scale, roi.size * view.scale];
}
