import type { RawData, WebSocket } from 'ws';
import { type ControlRequest, parseControlRequest } from '#protocol/control-request.ts';
import { AccessError, TweezertrackError } from '#protocol/errors.ts';
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
import { TraceQueue } from './trace-queue.ts';
import type { TrackedFrames, TrackSink } from './track-sink.ts';

const TRACKS_EVERY_MS = 50;
const STATUS_EVERY_MS = 500;
const PREVIEW_EVERY_MS = 66;
/** A viewer with more than this waiting in its socket gets no tracks until it has caught up, bytes. */
const SLOW_VIEWER_BYTES = 1 << 20;

export interface LiveHubOptions {
  snapshot(): SnapshotMessage;
  status(): StatusMessage;
  /** Does what a dashboard asks for, except `select`, which the hub does itself. */
  control(request: Exclude<ControlRequest, { type: 'select' }>): Promise<void>;
  /** A request was not done, and the viewer was told why. */
  onRefused(cause: unknown): void;
}

/** The columns of a tracks message that are the same for every viewer. */
type NewestPoints = Omit<TracksMessage, 'type' | 'selected' | 'timeS' | 'xPx' | 'yPx' | 'zNm'>;

interface Viewer {
  socket: WebSocket;
  role: Role;
  selected: number | null;
  trace: TraceQueue;
}

/**
 * Feeds every dashboard: the selected bead in full, the newest point of all beads, a picture now and then.
 *
 * Each viewer gets what its own socket can take; pictures are left out first, then traces get coarser.
 */
export class LiveHub implements TrackSink {
  readonly #options: LiveHubOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #timers: NodeJS.Timeout[];
  #firstNs: bigint | null = null;
  #newest: NewestPoints | null = null;
  #previewAtMs = 0;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => this.#sendTracks(), TRACKS_EVERY_MS),
      setInterval(() => this.#broadcast(options.status()), STATUS_EVERY_MS),
    ];
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Takes over a socket that was opened on the live path. */
  accept(socket: WebSocket, role: Role): void {
    const viewer: Viewer = { socket, role, selected: null, trace: new TraceQueue() };
    this.#viewers.add(viewer);
    socket.binaryType = 'nodebuffer';
    socket.on('close', () => this.#viewers.delete(viewer));
    socket.on('error', () => socket.terminate());
    socket.on('message', (bytes: RawData) => void this.#answer(viewer, bytes as Buffer));
    socket.send(encodeLive(this.#options.snapshot()));
  }

  tracked({ frames, rois, table }: TrackedFrames): void {
    this.#firstNs ??= frames[0]!.timeNs;
    const beads = rois.length;
    for (const { selected, trace } of this.#viewers) {
      if (selected === null) continue;
      const column = rois.findIndex(({ bead }) => bead === selected);
      if (column < 0) continue;
      for (let frame = 0; frame < frames.length; frame++) {
        const row = frame * beads + column;
        const timeS = Number(frames[frame]!.timeNs - this.#firstNs) / 1e9;
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
    for (const { socket } of this.#viewers) if (socket.bufferedAmount === 0) socket.send(bytes);
  }

  /** Tells every viewer, e.g. of a camera that came, beads that moved, or an event. */
  announce(message: LiveMessage): void {
    this.#broadcast(message);
  }

  event(level: EventMessage['level'], text: string): void {
    this.#broadcast({ type: 'event', level, timeMs: Date.now(), text });
  }

  async close(): Promise<void> {
    this.#timers.forEach(clearInterval);
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
        viewer.selected = request.bead;
        viewer.trace.take();
      } else {
        assertMayChange(viewer.role, request);
        await this.#options.control(request);
      }
    } catch (cause) {
      this.#options.onRefused(cause);
      error = cause instanceof TweezertrackError ? `${cause.code} ${cause.message}` : String(cause);
    }
    viewer.socket.send(encodeLive({ type: 'reply', id, error }));
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
    if (!this.#newest) return;
    for (const { socket, selected, trace } of this.#viewers) {
      if (socket.bufferedAmount > SLOW_VIEWER_BYTES) continue;
      socket.send(encodeLive({ type: 'tracks', selected, ...trace.take(), ...this.#newest }));
    }
  }

  #broadcast(message: LiveMessage): void {
    if (this.#viewers.size === 0) return;
    const bytes = encodeLive(message);
    for (const { socket } of this.#viewers) socket.send(bytes);
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
