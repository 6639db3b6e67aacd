import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { CAMERA_PATH } from '#protocol/camera-link.ts';
import { MAIN_CAMERA } from '#protocol/camera-name.ts';
import { LimitError, PortError, ProtocolError } from '#protocol/errors.ts';
import type { ServerSettings } from '../config.ts';
import type { CameraMounts } from './camera-mount.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connection-limits.ts';
import { Door } from './door.ts';
import { Pages, type Report } from './pages.ts';
import type { Refusals } from './refusals.ts';
import { SignIn } from './sign-in.ts';
import { readTls } from './tls.ts';
import { refuseStream, UpgradeDesk } from './upgrades.ts';

export interface LiveServerOptions {
  settings: ServerSettings;
  /** What is served of each camera. */
  mounts: CameraMounts;
  /** What `/health` answers with. */
  health(): object;
  /** What `/metrics` answers with. */
  metrics(): Promise<Report>;
  /** Words for the person at the terminal. */
  log(text: string): void;
  limits?: Partial<ConnectionLimits>;
}

export interface LiveServer {
  port: number;
  /** Address of the dashboard. */
  url: string;
  /** Address for cameras. */
  cameraUrl: string;
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 8 << 10;

/**
 * Serves the dashboard, the camera link and the live stream on one port.
 *
 * Pages of other origins and other host names are refused, so that no web page can reach the tracker, and so is
 * whoever has no token where tokens are needed.
 * @throws {PortError} when the port is taken
 * @throws {ConfigError} when others can reach the address and there are no tokens, or a file of the settings is bad
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const { settings, health, log, metrics, mounts } = options;
  const limits = { ...CONNECTION_LIMITS, ...options.limits };
  const tls = readTls(settings);
  const door = new Door(settings, tls !== null, log);
  const { refusals } = mounts.get(MAIN_CAMERA)!;
  const http = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.sweepMs,
    keepAliveTimeout: limits.requestMs,
    // A request for no host is refused, and counted, like one for another.
    requireHostHeader: false,
  };
  const server = tls
    ? createSecureServer({ ...http, ...tls, handshakeTimeout: limits.requestMs })
    : createServer(http);
  server.timeout = 2 * limits.requestMs;
  server.maxConnections = limits.connections;
  countBrokenConnections(server, refusals, limits);

  const port = await listen(server, settings);
  const signIn = new SignIn(port, tls !== null, refusals);
  const reports = {
    '/health': () => ({ contentType: 'application/json', text: JSON.stringify(health()) }),
    '/metrics': metrics,
  };
  const pages = new Pages({ door, signIn, refusals, reports, mounts });
  server.on('request', (request, response) => {
    // A peer that leaves in the middle of its request.
    pages.answer(request, response).catch(() => response.destroy());
  });
  const desk = new UpgradeDesk({ settings, mounts, limits, door, refusals, passName: signIn.passName });
  server.on('upgrade', (request, stream, head) => desk.upgrade(request, stream, head));

  const at = `${hostToShow(settings.host)}:${port}`;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://${at}/`,
    cameraUrl: `${tls ? 'wss' : 'ws'}://${at}${CAMERA_PATH}`,
    close: async () => {
      desk.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await pages.close();
    },
  };
}

/** What never becomes a request: bytes of other kinds, peers that stop half-way, connections above the limit. */
function countBrokenConnections(server: Server, refusals: Refusals, limits: ConnectionLimits): void {
  const { requestMs, connections } = limits;
  const answering = new WeakSet<object>();
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('clientError', (cause: NodeJS.ErrnoException, stream) => {
    if (cause.code === 'ECONNRESET' || !stream.writable) return void stream.destroy();
    // What comes after a request that was turned away was turned away with it.
    if (refusals.isTurnedAway(stream)) return void stream.end(() => stream.destroy());
    if (cause.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      // Browsers open connections in advance and may not use them.
      if ((stream as Socket).bytesRead === 0) return void stream.destroy();
      const complaint = {
        where: 'request',
        expected: `all of it within ${requestMs} ms`,
        received: 'a part',
      };
      return refuseStream(stream, 408, 'http-time', new LimitError(complaint), refusals);
    }
    const tooLong = cause.code === 'HPE_HEADER_OVERFLOW';
    const expected = tooLong ? `headers of at most ${MAX_HEADER_BYTES} bytes` : 'HTTP';
    const received = tooLong ? 'longer ones' : cause.message;
    const error = new ProtocolError({ where: 'request', expected, received }, cause);
    refuseStream(stream, tooLong ? 431 : 400, 'http-request', error, refusals);
  });
  server.on('timeout', (stream) => {
    stream.destroy();
    // One that is kept for a next request and gets none is only closed.
    if (!answering.has(stream)) return;
    const expected = `its answer read within ${2 * requestMs} ms`;
    refusals.count('http-time', new LimitError({ where: 'request', expected, received: 'a part' }));
  });
  server.on('tlsClientError', (cause: Error) => {
    refusals.count(
      'tls',
      new ProtocolError({ where: 'TLS', expected: 'a handshake', received: cause.message }),
    );
  });
  server.on('connect', (_request, stream) => {
    const error = new ProtocolError({ where: 'request', expected: 'GET', received: 'CONNECT' });
    refuseStream(stream, 405, 'method', error, refusals);
  });
  server.on('checkExpectation', (request, response) => {
    const received = request.headers.expect ?? 'none';
    const error = new ProtocolError({ where: 'expect', expected: '100-continue', received });
    refusals.count('http-request', error);
    refusals.turnAway(request.socket);
    response.writeHead(417, { connection: 'close' }).end(`${error.code} ${error.message}\n`);
  });
  server.on('drop', () => {
    const complaint = { where: 'connections', expected: `at most ${connections}`, received: 'one more' };
    refusals.count('connections', new LimitError(complaint));
  });
}

/** A name that leads here from where people are; an address of all interfaces does not. */
function hostToShow(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return isIPv6(host) ? `[${host}]` : host;
}

function listen(server: Server, { host, port }: ServerSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const received = cause.code === 'EADDRINUSE' ? 'one that is in use' : cause.message;
      reject(
        new PortError(
          {
            where: `port ${port}`,
            expected: `a free port of ${host}`,
            received,
            remedy: 'stop the other program or choose another with --port (0 takes any)',
          },
          cause,
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
