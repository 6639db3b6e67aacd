import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { CAMERA_PATH } from '#protocol/camera-link.ts';
import { PortError } from '#protocol/errors.ts';
import { LIVE_PATH } from '#protocol/live.ts';
import { DASHBOARD_FOLDER } from './dashboard-files.ts';

/** 8192 x 8192 16-bit, the largest frame a camera may send in one message. */
const MAX_FRAME_MESSAGE_BYTES = 129 << 20;
const MAX_REQUEST_BYTES = 64 << 10;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface LiveServerOptions {
  /** 0 takes any free port. */
  port: number;
  onCamera(socket: WebSocket): void;
  onViewer(socket: WebSocket): void;
  /** What `/health` answers with. */
  health(): object;
}

export interface LiveServer {
  port: number;
  /** Address of the dashboard. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard, the camera link and the live stream on one port of 127.0.0.1.
 *
 * Pages of other origins and other host names are refused, so that no web page can reach the tracker.
 * @throws {PortError} when the port is taken
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const dashboardBuilt = existsSync(DASHBOARD_FOLDER);
  const files = sirv(DASHBOARD_FOLDER, { etag: true, dev: !dashboardBuilt });
  const server = createServer((request, response) => {
    if (!isLocal(request)) return void response.writeHead(403).end('only local pages may use this tracker\n');
    if (request.url === '/health') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify(options.health()));
    }
    files(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end(dashboardBuilt ? 'not found\n' : 'the dashboard is not built yet: npm run build\n');
    });
  });
  const endpoints = new Map<string, { sockets: WebSocketServer; accept(socket: WebSocket): void }>([
    [CAMERA_PATH, { sockets: socketServer(MAX_FRAME_MESSAGE_BYTES), accept: options.onCamera }],
    [LIVE_PATH, { sockets: socketServer(MAX_REQUEST_BYTES), accept: options.onViewer }],
  ]);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const endpoint = endpoints.get(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (!endpoint || !isLocal(request)) {
      socket.end(`HTTP/1.1 ${endpoint ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    endpoint.sockets.handleUpgrade(request, socket, head, (opened) => endpoint.accept(opened));
  });
  const port = await listen(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      for (const { sockets } of endpoints.values()) {
        for (const socket of sockets.clients) socket.close(1001);
        sockets.close();
      }
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function socketServer(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload });
}

/** A request for this host, from a page of this host or from no page at all. */
function isLocal(request: IncomingMessage): boolean {
  const host = request.headers.host ?? '';
  if (!LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''))) return false;
  const { origin } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const received = cause.code === 'EADDRINUSE' ? 'one that is in use' : cause.message;
      reject(
        new PortError(
          {
            where: `port ${port}`,
            expected: 'a free port of 127.0.0.1',
            received,
            remedy: 'stop the other program or choose another with --port (0 takes any)',
          },
          cause,
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
