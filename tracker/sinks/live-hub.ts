import type { RawData, WebSocket } from 'ws';
import { nowNs } from '#protocol/clock.ts';
import { parseControlRequest } from '#protocol/control-request.ts';
import { LimitError, TweezertrackError } from '#protocol/errors.ts';
import {
  type EventMessage,
  encodeLive,
  type LiveMessage,
  type NewestPoints,
  type ProfileMessage,
} from '#protocol/live.ts';
import type { TilesMessage } from '#protocol/picture-request.ts';
import type { Roi } from '#protocol/roi.ts';
import type { Role } from '#protocol/role.ts';
import { traceColumns } from '#protocol/trace-columns.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { BeadNoise } from './bead-noise.ts';
import { CellFeed } from './cell-feed.ts';
import { createNewest } from './create-newest.ts';
import type { LiveHubOptions } from './live-hub-options.ts';
import { assertMayChange } from './may-change.ts';
import { PictureFeed } from './picture-feed.ts';
import { RunClock } from './run-clock.ts';
import { TraceRings } from './trace-rings.ts';
import type { TrackedFrames, TrackSink } from './track-sink.ts';
import { Viewer } from './viewer.ts';

const TRACKS_EVERY_MS = 50;
const STATUS_EVERY_MS = 500;
/** Past of a bead that is sent when somebody begins to watch it. */
const HISTORY_S = 120;
/** A viewer that reads nothing for so long is cut off. */
const STUCK_MS = 30_000;

/**
 * Feeds every dashboard: the beads it watches in full, the newest point of all beads, a picture now and then.
 *
 * Each viewer gets what its own socket can take; pictures are left out first, then traces get coarser.
 */
export class LiveHub implements TrackSink {
  readonly #options: LiveHubOptions;
  readonly #viewers = new Set<Viewer>();
  /** Pictures of frames, for those who want them. */
  readonly pictures = new PictureFeed(this.#viewers);
  /** Traces of cells, for those who watch some. */
  readonly cells = new CellFeed(this.#viewers);
  readonly #timers: NodeJS.Timeout[];
  readonly #clock = new RunClock();
  readonly #rings = new TraceRings();
  readonly #noise = new BeadNoise();
  /** Row of each bead within a frame. */
  readonly #rowOf = new Map<number, number>();
  #rois: readonly Roi[] = [];
  #newest: NewestPoints | null = null;

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

  /** The dashboards that are open. */
  get open(): ReadonlySet<Viewer> {
    return this.#viewers;
  }

  /** Takes over a socket that was opened on the live path. */
  accept(socket: WebSocket, role: Role, name = ''): void {
    const viewer = new Viewer(socket, role, performance.now(), name);
    this.#viewers.add(viewer);
    socket.binaryType = 'nodebuffer';
    socket.on('close', () => this.#gone(viewer));
    socket.on('error', () => socket.terminate());
    socket.on('message', (bytes: RawData) => void this.#answer(viewer, bytes as Buffer));
    viewer.send(this.#snapshotFor(viewer));
    this.#options.onViewers?.();
  }

  tracked({ frames, rois, table }: TrackedFrames): void {
    if (rois !== this.#rois) this.#follow(rois);
    const beads = rois.length;
    for (let frame = 0; frame < frames.length; frame++) {
      const timeS = this.#clock.secondsOf(frames[frame]!);
      const firstRow = frame * beads;
      this.#rings.add(timeS, rois, table, firstRow);
      this.#noise.add(rois, table, firstRow);
      for (const { watched } of this.#viewers) {
        for (const queue of watched) {
          const row = this.#rowOf.get(queue.bead);
          if (row !== undefined) queue.push(timeS, table, firstRow + row);
        }
      }
    }
    if (this.#viewers.size > 0) this.#noteNewest(table, frames.length - 1);
  }

  /** Whether somebody wants the tiles of all beads and would get them at once. */
  get wantsTiles(): boolean {
    for (const { wantsTiles, isIdle } of this.#viewers) if (wantsTiles && isIdle) return true;
    return false;
  }

  /** Sends tiles to those who want them and whose sockets are empty. */
  tiles(message: TilesMessage): void {
    const bytes = encodeLive(message);
    for (const viewer of this.#viewers) if (viewer.wantsTiles && viewer.isIdle) viewer.send(bytes);
  }

  /** Whether somebody wants the radial profile of a bead. */
  wantsProfile(bead: number): boolean {
    for (const { profileOf } of this.#viewers) if (profileOf === bead) return true;
    return false;
  }

  /** Sends a radial profile to those who want it. */
  profile(message: ProfileMessage): void {
    const bytes = encodeLive(message);
    for (const viewer of this.#viewers) if (viewer.profileOf === message.bead) viewer.offer(bytes);
  }

  /** Tells every viewer, e.g. of a camera that came, beads that moved, or an event. */
  announce(message: LiveMessage): void {
    if (this.#viewers.size === 0) return;
    const bytes = encodeLive(message);
    for (const viewer of this.#viewers) viewer.tell(bytes);
  }

  /** Tells every viewer how everything is now. */
  announceAll(): void {
    for (const viewer of this.#viewers) viewer.tell(this.#snapshotFor(viewer));
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
      const request = parseControlRequest(bytes, (told) => {
        id = told;
      });
      if (request.type === 'watch') {
        viewer.watch(request.beads, request.seconds ?? HISTORY_S, request.profileOf ?? null);
        this.#sendPasts(viewer);
      } else if (request.type === 'watch-cells') this.cells.watch(viewer, request);
      else if (request.type === 'preview') {
        const { type: _, id: __, ...wish } = request;
        viewer.wish = wish;
      } else if (request.type === 'tiles') viewer.wantsTiles = request.wanted;
      else {
        assertMayChange(viewer.role, request);
        await this.#options.control(request, (message) => viewer.send(encodeLive(message)), viewer);
      }
    } catch (cause) {
      this.#options.onRefused(cause);
      error = cause instanceof TweezertrackError ? `${cause.code} ${cause.message}` : String(cause);
    }
    viewer.send(encodeLive({ type: 'reply', id, error }));
  }

  /**
   * Sends the pasts it owes, so that a trace does not begin when somebody looks, as far as the socket takes them.
   * Points of every frame since the request follow.
   */
  #sendPasts(viewer: Viewer): void {
    for (const bead of viewer.owesPast) {
      const history = this.#rings.history(bead, viewer.pastS);
      if (history && !viewer.offer(encodeLive({ type: 'history', ...history }))) return;
      viewer.owesPast.delete(bead);
    }
  }

  /** Other ROIs, or other places of the same. */
  #follow(rois: readonly Roi[]): void {
    this.#rois = rois;
    this.#rowOf.clear();
    for (const [row, { bead }] of rois.entries()) this.#rowOf.set(bead, row);
  }

  #noteNewest(table: TrackTable, frame: number): void {
    const { beads: count, fits } = table;
    let newest = this.#newest;
    if (newest?.beads.length !== count || (newest.chiSquared !== undefined) !== fits) {
      newest = this.#newest = createNewest(count, fits);
    }
    const firstRow = frame * count;
    for (const column of traceColumns(fits)) {
      newest[column]!.set(table[column].subarray(firstRow, firstRow + count));
    }
    newest.status.set(table.status.subarray(firstRow, firstRow + count));
    for (const [at, { bead }] of this.#rois.entries()) {
      newest.beads[at] = bead;
      newest.noiseXPx[at] = this.#noise.of(bead, 0);
      newest.noiseYPx[at] = this.#noise.of(bead, 1);
      newest.noiseZNm[at] = this.#noise.of(bead, 2);
    }
  }

  #sendTracks(): void {
    let sent = false;
    for (const viewer of this.#viewers) {
      this.#cutOffIfStuck(viewer);
      if (viewer.isSlow) continue;
      if (viewer.missed > 0) this.#makeUp(viewer);
      this.#sendPasts(viewer);
      this.cells.send(viewer);
      if (!this.#newest) continue;
      const traces = viewer.watched.map((queue) => ({ bead: queue.bead, ...queue.take() }));
      viewer.send(encodeLive({ type: 'tracks', traces, newest: this.#newest }));
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

  #snapshotFor({ role }: Viewer): Uint8Array {
    return encodeLive({ ...this.#options.snapshot(), role });
  }

  /** Tells a viewer that has caught up how things are now. */
  #makeUp(viewer: Viewer): void {
    const text = `this dashboard was too slow for ${viewer.missed} messages`;
    viewer.missed = 0;
    viewer.send(this.#snapshotFor(viewer));
    viewer.send(encodeLive({ type: 'event', level: 'warning', timeMs: Date.now(), text }));
  }

  #gone(viewer: Viewer): void {
    if (this.#viewers.delete(viewer)) this.#options.onViewers?.();
  }

  #cutOffIfStuck(viewer: Viewer): void {
    const { onStuck, stuckMs = STUCK_MS } = this.#options;
    if (viewer.stuckMs(performance.now()) < stuckMs) return;
    // Not `close`: that would wait behind what is not read.
    viewer.socket.terminate();
    this.#gone(viewer);
    const received = `${viewer.socket.bufferedAmount} bytes waiting and none read`;
    onStuck?.(
      new LimitError({ where: 'dashboard', expected: `something read within ${stuckMs} ms`, received }),
    );
  }
}
