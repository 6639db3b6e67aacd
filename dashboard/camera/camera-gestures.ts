import type { ReadonlySignal, Signal } from '@preact/signals';
import type { LiveBead } from '#protocol/live.ts';
import { type Roi, roiAround } from '#protocol/roi.ts';
import type { BeadActions } from '../link/bead-actions.ts';
import { beadAt, type FrameView, panBy, type Size, toFrame, type Zoom, zoomAt } from './frame-view.ts';

/** What the gestures see and change of the Live Camera. */
export interface GestureTarget {
  /** Null while the stage has no size. */
  view(): FrameView | null;
  readonly frame: ReadonlySignal<Size>;
  readonly size: ReadonlySignal<Size>;
  readonly beads: ReadonlySignal<readonly LiveBead[]>;
  zoom: Signal<Zoom>;
  ghost: Signal<Roi | null>;
  hovered: Signal<number | null>;
  pointer: Signal<readonly [xPx: number, yPx: number] | null>;
  /** Takes a click at a full-frame position that is meant for something else than the beads. */
  takesClick(xPx: number, yPx: number): boolean;
}

interface Press {
  bead: LiveBead | null;
  x: number;
  y: number;
  lastX: number;
  lastY: number;
  dragged: boolean;
}

/** CSS px a pointer may wander during a click. */
const CLICK_SLACK = 4;
/** CSS px around an ROI box that still hit it. */
const HIT_SLACK = 3;
/** ms in which a second click on the same empty place is a double-click, not a second bead. */
const DOUBLE_CLICK_MS = 400;

/**
 * Click adds or selects a bead, drag moves it (on empty field: the view), right-click removes it, the wheel zooms;
 * Escape ends a drag where it began.
 * @returns removes the listeners
 */
export function listenToGestures(
  element: HTMLElement,
  target: GestureTarget,
  actions: BeadActions,
): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let press: Press | null = null;
  const fingers = new Map<number, readonly [x: number, y: number]>();
  let added = { x: 0, y: 0, atMs: Number.NEGATIVE_INFINITY };

  const positionOf = (event: MouseEvent): [x: number, y: number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const hit = (view: FrameView, x: number, y: number) =>
    beadAt(target.beads.peek(), ...toFrame(view, x, y), HIT_SLACK / view.scale);
  const isInFrame = (xPx: number, yPx: number) => {
    const { width, height } = target.frame.peek();
    return xPx >= -0.5 && yPx >= -0.5 && xPx < width - 0.5 && yPx < height - 0.5;
  };
  const draggedTo = ({ bead, x, y }: Press, view: FrameView, toX: number, toY: number) => {
    if (!bead) return null;
    const middle = bead.size / 2;
    return [bead.left + middle + (toX - x) / view.scale, bead.top + middle + (toY - y) / view.scale] as const;
  };
  const release = () => {
    press = null;
    target.ghost.value = null;
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      const view = target.view();
      if (event.button !== 0 || !view) return;
      element.setPointerCapture(event.pointerId);
      const [x, y] = positionOf(event);
      fingers.set(event.pointerId, [x, y]);
      // A second finger zooms: what the first began is over.
      if (fingers.size > 1) return release();
      press = { bead: hit(view, x, y), x, y, lastX: x, lastY: y, dragged: false };
    },
    { signal },
  );

  element.addEventListener(
    'pointermove',
    (event) => {
      const view = target.view();
      if (!view) return;
      const [x, y] = positionOf(event);
      if (fingers.size === 2 && fingers.has(event.pointerId)) return pinch(event.pointerId, x, y);
      const [xPx, yPx] = toFrame(view, x, y);
      target.pointer.value = isInFrame(xPx, yPx) ? [xPx, yPx] : null;
      if (!press) {
        target.hovered.value = hit(view, x, y)?.bead ?? null;
        return;
      }
      if (!press.dragged && Math.hypot(x - press.x, y - press.y) <= CLICK_SLACK) return;
      press.dragged = true;
      const to = draggedTo(press, view, x, y);
      if (press.bead && to) target.ghost.value = roiAround(press.bead.bead, ...to, press.bead.size);
      else pan((press.lastX - x) / view.scale, (press.lastY - y) / view.scale);
      press.lastX = x;
      press.lastY = y;
    },
    { signal },
  );

  element.addEventListener(
    'pointerup',
    (event) => {
      const view = target.view();
      fingers.delete(event.pointerId);
      if (!press || !view) return;
      const [x, y] = positionOf(event);
      const to = draggedTo(press, view, x, y);
      if (!press.dragged && target.takesClick(...toFrame(view, x, y))) return release();
      if (press.bead && press.dragged && to) void actions.move(press.bead.bead, ...to);
      else if (press.bead && (event.ctrlKey || event.metaKey || event.shiftKey)) {
        actions.toggleSelected(press.bead.bead);
      } else if (press.bead) actions.select(press.bead.bead);
      else if (!press.dragged) {
        const [xPx, yPx] = toFrame(view, x, y);
        const isAgain =
          event.timeStamp - added.atMs < DOUBLE_CLICK_MS &&
          Math.hypot(x - added.x, y - added.y) <= CLICK_SLACK;
        added = { x, y, atMs: event.timeStamp };
        if (isInFrame(xPx, yPx) && !isAgain) void actions.add(xPx, yPx);
      }
      release();
    },
    { signal },
  );

  element.addEventListener(
    'pointercancel',
    (event) => {
      fingers.delete(event.pointerId);
      release();
    },
    { signal },
  );
  element.addEventListener(
    'pointerleave',
    () => {
      target.pointer.value = null;
      target.hovered.value = null;
    },
    { signal },
  );

  element.addEventListener(
    'contextmenu',
    (event) => {
      event.preventDefault();
      const view = target.view();
      const bead = view && hit(view, ...positionOf(event));
      if (bead) void actions.remove(bead.bead);
    },
    { signal },
  );

  element.addEventListener(
    'wheel',
    (event) => {
      if (!target.view()) return;
      event.preventDefault();
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.002 : 0.06));
      target.zoom.value = zoomAt(
        target.frame.peek(),
        target.size.peek(),
        target.zoom.peek(),
        ...positionOf(event),
        factor,
      );
    },
    { signal, passive: false },
  );

  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape') release();
    },
    { signal },
  );

  /** Zooms by what two fingers do to their distance, about the point between them, which moves with them. */
  function pinch(finger: number, x: number, y: number): void {
    const spread = () => {
      const [[x1, y1], [x2, y2]] = [...fingers.values()] as [[number, number], [number, number]];
      return { length: Math.hypot(x2 - x1, y2 - y1), x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
    };
    const before = spread();
    fingers.set(finger, [x, y]);
    const after = spread();
    const view = target.view()!;
    pan((before.x - after.x) / view.scale, (before.y - after.y) / view.scale);
    const factor = after.length / Math.max(1, before.length);
    const [frame, size] = [target.frame.peek(), target.size.peek()];
    target.zoom.value = zoomAt(frame, size, target.zoom.peek(), after.x, after.y, factor);
  }

  function pan(dxPx: number, dyPx: number): void {
    target.zoom.value = panBy(target.frame.peek(), target.size.peek(), target.zoom.peek(), dxPx, dyPx);
  }

  return () => listeners.abort();
}
