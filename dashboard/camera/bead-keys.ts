import type { BeadActions } from '../link/bead-actions.ts';
import type { LiveStore } from '../store/live-store.ts';

const ARROWS: Record<string, readonly [dx: number, dy: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR_PX = 10;
/** Share of what is seen by which Alt and an arrow move the view. */
const PAN_SHARE = 0.15;

/** What keys do to the view. */
export interface ViewKeys {
  /** By shares of what is seen. */
  pan(dx: number, dy: number): void;
  zoomBy(factor: number): void;
  showWhole(): void;
  /** Full-frame position in the middle of the view. */
  middle(): readonly [xPx: number, yPx: number];
  cancel(): void;
}

/**
 * Keys of the live picture: arrows nudge the selected bead by 1 px, with Shift by 10, and with Alt move the view; Delete
 * removes the selected beads, Insert or a adds one in the middle of the view; + and - zoom, 0 shows the whole frame.
 */
export function onCameraKey(
  event: KeyboardEvent,
  { selected, selection }: Pick<LiveStore, 'selected' | 'selection'>,
  actions: BeadActions,
  view: ViewKeys,
): void {
  if (event.ctrlKey || event.metaKey) return;
  const arrow = ARROWS[event.key];
  const bead = selected.peek();
  if (arrow && event.altKey) view.pan(arrow[0] * PAN_SHARE, arrow[1] * PAN_SHARE);
  else if (arrow) {
    const step = event.shiftKey ? FAR_PX : 1;
    if (bead !== null) actions.nudge(bead, arrow[0] * step, arrow[1] * step);
  } else if (event.key === 'Delete' || event.key === 'Backspace') void actions.remove(...selection.peek());
  else if (event.key === 'Insert' || event.key === 'a') void actions.add(...view.middle());
  else if (event.key === '+' || event.key === '=') view.zoomBy(1.25);
  else if (event.key === '-') view.zoomBy(0.8);
  else if (event.key === '0') view.showWhole();
  else if (event.key === 'Escape') view.cancel();
  else return;
  event.preventDefault();
}

/** Ctrl+Z undoes and Ctrl+Shift+Z or Ctrl+Y does again, except where text is edited; returns what ends that. */
export function listenToUndo(actions: BeadActions): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isEditingText(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) void actions.undo();
    else if (key === 'y' || key === 'z') void actions.redo();
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

function isEditingText(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  );
}
