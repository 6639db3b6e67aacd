import { batch, computed, signal } from '@preact/signals';
import type {
  EventMessage,
  LiveBead,
  LiveCamera,
  LiveMessage,
  PreviewMessage,
  SnapshotMessage,
  StatusMessage,
  TracksMessage,
} from '#protocol/live.ts';
import { FULL_RATE_S, type PastTrace, pastTrace } from './trace-history.ts';
import { TraceRing } from './trace-ring.ts';

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

/** Newest point of one bead. */
export interface NewestPoint {
  xPx: number;
  yPx: number;
  zNm: number;
  score: number;
  status: number;
}

/** Points of the selected bead that are kept: two minutes at 2 kHz, 16 MB. */
const TRACE_POINTS = 262_144;
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
  const recording = signal<string | null>(null);
  const status = signal<StatusMessage | null>(null);
  const preview = signal<PreviewMessage | null>(null);
  const events = signal<LoggedEvent[]>([]);
  const selected = signal<number | null>(null);
  /** What the tracker answered to the last request, if it refused it. */
  const notice = signal<string | null>(null);
  const newest = signal<ReadonlyMap<number, NewestPoint>>(new Map());
  /** Counts the changes of `trace`, which is not a signal itself. */
  const traceChanges = signal(0);
  const trace = new TraceRing(TRACE_POINTS);
  /** What was before the first point of `trace`, or over the time shown when that is long. */
  const past = signal<PastTrace | null>(null);
  /** s of the time shown. */
  const windowS = signal(30);
  const pastS = computed(() => Math.max(FULL_RATE_S, windowS.value));
  let nextEventKey = 0;

  const isLive = computed(() => link.value.phase === 'live');

  function select(bead: number | null): void {
    if (bead === selected.value) return;
    trace.clear();
    past.value = null;
    selected.value = bead;
    traceChanges.value++;
  }

  function replaceBeads(replacement: LiveBead[]): void {
    const place = beads.value.findIndex(({ bead }) => bead === selected.value);
    beads.value = replacement;
    if (replacement.some(({ bead }) => bead === selected.value)) return;
    const neighbor = replacement[Math.min(Math.max(0, place), replacement.length - 1)];
    select(neighbor?.bead ?? null);
  }

  function applySnapshot(snapshot: SnapshotMessage): void {
    camera.value = snapshot.camera;
    roiSize.value = snapshot.roiSize;
    engine.value = snapshot.engine;
    pipeline.value = snapshot.pipeline;
    recording.value = snapshot.recording;
    newest.value = new Map();
    trace.breakTrace();
    replaceBeads(snapshot.beads);
  }

  function applyTracks(tracks: TracksMessage): void {
    const points = new Map<number, NewestPoint>();
    for (let at = 0; at < tracks.beads.length; at++) {
      points.set(tracks.beads[at]!, {
        xPx: tracks.newestXPx[at]!,
        yPx: tracks.newestYPx[at]!,
        zNm: tracks.newestZNm[at]!,
        score: tracks.newestScore[at]!,
        status: tracks.newestStatus[at]!,
      });
    }
    newest.value = points;
    // Tracks sent before the tracker heard of the last selection belong to another bead.
    if (tracks.selected === null || tracks.selected !== selected.value) return;
    if (tracks.timeS.length === 0) return;
    const longestS = gapS();
    for (let at = 0; at < tracks.timeS.length; at++) {
      if (tracks.timeS[at]! - trace.newestTimeS > longestS) trace.breakTrace();
      trace.push(tracks.timeS[at]!, tracks.xPx[at]!, tracks.yPx[at]!, tracks.zNm[at]!);
    }
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
        if (message.bead === selected.value) past.value = pastTrace(message, gapS());
        break;
      case 'status':
        status.value = message;
        break;
      case 'preview':
        preview.value = message;
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
    engine,
    pipeline,
    recording,
    status,
    preview,
    /** Newest first. */
    events,
    selected,
    notice,
    newest,
    trace,
    traceChanges,
    past,
    windowS,
    /** s of the past to ask for. */
    pastS,
    gapS,
    select,
    /** Takes a message of the tracker. */
    apply: (message: LiveMessage) => batch(() => applyMessage(message)),
    /** Removes an event a person has read. */
    dismiss: (key: number) => {
      events.value = events.value.filter((event) => event.key !== key);
    },
  };
}

export type LiveStore = ReturnType<typeof createLiveStore>;
