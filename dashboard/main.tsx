import { effect } from '@preact/signals';
import { render } from 'preact';
import { beadActions } from './bead-actions.ts';
import { Dashboard } from './dashboard.tsx';
import './dashboard.css';
import { introduceOnceLive } from './introduce.ts';
import { connectLive, liveUrl } from './live-connection.ts';
import { createLiveStore } from './live-store.ts';
import { FULL_RATE_S } from './trace-history.ts';

const store = createLiveStore();
const connection = connectLive(store, liveUrl(location));
introduceOnceLive(store, connection);

// The tracker forgets what a viewer watches with its connection.
effect(() => {
  const beads = [...store.watched.value];
  const seconds = store.pastS.value;
  const profileOf = store.wantsProfile.value ? store.selected.value : null;
  if (!store.isLive.value) return;
  const ask = () =>
    void connection.request({ type: 'watch', beads, seconds, ...(profileOf !== null && { profileOf }) });
  ask();
  // What came at full rate since becomes part of the past: an hour of it would be too much to draw.
  if (seconds <= FULL_RATE_S) return;
  const timer = setInterval(ask, Math.min(60, seconds / 120) * 1000);
  return () => clearInterval(timer);
});

const root = document.getElementById('dashboard');
if (root) {
  const actions = beadActions(store, connection);
  render(<Dashboard store={store} actions={actions} connection={connection} />, root);
}
