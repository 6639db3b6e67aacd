import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { RefusalCounts } from '#protocol/refusal.ts';
import type { Role } from '#protocol/role.ts';
import { defaultConfig, type ServerSettings } from '#tracker/config.ts';
import type { CameraMount } from '#tracker/live/camera-mount.ts';
import type { ConnectionLimits } from '#tracker/live/connection-limits.ts';
import { type LiveServer, startLiveServer } from '#tracker/live/live-server.ts';
import type { RecordingsOptions } from '#tracker/live/recordings-pages.ts';
import { Refusals } from '#tracker/live/refusals.ts';

/** Tokens of the tests, one a role. */
export const TOKENS: Record<Role, string> = {
  camera: 'camera-0123456789abcdef',
  operator: 'operator-0123456789abcdef',
  viewer: 'viewer-0123456789abcdef',
};

/** A server with nothing behind its doors but a note of who came in. */
export interface DoorServer {
  server: LiveServer;
  port: number;
  cameras: WebSocket[];
  viewers: { socket: WebSocket; role: Role; name: string | undefined }[];
  log: string[];
  /** Counts that are not zero. */
  refused(): Partial<RefusalCounts>;
}

/** Starts one for the running test. */
export async function doorServer(
  settings: Partial<ServerSettings> = {},
  limits: Partial<ConnectionLimits> = {},
  recordings: RecordingsOptions | null = null,
  named: ReadonlyMap<string, CameraMount> = new Map(),
): Promise<DoorServer> {
  const cameras: WebSocket[] = [];
  const viewers: DoorServer['viewers'] = [];
  const log: string[] = [];
  const refusals = new Refusals((error) => log.push(`${error.code} ${error.message}`));
  const main: CameraMount = {
    refusals,
    onCamera: (socket) => {
      socket.on('error', () => {});
      cameras.push(socket);
    },
    onViewer: (socket, role, name) => {
      socket.on('error', () => {});
      viewers.push({ socket, role, name });
    },
    recordings,
    zLuts: () => null,
  };
  const server = await startLiveServer({
    settings: { ...defaultConfig().server, port: 0, ...settings },
    mounts: new Map([['', main], ...named]),
    health: () => ({ ok: true }),
    metrics: async () => ({ contentType: 'text/plain', text: 'frames 0\n' }),
    log: (text) => log.push(text),
    limits,
  });
  onTestFinished(() => server.close());
  const refused = () =>
    Object.fromEntries(Object.entries(refusals.counts()).filter(([, count]) => count > 0));
  return { server, port: server.port, cameras, viewers, log, refused };
}

/** Writes the tokens of the tests, one a role, to a file. */
export function tokensFile(folder: string): string {
  const path = join(folder, 'tokens.toml');
  const lines = Object.entries(TOKENS).map(([role, token]) => `${role} = "${token}"\n`);
  writeFileSync(path, lines.join(''), { mode: 0o600 });
  return path;
}

/** A connection that says what it is told to; `answer` resolves with all it got when the other side ends it. */
export function rawPeer(port: number, bytes: string | Buffer): { socket: Socket; answer: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1' });
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => {});
  socket.write(bytes);
  onTestFinished(() => void socket.destroy());
  // Not `once`: that rejects when the other side resets the connection, also where nobody asks for the answer.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, answer: closed.then(() => Buffer.concat(parts).toString('latin1')) };
}

/** A request of HTTP/1.1 that ends its connection; a header given as null is left out. */
export function httpBytes(start: string, headers: Record<string, string | null> = {}, body = ''): string {
  const all: Record<string, string | null> = { Host: '127.0.0.1', Connection: 'close', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [`${start} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

/** An upgrade request. */
export function upgradeBytes(path: string, headers: Record<string, string | null> = {}): string {
  return httpBytes(`GET ${path}`, {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  });
}

/** Opens a WebSocket; rejects with the HTTP status when it is turned away. */
export async function open(url: string, options: WebSocket.ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.on('error', () => {});
  return socket;
}
