import { batch, computed, effect, signal } from '@preact/signals';
import type {
  EventMessage,
  LiveBead,
  LiveCamera,
  LiveMessage,
  NewestPoints,
  ProfileMessage,
  SnapshotMessage,
  StatusMessage,
  TracksMessage,
} from '#protocol/live.ts';
import type { Alarm, PeopleMessage } from '#protocol/people.ts';
import type { PreviewMessage, TilesMessage } from '#protocol/picture-request.ts';
import type { Role } from '#protocol/role.ts';
import type { RunState } from '#protocol/run-state.ts';
import { createCalibrationState } from '../views/z-lut/state.ts';
import { createBeadSelection } from './bead-selection.ts';
import { createCalciumState } from './calcium-state.ts';
import { createMotorState } from './motor-state.ts';
import { type NewestPoint, pointsByBead } from './newest-points.ts';
import { createPlotChoices } from './plot-choices.ts';
import { PoorFits } from './poor-fits.ts';
import { FULL_RATE_S } from './trace-history.ts';
import { WatchedTraces } from './watched-traces.ts';

/** State of the connection to the tracker. */
export type Link =
  | { phase: 'connecting' }
  | { phase: 'live' }
  | { phase: 'lost'; retryMs: number }
  /** The tracker speaks another version of the messages than this page. */
  | { phase: 'outdated' };

/** An event in the log; the same one again only counts up. */
export interface LoggedEvent extends EventMessage {
  key: number;
  times: number;
}

/** A pause in the trace that is longer is a gap, not a line: a camera that was away, a run of dropped frames. */
const SHORTEST_GAP_S = 0.5;
const GAP_FRAMES = 5;
const MAX_EVENTS = 200;

/** All that the panels show, as signals; `apply` takes the tracker's messages, the rest is what a person does. */
export function createLiveStore() {
  const link = signal<Link>({ phase: 'connecting' });
  const camera = signal<LiveCamera | null>(null);
  const beads = signal<LiveBead[]>([]);
  const roiSize = signal(64);
  const engine = signal<SnapshotMessage['engine'] | null>(null);
  const pipeline = signal<string[]>([]);
  /** Whether the pipeline says how far off its numbers may be. */
  const fits = signal(false);
  const recording = signal<string | null>(null);
  const status = signal<StatusMessage | null>(null);
  /** Camera and recording; null for a tracker that does not tell. */
  const run = signal<RunState | null>(null);
  /** px of the ROIs a person adds; `roiSize` when null. */
  const newRoiSize = computed(() => run.value?.rig.roiSize ?? null);
  /** Who is there and who has control; null until this page has introduced itself. */
  const people = signal<PeopleMessage | null>(null);
  /** Newest first. */
  const alarms = signal<Alarm[]>([]);
  const preview = signal<PreviewMessage | null>(null);
  /** The whole frame, small, while `preview` is a part of it. */
  const map = signal<PreviewMessage | null>(null);
  const tiles = signal<TilesMessage | null>(null);
  const role = signal<Role>('operator');
  const events = signal<LoggedEvent[]>([]);
  /** What the tracker answered to the last request, if it refused it. */
  const notice = signal<string | null>(null);
  const newest = signal<ReadonlyMap<number, NewestPoint>>(new Map());
  /** The same as columns, which hold all that is known of each bead. */
  const newestColumns = signal<NewestPoints | null>(null);
  const profile = signal<ProfileMessage | null>(null);
  const picked = createBeadSelection(notice);
  const traces = new WatchedTraces();
  /** Counts the changes of `traces`, which are no signals themselves. */
  const traceChanges = signal(0);
  const plots = createPlotChoices();
  const pastS = computed(() => Math.max(FULL_RATE_S, plots.windowS.value));
  /** Whether somebody looks at the radial profile of the selected bead. */
  const wantsProfile = signal(false);
  const poorFits = new PoorFits();
  const { apply: applyCalibration, ...calibrated } = createCalibrationState();
  const calcium = createCalciumState();
  const { apply: applyMotors, ...moved } = createMotorState();
  let nextEventKey = 0;

  const isLive = computed(() => link.value.phase === 'live');

  effect(() => {
    traces.watch(picked.watched.value);
    traceChanges.value = traceChanges.peek() + 1;
  });

  function replaceBeads(replacement: LiveBead[]): void {
    const idsOf = (list: LiveBead[]) => list.map(({ bead }) => bead);
    const before = beads.value;
    beads.value = replacement;
    picked.keep(idsOf(before), idsOf(replacement));
  }

  function setRun(state: RunState | undefined): void {
    run.value = state ?? null;
    if (state) recording.value = state.saving.folder;
  }

  function applySnapshot(snapshot: SnapshotMessage): void {
    camera.value = snapshot.camera;
    roiSize.value = snapshot.roiSize;
    role.value = snapshot.role ?? 'operator';
    engine.value = snapshot.engine;
    pipeline.value = snapshot.pipeline;
    fits.value = snapshot.fits;
    traces.setFits(snapshot.fits);
    recording.value = snapshot.recording;
    setRun(snapshot.run);
    calcium.setState(snapshot.calcium ?? null);
    calcium.setStatus(undefined);
    newest.value = new Map();
    newestColumns.value = null;
    traces.breakAll();
    replaceBeads(snapshot.beads);
  }

  function applyTracks({ traces: added, newest: columns }: TracksMessage): void {
    newest.value = pointsByBead(columns);
    const poor = poorFits.note(columns);
    if (poor) log({ type: 'event', level: 'warning', timeMs: Date.now(), text: poor });
    newestColumns.value = columns;
    if (added.every(({ timeS }) => timeS.length === 0)) return;
    traces.append(added, gapS());
    traceChanges.value++;
  }

  /** A pause that is no line. */
  function gapS(): number {
    return Math.max(SHORTEST_GAP_S, GAP_FRAMES / (camera.peek()?.fps || Number.POSITIVE_INFINITY));
  }

  function log(event: EventMessage): void {
    const [last, ...others] = events.value;
    const repeated = last?.text === event.text && last.level === event.level;
    const entry = {
      ...event,
      key: repeated ? last.key : nextEventKey++,
      times: repeated ? last.times + 1 : 1,
    };
    events.value = [entry, ...(repeated ? others : events.value)].slice(0, MAX_EVENTS);
  }

  function applyMessage(message: LiveMessage): void {
    applyCalibration(message);
    applyMotors(message);
    calcium.apply(message, gapS());
    switch (message.type) {
      case 'snapshot':
        applySnapshot(message);
        break;
      case 'camera':
        camera.value = message.camera;
        break;
      case 'beads':
        replaceBeads(message.beads);
        break;
      case 'tracks':
        applyTracks(message);
        break;
      case 'history':
        traces.setPast(message, gapS());
        traceChanges.value++;
        break;
      case 'motor-trace':
        traceChanges.value++;
        break;
      case 'profile':
        profile.value = message;
        break;
      case 'status':
        status.value = message;
        calcium.setStatus(message.calcium);
        if (message.run) setRun(message.run);
        break;
      case 'preview':
        if (message.isMap) map.value = message;
        else preview.value = message;
        break;
      case 'tiles':
        tiles.value = message;
        break;
      case 'run-state':
        setRun(message.run);
        break;
      case 'people':
        people.value = message;
        break;
      case 'alarms':
        alarms.value = message.alarms;
        break;
      case 'event':
        log(message);
        break;
    }
  }

  return {
    link,
    isLive,
    camera,
    beads,
    roiSize,
    newRoiSize,
    engine,
    pipeline,
    fits,
    recording,
    status,
    run,
    people,
    alarms,
    preview,
    map,
    tiles,
    role,
    /** Newest first. */
    events,
    notice,
    newest,
    newestColumns,
    profile,
    ...picked,
    ...calibrated,
    ...moved,
    calcium,
    traces,
    traceChanges,
    plots,
    wantsProfile,
    /** s of the past to ask for. */
    pastS,
    gapS,
    /** Takes a message of the tracker. */
    apply: (message: LiveMessage) => batch(() => applyMessage(message)),
    /** Removes an event a person has read. */
    dismiss: (key: number) => {
      events.value = events.value.filter((event) => event.key !== key);
    },
  };
}

export type LiveStore = ReturnType<typeof createLiveStore>;
