import { effect, type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { paintOnDemand } from '../../painting/paint-on-demand.ts';

/** Numbers that change more often could not be read. */
const TEXT_MS = 100;

/** A value that changes with every message, as text shows it: ten times a second at most. */
export function useOften<Value>(source: ReadonlySignal<Value>, leastMs = TEXT_MS): Value {
  const shown = useSignal(source.peek());
  useEffect(() => {
    const painter = paintOnDemand(() => {
      shown.value = source.peek();
    }, leastMs);
    const stop = effect(() => {
      void source.value;
      painter.request();
    });
    return () => {
      stop();
      painter.stop();
    };
  }, [source, leastMs, shown]);
  return shown.value;
}
