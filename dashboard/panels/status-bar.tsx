import type { ComponentChildren } from 'preact';
import { LATENCY_STEPS } from '#protocol/latency-step.ts';
import type { Link, LiveStore } from '../store/live-store.ts';
import { unreadAlarms } from '../store/unread-alarms.ts';
import { droppedFrames } from '../words/dropped-frames.ts';
import { formatCount, formatFixed } from '../words/format-number.ts';
import { stepName, totalStep } from '../words/latency-steps.ts';
import { CameraChooser } from './camera-chooser.tsx';

/** How the whole way of a frame is doing, from the camera to the disk. */
export function StatusBar({ store }: { store: LiveStore }) {
  const camera = store.camera.value;
  const status = store.status.value;
  const engine = store.engine.value;
  const recording = store.recording.value;
  const dropped = status ? droppedFrames(status.ledger).total : 0;
  const total = totalStep(status?.latency);
  const isLive = store.isLive.value;
  return (
    <header class="status-bar">
      <h1>
        <Mark />
        tweezertrack
      </h1>
      <CameraChooser cameras={status?.cameras} />
      <LinkState link={store.link.value} />
      <Control store={store} />
      <UnreadAlarms store={store} />
      <dl class={isLive ? 'figures' : 'figures is-stale'}>
        <Figure name="Camera" tone={camera?.connected ? 'ok' : 'warning'}>
          <strong>{camera ? camera.camera : 'none'}</strong>
          {camera && (
            <small>
              {camera.connected ? `${camera.width} × ${camera.height} ${camera.pixelFormat}` : 'away'}
            </small>
          )}
        </Figure>
        <Figure name="Frame rate" isLiveRegion>
          <strong>{formatFixed(status?.receivedFps ?? Number.NaN, 1)}</strong>
          <small>fps · tracked {formatFixed(status?.trackedFps ?? Number.NaN, 1)}</small>
        </Figure>
        <Figure name="Latency" hint={`Half of the frames, ${stepName(total)}: ${LATENCY_STEPS[total]}`}>
          <strong>{formatFixed(status?.latency[total].p50Ms ?? Number.NaN, 1)}</strong>
          <small>ms · p99 {formatFixed(status?.latency[total].p99Ms ?? Number.NaN, 1)}</small>
        </Figure>
        <Figure name="Dropped" tone={dropped > 0 ? 'lost' : 'ok'}>
          <strong>{status ? formatCount(dropped) : '–'}</strong>
          <small>of {status ? formatCount(status.ledger.offered ?? 0) : '–'}</small>
        </Figure>
        <Figure name="Engine" hint={engine?.why}>
          <strong>{engine?.engine ?? '–'}</strong>
          <small>{engine?.device}</small>
        </Figure>
        <Figure name="Recording" hint={recording ?? undefined} tone={recording ? 'ok' : 'warning'}>
          <strong>{recording ? folderName(recording) : 'off'}</strong>
          {recording && status && (
            <small>
              {formatCount(status.recorded.rows)} rows
              {status.recorded.waiting > 0 && ` · ${formatCount(status.recorded.waiting)} waiting`}
            </small>
          )}
        </Figure>
      </dl>
    </header>
  );
}

/** Who has control, where others are there, too. */
function Control({ store }: { store: LiveStore }) {
  const people = store.people.value;
  if (!people || people.viewers < 2) return null;
  const { holder, viewers } = people;
  return (
    <p class="link" title={`${viewers} dashboards open`}>
      {holder ? `Control: ${holder.isYou ? 'you' : holder.name}` : 'Control: nobody'} · {viewers} open
    </p>
  );
}

/** How many alarms this person has not read; they are in the view Run. */
function UnreadAlarms({ store }: { store: LiveStore }) {
  const { length } = unreadAlarms(store.alarms.value);
  if (length === 0) return null;
  return (
    <button type="button" class="link link-lost" onClick={() => document.getElementById('tab-run')?.click()}>
      {length} {length === 1 ? 'alarm' : 'alarms'} unread
    </button>
  );
}

interface FigureProps {
  name: string;
  children: ComponentChildren;
  hint?: string | undefined;
  tone?: 'ok' | 'warning' | 'lost';
  isLiveRegion?: boolean;
}

function Figure({ name, children, hint, tone = 'ok', isLiveRegion = false }: FigureProps) {
  return (
    <div class={`figure tone-${tone}`} title={hint}>
      <dt>{name}</dt>
      <dd>{isLiveRegion ? <span role="status">{children}</span> : children}</dd>
    </div>
  );
}

function LinkState({ link }: { link: Link }) {
  return (
    <p class={`link link-${link.phase}`} role="status" aria-label="Connection">
      <span class="dot" aria-hidden="true" />
      {describeLink(link)}
    </p>
  );
}

function describeLink(link: Link): string {
  switch (link.phase) {
    case 'connecting':
      return 'Connecting';
    case 'live':
      return 'Live';
    case 'lost':
      return `Connection lost, trying again every ${formatFixed(link.retryMs / 1000, link.retryMs < 1000 ? 2 : 0)} s`;
    case 'outdated':
      return 'The tracker has another version: reload this page';
  }
}

/** The last part of a path of either kind. */
function folderName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** A bead in its ROI. */
function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <path d="M1 4V1h3M12 1h3v3M15 12v3h-3M4 15H1v-3" fill="none" stroke="currentColor" stroke-width="1.5" />
      <circle cx="8" cy="8" r="4" fill="none" stroke="currentColor" stroke-width="1.5" />
      <circle cx="8" cy="8" r="1.4" fill="currentColor" />
    </svg>
  );
}
