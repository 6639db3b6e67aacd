import { LiveCamera } from './camera/live-camera.tsx';
import { BeadList } from './panels/bead-list.tsx';
import { EventLog } from './panels/event-log.tsx';
import { FrameLedger } from './panels/frame-ledger.tsx';
import { LatencyBudget } from './panels/latency-budget.tsx';
import { StatusBar } from './panels/status-bar.tsx';
import type { ViewProps } from './views/view.ts';
import { ViewTabs } from './views/view-tabs.tsx';

/** The whole page. */
export function Dashboard({ store, actions, connection }: ViewProps) {
  return (
    <>
      <StatusBar store={store} />
      <main class={store.isLive.value ? '' : 'is-stale'}>
        <LiveCamera store={store} actions={actions} connection={connection} />
        <ViewTabs store={store} actions={actions} connection={connection} />
        <BeadList store={store} actions={actions} />
        <FrameLedger store={store} />
        <LatencyBudget store={store} />
        <EventLog store={store} />
      </main>
    </>
  );
}
