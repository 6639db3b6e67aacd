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
  let asked = '';
  const stop = effect(() => {
    // A new connection knows of no wish, and one that knows nothing of calcium traces is not asked.
    const mayAsk = isLive.value && calcium.setup.value?.on === true;
    if (!mayAsk) asked = '';
    const { cells, seconds } = wish.value;
    calcium.traces.watch(cells);
    calcium.traceChanges.value = calcium.traceChanges.peek() + 1;
    const key = isHidden.value ? 'hidden' : JSON.stringify(wish.value);
    if (!mayAsk || key === asked) return;
    asked = key;
    void request({ type: 'watch-cells', cells: isHidden.value ? null : [...cells], seconds });
  });
  return () => {
    stop();
    document.removeEventListener('visibilitychange', onVisibility);
    if (isLive.peek() && asked !== '') void request({ type: 'watch-cells', cells: null });
  };
}
