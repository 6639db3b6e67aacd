import { effect } from '@preact/signals';
import { render } from 'preact';
import { splitCameraPath } from '#protocol/camera-name.ts';
import { Dashboard } from './dashboard.tsx';
import { beadActions } from './link/bead-actions.ts';
import './dashboard.css';
import { introduceOnceLive } from './link/introduce.ts';
import { connectLive, liveUrl } from './link/live-connection.ts';
import { createLiveStore } from './store/live-store.ts';
import { FULL_RATE_S } from './store/trace-history.ts';

const { name } = splitCameraPath(location.pathname);
if (name) document.title = `${name} · tweezertrack`;

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
