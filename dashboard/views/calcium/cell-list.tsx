import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount, formatFixed } from '../../words/format-number.ts';
import { cellAfter, choices, chooseCell, keyStep } from './choices.ts';
import { type CellOrder, cellsInOrder, type NewestCell } from './newest-cells.ts';
import { useOften } from './use-often.ts';

/** CSS px; the style sheet gives every row this height. */
const ROW_HEIGHT = 22;
const SPARE_ROWS = 4;
/** Numbers that change the order more often could not be read. */
const REFRESH_MS = 500;

const COLUMNS: readonly { order: CellOrder; title: string; unit?: string }[] = [
  { order: 'cell', title: 'Cell' },
  { order: 'dff', title: 'dF/F' },
  { order: 'noise', title: 'Noise', unit: '%/√Hz' },
  { order: 'rate', title: 'Rate', unit: '/s' },
  { order: 'events', title: 'Events' },
];

/** Newest frame of every cell; rows out of sight are not rendered. */
export function CellList({
  store,
  cells,
  shown,
}: {
  store: LiveStore;
  cells: readonly number[];
  shown: readonly number[];
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useSignal({ top: 0, height: 300 });
  const order = useSignal<{ by: CellOrder; descends: boolean }>({ by: 'cell', descends: false });
  const newest = useOften(store.calcium.newest, REFRESH_MS);
  const { by, descends } = order.value;
  const rows = cellsInOrder(cells, newest, by, descends);
  const [chosen] = shown;
  const row = rows.findIndex(({ cell }) => cell === chosen);

  useEffect(() => {
    const element = scroller.current!;
    const measure = () => {
      viewport.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resize.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [viewport]);
  // Another cell comes into sight; one that only changed its place in the order does not scroll the list.
  useEffect(() => scrollIntoView(scroller.current!, row), [chosen]);

  const { top, height } = viewport.value;
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW_HEIGHT) + SPARE_ROWS);
  return (
    <div class="scroller calcium-list" ref={scroller}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows keys can select is a grid.
        role="grid"
        tabIndex={0}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={row < 0 ? undefined : `cell-${chosen}`}
        onKeyDown={(event) => {
          const step = keyStep(event.key, Math.max(1, Math.floor(height / ROW_HEIGHT) - 2));
          const listed = rows.map(({ cell }) => cell);
          const next = step === null ? null : cellAfter(listed, chosen ?? null, step);
          if (next === null) return;
          event.preventDefault();
          chooseCell(next);
        }}
      >
        <caption class="unseen">Newest frame of every cell. Arrow keys choose the one that is drawn.</caption>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map(({ order: name, title, unit }) => (
              <th
                key={name}
                scope="col"
                aria-sort={by !== name ? undefined : descends ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  onClick={() => {
                    // Numbers are of interest from the largest on.
                    order.value = { by: name, descends: by === name ? !descends : name !== 'cell' };
                  }}
                >
                  {title} {unit && <small>{unit}</small>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {rows.slice(first, last).map((cell, at) => (
            <Row
              key={cell.cell}
              row={cell}
              rowIndex={first + at + 2}
              isShown={shown.includes(cell.cell)}
              isSecond={cell.cell === shown[1]}
            />
          ))}
          <Spacer rows={rows.length - last} />
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  row: NewestCell;
  rowIndex: number;
  isShown: boolean;
  isSecond: boolean;
}

function Row({ row: { cell, dff, noise, rate, events }, rowIndex, isShown, isSecond }: RowProps) {
  return (
    <tr
      id={`cell-${cell}`}
      aria-rowindex={rowIndex}
      aria-selected={isShown}
      class={isSecond ? 'is-second' : undefined}
      onClick={({ ctrlKey, metaKey, shiftKey }) => {
        const isOther = (ctrlKey || metaKey || shiftKey) && choices.mode.peek() !== 'single';
        if (isOther) choices.second.value = cell;
        else chooseCell(cell);
      }}
    >
      <th scope="row">{cell}</th>
      <td>{formatFixed(dff, 3)}</td>
      <td>{formatFixed(noise, 2)}</td>
      <td>{formatFixed(rate, 2)}</td>
      <td>{Number.isNaN(events) ? '–' : formatCount(events)}</td>
    </tr>
  );
}

function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={COLUMNS.length} />
    </tr>
  );
}

/** Scrolls as little as shows the row below the sticky head. */
function scrollIntoView(element: HTMLElement, row: number): void {
  if (row < 0) return;
  const top = row * ROW_HEIGHT;
  const visible = element.clientHeight - ROW_HEIGHT;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + ROW_HEIGHT > element.scrollTop + visible) element.scrollTop = top + ROW_HEIGHT - visible;
}
