import { effect, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { paintWhileSeen } from '../../painting/paint-while-seen.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { choices } from './choices.ts';
import { desk, TOOLS } from './desk.ts';
import type { Place } from './draft.ts';
import { editWithKey, editWithPointer } from './picture-gestures.ts';
import { createCellPainter } from './picture-painter.ts';
import { Segments } from './segments.tsx';

const ZOOMS = { '1': 'Fit', '2': '2×', '4': '4×', '8': '8×' } as const;

/** The projection with the outlines of the cells over it, to be edited. */
export function CellPicture({ store }: { store: LiveStore }) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const zoom = useSignal<keyof typeof ZOOMS>('1');
  const place = useSignal<Place | null>(null);

  useEffect(() => {
    const [frame, element] = [scroller.current!, canvas.current!];
    const painter = createCellPainter(element);
    const draw = () => {
      const draft = desk.draft;
      if (!draft || !canvas.current) return;
      const fit = Math.min(frame.clientWidth / draft.width, frame.clientHeight / draft.height);
      painter.paint({
        scale: Number(zoom.peek()) * fit,
        projection: store.calcium.projection.peek(),
        look: choices.look.peek(),
        rois: store.beads.peek(),
        map: draft.map,
        found: store.calcium.found.value?.map ?? null,
        chosen: choices.cell.peek(),
        place: place.peek(),
        radius: desk.tool.peek() === 'select' ? 0 : desk.radius.peek(),
      });
    };
    const painting = paintWhileSeen(frame, draw, 16);
    const { projection } = store.calcium;
    const stop = effect(() => {
      void desk.draft;
      void store.calcium.found.value;
      for (const drawn of [projection, place, zoom, choices.look, choices.cell]) void drawn.value;
      for (const drawn of [desk.tool, desk.radius]) void drawn.value;
      painting.request();
    });
    const resize = new ResizeObserver(painting.request);
    resize.observe(frame);
    const stopGestures = editWithPointer(element, place, painter);
    return () => {
      stop();
      resize.disconnect();
      stopGestures();
      painting.stop();
    };
  }, [store, zoom, place]);

  const draft = desk.draft;
  const at = place.value;
  const under = at && draft ? draft.cellAt(at) : 0;
  return (
    <>
      <div class="calcium-stage" ref={scroller}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes all keys itself, as a drawing program does. */}
        <canvas
          ref={canvas}
          class={`tool-${desk.tool.value}`}
          tabIndex={0}
          role="application"
          aria-label="Cells on the projection. Arrow keys move, Enter does what the tool does, Delete removes the chosen cell, Ctrl+Z takes a step back."
          onKeyDown={(event) => {
            if (editWithKey(event, place)) event.preventDefault();
          }}
        />
      </div>
      <div class="calcium-tools calcium-foot">
        <Segments
          legend="Size of the picture"
          name="calcium-zoom"
          options={ZOOMS}
          value={zoom.value}
          onChoose={(chosen) => {
            zoom.value = chosen;
          }}
        />
        <small role="status">
          {TOOLS[desk.tool.value]}
          {at && ` · x ${Math.round(at.x)}, y ${Math.round(at.y)} px`}
          {under > 0 && ` · cell ${under}`}
        </small>
      </div>
    </>
  );
}
