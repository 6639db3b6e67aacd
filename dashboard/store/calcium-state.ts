import { signal } from '@preact/signals';
import type {
  CalciumMessage,
  CalciumState,
  CalciumStatus,
  CellsFoundMessage,
  CellTracesMessage,
  ProjectionMessage,
} from '#protocol/calcium-live.ts';
import { CellEvents } from './cell-events.ts';
import { WatchedCells } from './watched-cells.ts';

/** Events of all cells that are remembered: a minute of 200 cells that fire once a second. */
const REMEMBERED_EVENTS = 16_384;

/** What is known of calcium traces. */
export function createCalciumState() {
  const setup = signal<CalciumState | null>(null);
  const status = signal<CalciumStatus | null>(null);
  /** Whether frames were left out between the last two statuses. */
  const isSkipping = signal(false);
  const newest = signal<CellTracesMessage['newest'] | null>(null);
  const projection = signal<ProjectionMessage | null>(null);
  /** What was found last, until it is taken or put away. */
  const found = signal<CellsFoundMessage | null>(null);
  const traces = new WatchedCells();
  /** Counts the changes of `traces`, which are no signals themselves. */
  const traceChanges = signal(0);
  const events = new CellEvents(REMEMBERED_EVENTS);
  const eventChanges = signal(0);

  function setState(next: CalciumState | null): void {
    const isOn = next?.on ?? false;
    if (!isOn) {
      traces.clear();
      events.clear();
      newest.value = null;
      traceChanges.value = traceChanges.peek() + 1;
      eventChanges.value = eventChanges.peek() + 1;
    }
    setup.value = next;
  }

  return {
    /** Null for a tracker that knows nothing of it. */
    setup,
    status,
    isSkipping,
    newest,
    projection,
    found,
    traces,
    traceChanges,
    events,
    eventChanges,
    /** As a snapshot or a message has it. */
    setState,
    setStatus(next: CalciumStatus | undefined): void {
      const before = status.peek();
      isSkipping.value = Boolean(before && next && next.skipped > before.skipped);
      status.value = next ?? null;
    },
    /** Takes a message about calcium traces; leaves others alone. */
    apply(message: CalciumMessage | { type: string }, gapS: number): void {
      if (!isCalcium(message)) return;
      switch (message.type) {
        case 'calcium':
          setState(message.calcium);
          break;
        case 'cell-history':
          traces.begin(message, gapS);
          traceChanges.value = traceChanges.peek() + 1;
          break;
        case 'cell-traces':
          newest.value = message.newest;
          if (message.traces.length === 0) break;
          traces.append(message.traces, gapS);
          traceChanges.value = traceChanges.peek() + 1;
          break;
        case 'cell-events':
          events.add(message);
          eventChanges.value = eventChanges.peek() + 1;
          break;
        case 'calcium-projection':
          projection.value = message;
          break;
        case 'cells-found':
          found.value = message;
          break;
      }
    },
  };
}

export type LiveCalcium = ReturnType<typeof createCalciumState>;

const TYPES: ReadonlySet<string> = new Set<CalciumMessage['type']>([
  'calcium',
  'cell-traces',
  'cell-history',
  'cell-events',
  'calcium-projection',
  'cells-found',
]);

function isCalcium(message: { type: string }): message is CalciumMessage {
  return TYPES.has(message.type);
}
