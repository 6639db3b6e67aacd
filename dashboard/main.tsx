import { effect } from '@preact/signals';
import { render } from 'preact';
import { beadActions } from './bead-actions.ts';
import { Dashboard } from './dashboard.tsx';
import './dashboard.css';
import { connectLive, liveUrl } from './live-connection.ts';
import { createLiveStore } from './live-store.ts';

const store = createLiveStore();
const connection = connectLive(store, liveUrl(location));

// The tracker forgets a viewer's selection with its connection.
effect(() => {
  const bead = store.selected.value;
  if (store.isLive.value) void connection.request({ type: 'select', bead });
});

const root = document.getElementById('dashboard');
if (root) render(<Dashboard store={store} actions={beadActions(store, connection)} />, root);
