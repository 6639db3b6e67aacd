import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { LiveStore } from '../store/live-store.ts';
import type { LiveConnection } from './live-connection.ts';

/** Cells to be told of, and how much of their past, s. */
export interface CellWish {
  cells: readonly number[];
  seconds: number;
}

/** Asks the tracker for traces of cells whenever the wish is another one, and for none while the page is hidden. */
export function watchCells(
  { isLive, calcium }: LiveStore,
  { request }: LiveConnection,
  wish: ReadonlySignal<CellWish>,
): () => void {
  const isHidden = signal(document.hidden);
  const onVisibility = () => {
    isHidden.value = document.hidden;
  };
  document.addEventListener('visibilitychange', onVisibility);
  /** What the tracker was asked for on this connection; undefined before. */
  let asked: CellWish | null | undefined;
  const ask = (next: CellWish | null) => {
    asked = next;
    void request({ type: 'watch-cells', ...(next ? { ...next, cells: [...next.cells] } : { cells: null }) });
  };
  const stop = effect(() => {
    const { cells, seconds } = wish.value;
    calcium.traces.watch(cells);
    calcium.traceChanges.value = calcium.traceChanges.peek() + 1;
    // A new connection knows of no wish, and a tracker that measures nothing is not asked.
    if (!isLive.value || calcium.setup.value?.on !== true) {
      asked = undefined;
      return;
    }
    if (isHidden.value) {
      if (asked !== null) ask(null);
      return;
    }
    if (asked && asked.cells.join() === cells.join() && asked.seconds >= seconds) return;
    // The past of a cell comes once, when it begins to be watched: for more of it, it begins again.
    if (asked && asked.seconds < seconds) ask({ cells: [], seconds });
    ask({ cells, seconds });
  });
  return () => {
    stop();
    document.removeEventListener('visibilitychange', onVisibility);
    if (isLive.peek() && asked) ask(null);
  };
}
