import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CAMERA_PATH } from '#protocol/camera-link.ts';
import { cameraPath, splitCameraPath } from '#protocol/camera-name.ts';
import { LimitError, ProtocolError, type TweezertrackError } from '#protocol/errors.ts';
import { LIVE_PATH } from '#protocol/live.ts';
import type { Refusal } from '#protocol/refusal.ts';
import type { Role } from '#protocol/role.ts';
import type { ServerSettings } from '../config.ts';
import type { CameraMount, CameraMounts } from './camera-mount.ts';
import { type ConnectionLimits, ConnectionWatch } from './connection-limits.ts';
import type { Door, TurnedAway } from './door.ts';
import { needsRole, noSuchCamera } from './pages.ts';
import type { Refusals } from './refusals.ts';

/** For a peer to answer that its WebSocket is closed. */
const CLOSE_MS = 500;

export interface UpgradeDeskOptions {
  settings: ServerSettings;
  limits: ConnectionLimits;
  door: Door;
  refusals: Refusals;
  /** Name of the cookie with the pass of a browser. */
  passName: string;
  mounts: CameraMounts;
}

interface Endpoint {
  sockets: WebSocketServer;
  /** Roles that may open it; the first one held is what the peer is. */
  roles: readonly Role[];
  most: number;
  full: Refusal;
  accept(socket: WebSocket, stream: Duplex, role: Role, name: string): void;
}

/** Makes WebSockets of upgrade requests: of those that may come, as many as there is room for. */
export class UpgradeDesk {
  readonly #options: UpgradeDeskOptions;
  /** Of each camera its own, so that what a peer of one does is counted there. */
  readonly #watches: ConnectionWatch[] = [];
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: UpgradeDeskOptions) {
    this.#options = options;
    for (const [name, mount] of options.mounts) this.#mount(cameraPath(name), mount);
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Node takes its own listener away with the upgrade, and a peer may reset the connection at any time.
    stream.on('error', () => stream.destroy());
    const entry = this.#entry(request);
    if ('error' in entry) {
      refuseStream(stream, entry.status, entry.reason, entry.error, this.#options.refusals);
      return;
    }
    const { endpoint, role } = entry;
    const name = this.#options.door.nameOf(request, this.#options.passName);
    endpoint.sockets.handleUpgrade(request, stream, head, (socket) =>
      endpoint.accept(socket, stream, role, name),
    );
  }

  /** Closes every WebSocket, also of peers that do not answer. */
  close(): void {
    for (const watch of this.#watches) watch.close();
    for (const { sockets } of this.#endpoints.values()) {
      for (const socket of sockets.clients) {
        socket.close(1001);
        setTimeout(() => socket.terminate(), CLOSE_MS).unref();
      }
      sockets.close();
    }
  }

  #mount(base: string, { refusals, onCamera, onViewer }: CameraMount): void {
    const { limits, settings } = this.#options;
    const watch = new ConnectionWatch(limits, refusals);
    this.#watches.push(watch);
    this.#endpoints.set(`${base}${CAMERA_PATH}`, {
      sockets: this.#socketServer(settings.maxFrameMiB << 20),
      roles: ['camera'],
      most: limits.cameras,
      full: 'cameras',
      accept: (socket, stream) => {
        watch.camera(socket, stream);
        onCamera(socket);
      },
    });
    this.#endpoints.set(`${base}${LIVE_PATH}`, {
      sockets: this.#socketServer(limits.viewerMessageBytes),
      roles: ['operator', 'viewer'],
      most: settings.maxViewers,
      full: 'viewers',
      accept: (socket, stream, role, name) => {
        watch.viewer(socket, stream);
        onViewer(socket, role, name);
      },
    });
  }

  #entry(request: IncomingMessage): TurnedAway | { endpoint: Endpoint; role: Role } {
    const { door, passName } = this.#options;
    const wrongPage = door.checkPage(request);
    if (wrongPage) return wrongPage;
    const path = (request.url ?? '').split('?')[0]!;
    const endpoint = this.#endpoints.get(path);
    const { name } = splitCameraPath(path);
    const isOfNoCamera = !this.#options.mounts.has(name);
    if (!endpoint && !isOfNoCamera) {
      const expected = [CAMERA_PATH, LIVE_PATH].map((end) => `${cameraPath(name)}${end}`).join(' or ');
      const error = new ProtocolError({ where: 'WebSocket path', expected, received: path });
      return { status: 404, reason: 'path', error };
    }
    const roles = door.rolesOf(request, passName);
    if ('error' in roles) return roles;
    // Only who may enter is told what cameras there are.
    if (!endpoint) return noSuchCamera(name, this.#options.mounts);
    const role = endpoint.roles.find((one) => roles.includes(one));
    if (!role) return needsRole(endpoint.roles.join(' or '), roles);
    if (endpoint.sockets.clients.size >= endpoint.most) {
      const complaint = {
        where: path,
        expected: `at most ${endpoint.most} ${endpoint.full}`,
        received: 'one more',
      };
      return { status: 503, reason: endpoint.full, error: new LimitError(complaint) };
    }
    return { endpoint, role };
  }

  #socketServer(maxPayload: number): WebSocketServer {
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload });
    sockets.on('wsClientError', (cause, stream) => {
      const error = new ProtocolError({
        where: 'WebSocket handshake',
        expected: 'one of version 13',
        received: cause.message,
      });
      refuseStream(stream, 400, 'websocket', error, this.#options.refusals);
    });
    return sockets;
  }
}

/** Answers with an error on a connection that has no response object, and ends it. */
export function refuseStream(
  stream: Duplex,
  status: number,
  reason: Refusal,
  error: TweezertrackError,
  refusals: Refusals,
): void {
  refusals.count(reason, error);
  refusals.turnAway(stream);
  const body = `${error.code} ${error.message}\n`;
  stream.once('finish', () => stream.destroy());
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      '',
      body,
    ].join('\r\n'),
  );
}
