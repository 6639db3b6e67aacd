import type { Signal } from '@preact/signals';
import { choices } from './choices.ts';
import { desk } from './desk.ts';
import type { Place } from './draft.ts';
import type { CellPainter } from './picture-painter.ts';

const FAR_PX = 10;

/** Chooses the cell under a place, or begins to draw there as the tool does; whether it draws. */
function press(place: Place): boolean {
  const draft = desk.draft;
  if (!draft) return false;
  const tool = desk.tool.peek();
  if (tool === 'select' || (tool !== 'draw' && choices.cell.peek() === null)) {
    choices.cell.value = draft.cellAt(place) || null;
    return false;
  }
  desk.edit(() => draft.beginStep());
  if (tool === 'draw') choices.cell.value = draft.takeNumber();
  draw(place, place);
  return true;
}

function draw(from: Place, to: Place): void {
  const cell = choices.cell.peek();
  const isErasing = desk.tool.peek() === 'erase';
  if (cell !== null) desk.edit((draft) => draft.stroke(cell, from, to, desk.radius.peek(), isErasing));
}

function release(): void {
  desk.edit((draft) => draft.endStep());
  // What comes next belongs to the cell that was begun.
  if (desk.tool.peek() === 'draw') desk.tool.value = 'add';
}

/** Draws with the pointer until the returned function is called. */
export function editWithPointer(
  canvas: HTMLCanvasElement,
  place: Signal<Place | null>,
  painter: CellPainter,
): () => void {
  const listeners = new AbortController();
  let last: Place | null = null;
  const listen = (types: readonly (keyof HTMLElementEventMap)[], hear: (event: PointerEvent) => void) => {
    for (const type of types) {
      canvas.addEventListener(type, hear as (event: Event) => void, { signal: listeners.signal });
    }
  };
  const placeOf = ({ clientX, clientY }: PointerEvent) => {
    const box = canvas.getBoundingClientRect();
    return painter.placeAt(clientX - box.left, clientY - box.top);
  };
  listen(['pointerdown'], (event) => {
    if (event.button !== 0) return;
    const at = placeOf(event);
    place.value = at;
    if (!press(at)) return;
    canvas.setPointerCapture(event.pointerId);
    last = at;
  });
  listen(['pointermove'], (event) => {
    const at = placeOf(event);
    place.value = at;
    if (last) draw(last, at);
    if (last) last = at;
  });
  listen(['pointerup', 'pointercancel'], () => {
    if (last) release();
    last = null;
  });
  listen(['pointerleave'], () => {
    place.value = null;
  });
  return () => {
    if (last) release();
    listeners.abort();
  };
}

/** Draws with keys; whether it was one of them. */
export function editWithKey(event: KeyboardEvent, place: Signal<Place | null>): boolean {
  const { key, shiftKey, ctrlKey, metaKey } = event;
  const draft = desk.draft;
  if (!draft) return false;
  if (key.toLowerCase() === 'z' && (ctrlKey || metaKey)) desk.edit(() => draft.undo());
  else if (ctrlKey || metaKey) return false;
  else if (key === 'Enter' || key === ' ') {
    if (press(place.peek() ?? middleOf(draft))) release();
  } else if (key === 'Delete' || key === 'Backspace') removeChosen();
  else if (key === 'Escape') desk.tool.value = 'select';
  else if (key.startsWith('Arrow')) {
    const { x, y } = place.peek() ?? middleOf(draft);
    const step = shiftKey ? FAR_PX : 1;
    const dx = key === 'ArrowLeft' ? -step : key === 'ArrowRight' ? step : 0;
    const dy = key === 'ArrowUp' ? -step : key === 'ArrowDown' ? step : 0;
    place.value = {
      x: Math.min(draft.width - 1, Math.max(0, Math.round(x + dx))),
      y: Math.min(draft.height - 1, Math.max(0, Math.round(y + dy))),
    };
  } else return false;
  return true;
}

/** Removes the chosen cell from the draft. */
export function removeChosen(): void {
  const cell = choices.cell.peek();
  if (cell === null) return;
  desk.edit((draft) => draft.remove(cell));
  choices.cell.value = null;
}

function middleOf({ width, height }: { width: number; height: number }): Place {
  return { x: Math.round((width - 1) / 2), y: Math.round((height - 1) / 2) };
}
