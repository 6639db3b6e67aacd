import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import { formatCount, formatFixed } from '../../words/format-number.ts';
import { cellAfter, chooseCell, keyStep } from './choices.ts';
import { runRedoChart } from './redo-chart.ts';

const PAGE_OF_CELLS = 10;

/** dF/F and events of one cell, live and offline. */
export function RedoneTrace({
  answer,
  onCell,
}: {
  answer: Signal<CalciumRedo | null>;
  onCell(cell: number): void;
}) {
  const plot = useRef<HTMLDivElement>(null);
  useEffect(() => runRedoChart(plot.current!, answer), [answer]);
  const { cells, traces, measured, skipped, lost, fps, smoothS } = answer.value!;
  const [shown] = traces;
  const go = (cell: number | null) => {
    if (cell === null || cell === shown?.cell) return;
    chooseCell(cell);
    onCell(cell);
  };
  return (
    <>
      <div class="calcium-readings mode-compare">
        <h3>
          {shown ? (
            <label>
              Cell{' '}
              <select
                aria-label="Cell"
                value={`${shown.cell}`}
                onChange={({ currentTarget }) => go(Number(currentTarget.value))}
              >
                {cells.map((cell) => (
                  <option key={cell} value={`${cell}`}>
                    {cell}
                  </option>
                ))}
              </select>
            </label>
          ) : (
            'No cells were recorded'
          )}
        </h3>
        {shown && (
          <>
            <p class="is-first">
              <i aria-hidden="true" /> live <b>{formatCount(shown.live.events.length)}</b>{' '}
              <small>events</small>
            </p>
            <p class="is-second">
              <i aria-hidden="true" /> offline <b>{formatCount(shown.offline.events.length)}</b>{' '}
              <small>events</small>
            </p>
            <p>
              correlation <b>{formatFixed(shown.correlation, 4)}</b>
            </p>
          </>
        )}
        <dl>
          <div>
            <dt>frames</dt>
            <dd>{formatCount(measured)}</dd>
          </div>
          {skipped + lost > 0 && (
            <div class="tone-warning">
              <dt>missing</dt>
              <dd>{formatCount(skipped + lost)}</dd>
            </div>
          )}
          <div>
            <dt>smoothed</dt>
            <dd>
              {formatFixed(smoothS, 2)} <small>s at {formatFixed(fps, 1)} fps</small>
            </dd>
          </div>
        </dl>
      </div>
      <section
        class="calcium-plot"
        aria-label="Live and offline trace of the cell. The up and down keys go from cell to cell; drag to zoom, double-click shows all."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys go from cell to cell.
        tabIndex={0}
        onKeyDown={(event) => {
          const step = keyStep(event.key, PAGE_OF_CELLS);
          if (step === null || !shown) return;
          event.preventDefault();
          go(cellAfter(cells, shown.cell, step));
        }}
      >
        <div
          class="plot"
          ref={plot}
          role="img"
          aria-label={`dF/F of cell ${shown?.cell ?? ''}, live and offline, against time in s`}
        />
      </section>
    </>
  );
}
