import type { BeadActions } from './bead-actions.ts';
import type { LiveStore } from './live-store.ts';
import { BeadList } from './panels/bead-list.tsx';
import { EventLog } from './panels/event-log.tsx';
import { FrameLedger } from './panels/frame-ledger.tsx';
import { LatencyBudget } from './panels/latency-budget.tsx';
import { LiveCamera } from './panels/live-camera.tsx';
import { LivePlots } from './panels/live-plots.tsx';
import { StatusBar } from './panels/status-bar.tsx';

/** The whole page. */
export function Dashboard({ store, actions }: { store: LiveStore; actions: BeadActions }) {
  return (
    <>
      <StatusBar store={store} />
      <main class={store.isLive.value ? '' : 'is-stale'}>
        <LiveCamera store={store} actions={actions} />
        <LivePlots store={store} />
        <BeadList store={store} actions={actions} />
        <FrameLedger store={store} />
        <LatencyBudget store={store} />
        <EventLog store={store} />
      </main>
    </>
  );
}
