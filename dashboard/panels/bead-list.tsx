import { effect, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveBead } from '#protocol/live.ts';
import type { BeadActions } from '../link/bead-actions.ts';
import { paintOnDemand } from '../painting/paint-on-demand.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { NewestPoint } from '../store/newest-points.ts';
import { formatFixed } from '../words/format-number.ts';
import { statusTone, statusWords } from '../words/status-tone.ts';

/** CSS px; the style sheet gives every row this height. */
const ROW_HEIGHT = 24;
const SPARE_ROWS = 4;
const REFRESH_MS = 100;

/** Newest x, y, z of every bead; rows out of sight are not rendered. */
export function BeadList({ store, actions }: { store: LiveStore; actions: BeadActions }) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useSignal({ top: 0, height: 600 });
  const points = useSignal(store.newest.peek());
  const troubled = useComputed(
    () => [...points.value.values()].filter(({ status }) => statusTone(status) !== 'ok').length,
  );

  useEffect(() => {
    const painter = paintOnDemand(() => {
      points.value = store.newest.peek();
    }, REFRESH_MS);
    const stop = effect(() => {
      void store.newest.value;
      painter.request();
    });
    return () => {
      stop();
      painter.stop();
    };
  }, [store, points]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      viewport.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    const stop = effect(() => {
      const row = store.beads.value.findIndex(({ bead }) => bead === store.selected.value);
      if (row >= 0) scrollIntoView(element, row);
    });
    return () => {
      stop();
      resize.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [store, viewport]);

  const beads = store.beads.value;
  const first = Math.max(0, Math.floor(viewport.value.top / ROW_HEIGHT) - SPARE_ROWS);
  const last = Math.min(
    beads.length,
    Math.ceil((viewport.value.top + viewport.value.height) / ROW_HEIGHT) + SPARE_ROWS,
  );
  const selected = store.selected.value;
  const selection = store.selection.value;
  const references = store.references.value;
  return (
    <section class="panel bead-list" aria-labelledby="bead-list-title">
      <header>
        <h2 id="bead-list-title">Beads</h2>
        <p class="readout">
          <span>{beads.length} in all</span>
          {troubled.value > 0 && <span class="tone-warning">{troubled.value} need attention</span>}
        </p>
      </header>
      <div class="scroller" ref={scroller}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows keys can select is a grid.
          role="grid"
          tabIndex={0}
          aria-rowcount={beads.length + 1}
          aria-multiselectable="true"
          aria-activedescendant={selected === null ? undefined : `bead-${selected}`}
          onKeyDown={(event) => onKey(event, store, actions, viewport.value.height)}
        >
          <caption class="unseen">
            Newest position of every bead. Arrow keys select, Delete removes the selected bead, F has its ROI
            follow it or stay, R makes it a reference bead or not. A click with Ctrl adds a bead to the
            selected ones.
          </caption>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Bead</th>
              <th scope="col">
                x <small>px</small>
              </th>
              <th scope="col">
                y <small>px</small>
              </th>
              <th scope="col">
                z <small>nm</small>
              </th>
              <th scope="col">Score</th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            <Spacer rows={first} />
            {beads.slice(first, last).map((bead, at) => (
              <Row
                key={bead.bead}
                bead={bead}
                point={points.value.get(bead.bead)}
                rowIndex={first + at + 2}
                isSelected={selection.includes(bead.bead)}
                isReference={references.includes(bead.bead)}
                onSelect={actions.select}
                onToggle={actions.toggleSelected}
              />
            ))}
            <Spacer rows={beads.length - last} />
          </tbody>
        </table>
        {beads.length === 0 && <p class="empty">No beads yet: click on one in the live picture.</p>}
      </div>
    </section>
  );
}

interface RowProps {
  bead: LiveBead;
  point: NewestPoint | undefined;
  rowIndex: number;
  isSelected: boolean;
  isReference: boolean;
  onSelect: (bead: number) => void;
  onToggle: (bead: number) => void;
}

function Row({ bead: roi, point, rowIndex, isSelected, isReference, onSelect, onToggle }: RowProps) {
  const { bead, zLut, size, follow } = roi;
  const tone = point ? statusTone(point.status) : 'ok';
  return (
    <tr
      id={`bead-${bead}`}
      aria-rowindex={rowIndex}
      aria-selected={isSelected}
      title={`ROI ${size} px${follow ? ' that follows its bead' : ''}, ${zLut === null ? 'no Z-LUT' : `Z-LUT ${zLut}`}`}
      onClick={({ ctrlKey, metaKey, shiftKey }) =>
        ctrlKey || metaKey || shiftKey ? onToggle(bead) : onSelect(bead)
      }
    >
      <th scope="row">
        {bead}
        {isReference && (
          <abbr class="reference-mark" title="Reference bead">
            {' '}
            ref
          </abbr>
        )}
      </th>
      <td>{formatFixed(point?.xPx ?? Number.NaN, 2)}</td>
      <td>{formatFixed(point?.yPx ?? Number.NaN, 2)}</td>
      <td>{formatFixed(point?.zNm ?? Number.NaN, 1)}</td>
      <td>{formatFixed(point?.score ?? Number.NaN, 4)}</td>
      <td class={`tone-${tone}`}>
        <span class="dot" aria-hidden="true" />
        {point ? statusWords(point.status) : 'waiting'}
      </td>
    </tr>
  );
}

function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={6} />
    </tr>
  );
}

function onKey(event: KeyboardEvent, store: LiveStore, actions: BeadActions, height: number): void {
  const beads = store.beads.peek();
  const at = beads.findIndex(({ bead }) => bead === store.selected.peek());
  if (event.key === 'Delete' && at >= 0) {
    event.preventDefault();
    void actions.remove(beads[at]!.bead);
    return;
  }
  if (event.key === 'f' && at >= 0) {
    const { bead, follow } = beads[at]!;
    void actions.follow(bead, !follow);
    return;
  }
  if (event.key === 'r' && at >= 0) {
    actions.toggleReference(beads[at]!.bead);
    return;
  }
  const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
  const steps: Record<string, number> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -page,
    PageDown: page,
    Home: -beads.length,
    End: beads.length,
  };
  const step = steps[event.key];
  if (step === undefined || beads.length === 0) return;
  event.preventDefault();
  actions.select(beads[Math.min(beads.length - 1, Math.max(0, at + step))]!.bead);
}

/** Scrolls as little as shows the row below the sticky head. */
function scrollIntoView(element: HTMLElement, row: number): void {
  const top = row * ROW_HEIGHT;
  const visible = element.clientHeight - ROW_HEIGHT;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + ROW_HEIGHT > element.scrollTop + visible) element.scrollTop = top + ROW_HEIGHT - visible;
}
