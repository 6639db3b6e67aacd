import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { paintWhileSeen } from '../../painting/paint-while-seen.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { cellColor } from './outlines.ts';

/** s that it shows. */
const SHOWN_S = 60;
const DRAW_MS = 66;
/** Behind the row of the cell that is looked at, on dark ground in either scheme. */
const CHOSEN = 'rgb(255 255 255 / 0.16)';

/** Events of all cells over the last minute, a row for each cell. */
export function EventRaster({
  store,
  cells,
  chosen,
}: {
  store: LiveStore;
  cells: readonly number[];
  chosen: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    const painter = paintWhileSeen(element, () => paint(element, store, cells, chosen), DRAW_MS);
    const stop = effect(() => {
      void store.calcium.newest.value;
      void store.calcium.eventChanges.value;
      painter.request();
    });
    const resize = new ResizeObserver(painter.request);
    resize.observe(element);
    return () => {
      stop();
      resize.disconnect();
      painter.stop();
    };
  }, [store, cells, chosen]);
  return (
    <figure class="calcium-raster">
      <figcaption>
        Events of the last minute <small>a row for each cell</small>
      </figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Events of ${cells.length} cells over the last ${SHOWN_S} s`}
      />
    </figure>
  );
}

function paint(
  canvas: HTMLCanvasElement,
  { calcium }: LiveStore,
  cells: readonly number[],
  chosen: number,
): void {
  const { clientWidth, clientHeight } = canvas;
  const [width, height] = [clientWidth * devicePixelRatio, clientHeight * devicePixelRatio].map(Math.round);
  if (canvas.width !== width) canvas.width = width!;
  if (canvas.height !== height) canvas.height = height!;
  const context = canvas.getContext('2d');
  if (!context || width === 0) return;
  context.clearRect(0, 0, width!, height!);
  const nowS = calcium.newest.peek()?.timeS ?? calcium.events.newest(1)[0]?.timeS;
  if (nowS === undefined) return;
  const rowOf = new Map(cells.map((cell, row) => [cell, row]));
  const rowHeight = height! / cells.length;
  context.fillStyle = CHOSEN;
  context.fillRect(0, (rowOf.get(chosen) ?? 0) * rowHeight, width!, Math.max(1, rowHeight));
  const tickWidth = Math.max(1, Math.round(1.5 * devicePixelRatio));
  calcium.events.visit(nowS - SHOWN_S, (cell, timeS) => {
    const row = rowOf.get(cell);
    if (row === undefined) return;
    context.fillStyle = cellColor(cell);
    const x = width! * (1 - (nowS - timeS) / SHOWN_S);
    context.fillRect(x - tickWidth, row * rowHeight, tickWidth, Math.max(1, 0.85 * rowHeight));
  });
}
