import type { WebSocket } from 'ws';
import type { PictureWish } from '#protocol/picture-request.ts';
import type { Role } from '#protocol/role.ts';
import type { CellWatch } from './cell-watch.ts';
import { USUAL_WISH } from './picture-feed.ts';
import { TraceQueue } from './trace-queue.ts';

/** A viewer with more than this waiting in its socket is sent nothing but replies until it has caught up, bytes. */
export const SLOW_VIEWER_BYTES = 1 << 20;

/** One dashboard, the beads it watches, and how well it keeps up. */
export class Viewer {
  readonly socket: WebSocket;
  readonly role: Role;
  /** Whom its token was given to; empty where nobody says. */
  readonly name: string;
  /** Points of the watched beads that it has not got. */
  watched: readonly TraceQueue[] = [];
  /** How much of the past of those beads it asked for, s. */
  pastS = 0;
  /** Beads whose past it has not got. */
  readonly owesPast = new Set<number>();
  /** Bead whose radial profile it wants. */
  profileOf: number | null = null;
  /** The cells it watches; null when it wants to hear of none. */
  cells: CellWatch | null = null;
  /** The picture it wants, and when it got the last one, and the last of the whole frame beside it. */
  wish: PictureWish = USUAL_WISH;
  pictureAtMs = Number.NEGATIVE_INFINITY;
  mapAtMs = Number.NEGATIVE_INFINITY;
  /** Whether it wants the tiles of all beads. */
  wantsTiles = false;
  /** Messages left out that it cannot do without: a snapshot makes up for them. */
  missed = 0;
  #sentBytes = 0;
  #readBytes = 0;
  #readAtMs: number;

  constructor(socket: WebSocket, role: Role, nowMs: number, name = '') {
    this.socket = socket;
    this.role = role;
    this.name = name;
    this.#readAtMs = nowMs;
  }

  get isSlow(): boolean {
    return this.socket.bufferedAmount > SLOW_VIEWER_BYTES;
  }

  /** Whether nothing waits in its socket: the next message goes out at once. */
  get isIdle(): boolean {
    return this.socket.bufferedAmount === 0;
  }

  /**
   * Watches these beads from now on; those watched before lose no point.
   * Owes the past of those that are new or were not watched so far back, and of all when nothing else is asked for.
   */
  watch(beads: readonly number[], pastS: number, profileOf: number | null): void {
    const before = new Map(this.watched.map((queue) => [queue.bead, queue]));
    const wanted = new Set(beads);
    const isSame = pastS === this.pastS && profileOf === this.profileOf;
    const renews = isSame && wanted.size === before.size && beads.every((bead) => before.has(bead));
    this.owesPast.clear();
    for (const bead of wanted) {
      if (renews || pastS !== this.pastS || !before.has(bead)) this.owesPast.add(bead);
    }
    this.watched = [...wanted].map((bead) => before.get(bead) ?? new TraceQueue(bead));
    this.pastS = pastS;
    this.profileOf = profileOf;
  }

  /** Sends a message that must arrive. */
  send(bytes: Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#sentBytes += bytes.byteLength;
    this.socket.send(bytes);
  }

  /** Sends a message that a later one replaces, unless the viewer is slow. */
  offer(bytes: Uint8Array): boolean {
    if (this.isSlow) return false;
    this.send(bytes);
    return true;
  }

  /** Sends a message that no later one replaces; a slow viewer misses it, and `missed` says so. */
  tell(bytes: Uint8Array): boolean {
    const sent = this.offer(bytes);
    if (!sent) this.missed++;
    return sent;
  }

  /** ms for which messages have waited in its socket and none has gone out; asked about 20 times a second. */
  stuckMs(nowMs: number): number {
    const { bufferedAmount } = this.socket;
    const readBytes = this.#sentBytes - bufferedAmount;
    if (bufferedAmount === 0 || readBytes > this.#readBytes) {
      this.#readBytes = readBytes;
      this.#readAtMs = nowMs;
    }
    return nowMs - this.#readAtMs;
  }
}
