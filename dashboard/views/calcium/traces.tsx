import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveStore } from '../../store/live-store.ts';
import { CellList } from './cell-list.tsx';
import { cellAfter, choices, chooseCell, keyStep, QUANTITIES, shownCells } from './choices.ts';
import { RecentEvents } from './events.tsx';
import { EventRaster } from './raster.tsx';
import { type CellReading, runCellChart } from './trace-chart.ts';
import { CellReadings } from './trace-readings.tsx';
import { TimeSliders, TraceTools } from './trace-tools.tsx';
import './traces.css';

const NOTHING: CellReading = { values: [], isAtCursor: false, fromS: 0, toS: 1, oldestS: 0, newestS: 1 };
const PAGE_OF_CELLS = 10;

/** Trace of one cell or two, and all cells to choose from. */
export function TracesPage({ store, cells }: { store: LiveStore; cells: readonly number[] }) {
  const plot = useRef<HTMLDivElement>(null);
  const reading = useSignal(NOTHING);
  const shown = shownCells(cells);
  const hasCells = cells.length > 0;
  useEffect(() => {
    if (hasCells && plot.current) return runCellChart(plot.current, store, reading);
  }, [store, hasCells, reading]);
  if (!hasCells) {
    return (
      <div class="calcium-off">
        <p>No cells yet: find or draw them on the projection of the frames.</p>
        <button type="button" class="calcium-primary" onClick={() => choices.choosePage('cells')}>
          Find cells
        </button>
      </div>
    );
  }
  const { title, unit } = QUANTITIES[choices.quantity.value];
  return (
    <div class="calcium-traces">
      <TraceTools cells={cells} shown={shown} />
      <section
        class="calcium-plot"
        aria-label="Trace of the cell. The up and down keys go from cell to cell."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys go from cell to cell.
        tabIndex={0}
        onKeyDown={(event) => {
          const step = keyStep(event.key, PAGE_OF_CELLS);
          const next = step === null ? null : cellAfter(cells, shown[0]!, step);
          if (next === null) return;
          event.preventDefault();
          chooseCell(next);
        }}
      >
        <CellReadings store={store} shown={shown} reading={reading} />
        <div
          class="plot"
          ref={plot}
          role="img"
          aria-label={`${title} of cell ${shown.join(' and ')}${unit && ` in ${unit}`} against time in s`}
        />
      </section>
      <TimeSliders store={store} reading={reading} />
      <div class="calcium-lower">
        <CellList store={store} cells={cells} shown={shown} />
        <div class="calcium-firing">
          <EventRaster store={store} cells={cells} chosen={shown[0]!} />
          <RecentEvents store={store} />
        </div>
      </div>
    </div>
  );
}
