import type { RawData, WebSocket } from 'ws';
import { nowNs } from '#protocol/clock.ts';
import { type ControlRequest, parseControlRequest } from '#protocol/control-request.ts';
import { AccessError, LimitError, TweezertrackError } from '#protocol/errors.ts';
import {
  type EventMessage,
  encodeLive,
  type LiveMessage,
  type PreviewMessage,
  type SnapshotMessage,
  type StatusMessage,
  type TracksMessage,
} from '#protocol/live.ts';
import type { Role } from '#protocol/role.ts';
import { RunClock } from './run-clock.ts';
import { TraceRings } from './trace-rings.ts';
import type { TrackedFrames, TrackSink } from './track-sink.ts';
import { Viewer } from './viewer.ts';

const TRACKS_EVERY_MS = 50;
const STATUS_EVERY_MS = 500;
const PREVIEW_EVERY_MS = 66;
/** Past of a bead that is sent when somebody selects it. */
const HISTORY_S = 120;
/** A viewer that reads nothing for so long is cut off. */
const STUCK_MS = 30_000;

export interface LiveHubOptions {
  snapshot(): SnapshotMessage;
  status(): StatusMessage;
  /** Does what a dashboard asks for, except `select`, which the hub does itself; `answer` tells only who asked. */
  control(
    request: Exclude<ControlRequest, { type: 'select' }>,
    answer: (message: LiveMessage) => void,
  ): Promise<void>;
  /** A request was not done, and the viewer was told why. */
  onRefused(cause: unknown): void;
  /** Somebody was sent the tracks so far, at this host time, ns since 1970. */
  onSent?(atNs: bigint): void;
  /** A viewer that read nothing for long was cut off. */
  onStuck?(error: LimitError): void;
  /** For how long, ms; 30 s when left out. */
  stuckMs?: number;
}

/** The columns of a tracks message that are the same for every viewer. */
type NewestPoints = Omit<TracksMessage, 'type' | 'selected' | 'timeS' | 'xPx' | 'yPx' | 'zNm'>;

/**
 * Feeds every dashboard: the selected bead in full, the newest point of all beads, a picture now and then.
 *
 * Each viewer gets what its own socket can take; pictures are left out first, then traces get coarser.
 */
export class LiveHub implements TrackSink {
  readonly #options: LiveHubOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #timers: NodeJS.Timeout[];
  readonly #clock = new RunClock();
  readonly #rings = new TraceRings();
  #newest: NewestPoints | null = null;
  #previewAtMs = 0;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => this.#sendTracks(), TRACKS_EVERY_MS),
      setInterval(() => this.#sendStatus(), STATUS_EVERY_MS),
    ];
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Takes over a socket that was opened on the live path. */
  accept(socket: WebSocket, role: Role): void {
    const viewer = new Viewer(socket, role, performance.now());
    this.#viewers.add(viewer);
    socket.binaryType = 'nodebuffer';
    socket.on('close', () => this.#viewers.delete(viewer));
    socket.on('error', () => socket.terminate());
    socket.on('message', (bytes: RawData) => void this.#answer(viewer, bytes as Buffer));
    viewer.send(encodeLive(this.#options.snapshot()));
  }

  tracked({ frames, rois, table }: TrackedFrames): void {
    const beads = rois.length;
    for (let frame = 0; frame < frames.length; frame++) {
      const timeS = this.#clock.secondsOf(frames[frame]!);
      const firstRow = frame * beads;
      this.#rings.add(timeS, rois, table, firstRow);
      for (const { selected, trace } of this.#viewers) {
        const column = selected === null ? -1 : rois.findIndex(({ bead }) => bead === selected);
        if (column < 0) continue;
        const row = firstRow + column;
        trace.push(timeS, table.xPx[row]!, table.yPx[row]!, table.zNm[row]!);
      }
    }
    if (this.#viewers.size === 0) return;
    const newest = this.#newestOf(beads);
    const last = (frames.length - 1) * beads;
    for (let bead = 0; bead < beads; bead++) {
      newest.beads[bead] = rois[bead]!.bead;
      newest.newestXPx[bead] = table.xPx[last + bead]!;
      newest.newestYPx[bead] = table.yPx[last + bead]!;
      newest.newestZNm[bead] = table.zNm[last + bead]!;
      newest.newestScore[bead] = table.score[last + bead]!;
      newest.newestStatus[bead] = table.status[last + bead]!;
    }
  }

  /** Whether a picture is due and somebody would see it. */
  wantsPreview(): boolean {
    return this.#viewers.size > 0 && performance.now() - this.#previewAtMs >= PREVIEW_EVERY_MS;
  }

  /** Sends a picture to the viewers whose sockets are empty. */
  preview(message: PreviewMessage): void {
    this.#previewAtMs = performance.now();
    // The picture's buffer is reused, and an unmasked message is sent from where it lies: encode makes the copy.
    const bytes = encodeLive(message);
    for (const viewer of this.#viewers) if (viewer.isIdle) viewer.send(bytes);
  }

  /** Tells every viewer, e.g. of a camera that came, beads that moved, or an event. */
  announce(message: LiveMessage): void {
    if (this.#viewers.size === 0) return;
    const bytes = encodeLive(message);
    for (const viewer of this.#viewers) viewer.tell(bytes);
  }

  event(level: EventMessage['level'], text: string): void {
    this.announce({ type: 'event', level, timeMs: Date.now(), text });
  }

  /** Tells every viewer how it ended, and closes. */
  async close(): Promise<void> {
    this.#timers.forEach(clearInterval);
    this.#sendTracks();
    this.#sendStatus();
    for (const { socket } of this.#viewers) socket.close(1001, 'the tracker is shutting down');
    this.#viewers.clear();
  }

  async #answer(viewer: Viewer, bytes: Buffer): Promise<void> {
    let id = -1;
    let error: string | null = null;
    try {
      const request = parseControlRequest(bytes);
      id = request.id;
      if (request.type === 'select') {
        this.#select(viewer, request.bead, request.seconds ?? HISTORY_S);
      } else {
        assertMayChange(viewer.role, request);
        await this.#options.control(request, (message) => viewer.send(encodeLive(message)));
      }
    } catch (cause) {
      this.#options.onRefused(cause);
      error = cause instanceof TweezertrackError ? `${cause.code} ${cause.message}` : String(cause);
    }
    viewer.send(encodeLive({ type: 'reply', id, error }));
  }

  /** Sends the past of the bead, so that a trace does not begin when somebody looks; points of every frame follow. */
  #select(viewer: Viewer, bead: number | null, seconds: number): void {
    viewer.selected = bead;
    viewer.pastS = seconds;
    this.#sendPast(viewer);
  }

  #sendPast(viewer: Viewer): void {
    const { selected, pastS, trace } = viewer;
    // The past holds what waits.
    trace.take();
    const history = selected === null ? null : this.#rings.history(selected, pastS);
    viewer.owesPast = history !== null && !viewer.tell(encodeLive({ type: 'history', ...history }));
  }

  #newestOf(beads: number): NewestPoints {
    if (this.#newest?.beads.length === beads) return this.#newest;
    this.#newest = {
      beads: new Uint32Array(beads),
      newestXPx: new Float64Array(beads),
      newestYPx: new Float64Array(beads),
      newestZNm: new Float64Array(beads),
      newestScore: new Float64Array(beads),
      newestStatus: new Uint16Array(beads),
    };
    return this.#newest;
  }

  #sendTracks(): void {
    let sent = false;
    for (const viewer of this.#viewers) {
      this.#cutOffIfStuck(viewer);
      if (viewer.isSlow) continue;
      if (viewer.missed > 0) this.#makeUp(viewer);
      if (!this.#newest) continue;
      const { selected, trace } = viewer;
      viewer.send(encodeLive({ type: 'tracks', selected, ...trace.take(), ...this.#newest }));
      sent = true;
    }
    if (sent) this.#options.onSent?.(nowNs());
  }

  #sendStatus(): void {
    const status = this.#options.status();
    if (this.#viewers.size === 0) return;
    const bytes = encodeLive(status);
    for (const viewer of this.#viewers) viewer.offer(bytes);
  }

  /** Tells a viewer that has caught up how things are now. */
  #makeUp(viewer: Viewer): void {
    const text = `this dashboard was too slow for ${viewer.missed} messages`;
    viewer.missed = 0;
    viewer.send(encodeLive(this.#options.snapshot()));
    // Otherwise its trace goes on, coarser, from where it stopped.
    if (viewer.owesPast) this.#sendPast(viewer);
    viewer.send(encodeLive({ type: 'event', level: 'warning', timeMs: Date.now(), text }));
  }

  #cutOffIfStuck(viewer: Viewer): void {
    const { onStuck, stuckMs = STUCK_MS } = this.#options;
    if (viewer.stuckMs(performance.now()) < stuckMs) return;
    // Not `close`: that would wait behind what is not read.
    viewer.socket.terminate();
    this.#viewers.delete(viewer);
    const received = `${viewer.socket.bufferedAmount} bytes waiting and none read`;
    onStuck?.(
      new LimitError({ where: 'dashboard', expected: `something read within ${stuckMs} ms`, received }),
    );
  }
}

function assertMayChange(role: Role, request: ControlRequest): void {
  if (role === 'operator') return;
  throw new AccessError({
    where: request.type,
    expected: 'the role operator',
    received: `the role ${role}`,
    remedy: 'sign in with a token of an operator',
  });
}
