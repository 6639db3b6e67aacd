import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  doorServer,
  httpBytes,
  open,
  rawPeer,
  TOKENS,
  tokensFile,
  upgradeBytes,
} from '../support/door-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** Statuses of all answers, each of a connection of its own. */
async function statuses(port: number, requests: readonly string[]): Promise<number[]> {
  const answers = await Promise.all(requests.map((bytes) => rawPeer(port, bytes).answer));
  return answers.map(statusOf);
}

const PATHS = ['/', '/health', '/camera', '/live'];
const ask = (path: string, headers: Record<string, string | null>) =>
  path === '/camera' || path === '/live' ? upgradeBytes(path, headers) : httpBytes(`GET ${path}`, headers);

const OTHER_HOSTS = [
  ...[
    'evil.example',
    'evil.example:8321',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.localhost',
  ],
  ...['0.0.0.0', '[::]', '192.168.1.7', '10.0.0.1:8321', '127.0.0.1@evil.example', '127.0.0.1, evil.example'],
  ...['127.0.0.1#', '127.0.0.1/', 'xn--localhost-', '2130706433', '0x7f000001', '[::ffff:7f00:1]', ''],
];
const OTHER_ORIGINS = [
  ...[
    'http://evil.example',
    'https://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost',
    'null',
    'file://',
  ],
  ...['http://127.0.0.1.evil.example', 'http://127.0.0.1@evil.example', 'ws://127.0.0.1', '127.0.0.1', ''],
];

describe('host and origin', () => {
  const count = OTHER_HOSTS.length + 1;
  test(`${count} other host names at ${PATHS.length} paths each are refused and counted`, async () => {
    const { port, refused } = await doorServer();
    const hosts = [...OTHER_HOSTS, null];
    const requests = PATHS.flatMap((path) => hosts.map((Host) => ask(path, { Host })));
    expect(new Set(await statuses(port, requests))).toEqual(new Set([403]));
    expect(refused()).toEqual({ host: requests.length });
  });

  test(`${OTHER_ORIGINS.length} other origins at ${PATHS.length} paths each are refused and counted`, async () => {
    const { port, refused } = await doorServer();
    const requests = PATHS.flatMap((path) => OTHER_ORIGINS.map((Origin) => ask(path, { Origin })));
    expect(new Set(await statuses(port, requests))).toEqual(new Set([403]));
    expect(refused()).toEqual({ origin: requests.length });
  });

  test('its own names, pages and programs without an origin are let in', async () => {
    const { port, refused } = await doorServer({ hosts: ['Microscope.Example'] });
    for (const Host of ['127.0.0.1', `localhost:${port}`, '[::1]', 'LOCALHOST', 'microscope.example:8321']) {
      const requests = [{ Host }, { Host, Origin: `http://${Host}` }].map((headers) =>
        httpBytes('GET /health', headers),
      );
      expect(await statuses(port, requests)).toEqual([200, 200]);
    }
    expect(refused()).toEqual({});
  });
});

describe('paths and methods', () => {
  const CLIMBING = [
    '..',
    '%2e%2e',
    '%2E.',
    '..%2f..',
    '..%5c..',
    '..\\..',
    '....//',
    '%252e%252e',
    '..;',
    '%c0%ae%c0%ae',
  ]
    .flatMap((up) => ['package.json', 'etc/passwd'].map((file) => `/${up}/${up}/${file}`))
    .flatMap((path) => [path, `/assets${path}`, `/${path}`]);
  const ODD = [
    ...[
      '//',
      '//[',
      '/\\',
      '///',
      '/%',
      '/%00',
      '/%zz',
      '/index.html%00.js',
      '/index.html/',
      '/assets',
      '/assets/',
    ],
    ...['/__proto__', '/constructor', '/toString', '/hasOwnProperty', '/health/__proto__', '/health%2f'],
    ...[
      'http://',
      'http://evil.example/health',
      'file:///etc/passwd',
      '*',
      '/.git/config',
      '/dist/../index.html',
    ],
    ...[`/${'a'.repeat(4000)}`, '/?token=operator-0123456789abcdef/../x/', '/camera/../health', '/live%20'],
  ].filter((path) => !path.startsWith('/?'));

  const all = [...CLIMBING, ...ODD];
  test(`${all.length} paths that lead nowhere are refused, as pages and as WebSockets, and counted`, async () => {
    const { port, refused } = await doorServer();
    const requests = all.flatMap((path) => [httpBytes(`GET ${path}`), upgradeBytes(path)]);
    const answers = await Promise.all(requests.map((bytes) => rawPeer(port, bytes).answer));
    expect(answers.filter((answer) => ![404, 400].includes(statusOf(answer)))).toEqual([]);
    expect(answers.filter((answer) => /root:|"tweezertrack"/.test(answer))).toEqual([]);
    const { path = 0, 'http-request': noRequest = 0, ...others } = refused();
    expect(path + noRequest).toBe(requests.length);
    expect(others).toEqual({});
    expect(await statuses(port, [httpBytes('GET /health')])).toEqual([200]);
  });

  const METHODS = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT'];
  test(`${METHODS.length} methods that change things are refused and counted`, async () => {
    const { port, refused } = await doorServer();
    const requests = METHODS.map((method) =>
      httpBytes(method === 'CONNECT' ? 'CONNECT evil.example:80' : `${method} /health`),
    );
    expect(new Set(await statuses(port, requests))).toEqual(new Set([405]));
    expect(refused()).toEqual({ method: METHODS.length });
  });

  test('a range of bytes that runs backwards gets the whole file, not the end of the tracker', async () => {
    const { port } = await doorServer();
    const ranges = ['bytes=5-2', 'bytes=-5', 'bytes=99999999-1', 'bytes=0--5', 'bytes=x-y', 'items=0-1'];
    const found = await statuses(
      port,
      ranges.map((Range) => httpBytes('GET /', { Range })),
    );
    // 404 in a checkout without a built dashboard.
    expect(found.every((status) => status === 200 || status === 404)).toBe(true);
    expect(await statuses(port, [httpBytes('GET /health')])).toEqual([200]);
  });
});

describe('what is no request', () => {
  const BROKEN = [
    ...[
      '\r\n\r\nx\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'get / http/1.1\r\n\r\n',
      '\x16\x03\x01\x02\x00',
    ],
    ...['GET / HTTP/1.1\r\nHost: a\r\nHost\r\n\r\n', 'GET / HTTP/1.1\r\n: x\r\n\r\n', 'SSH-2.0-x\r\n\r\n'],
    'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
    'POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n',
    'POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999999\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(50_000)}\r\n`,
  ];
  test(`${BROKEN.length} kinds of bytes that are no request are refused and counted`, async () => {
    const { port, refused } = await doorServer();
    for (const bytes of BROKEN) {
      const before = refused()['http-request'] ?? 0;
      const answer = await rawPeer(port, bytes).answer;
      expect([bytes.slice(0, 60), statusOf(answer) >= 400]).toEqual([bytes.slice(0, 60), true]);
      expect([bytes.slice(0, 60), (refused()['http-request'] ?? 0) - before]).toEqual([
        bytes.slice(0, 60),
        1,
      ]);
    }
    expect(await statuses(port, [httpBytes('GET /health', { Expect: 'wonders' })])).toEqual([417]);
    expect(refused()).toEqual({ 'http-request': BROKEN.length + 1 });
    expect(await statuses(port, [httpBytes('GET /health')])).toEqual([200]);
  });

  const HANDSHAKES: Record<string, string | null>[] = [
    { 'Sec-WebSocket-Key': null },
    { 'Sec-WebSocket-Key': 'short' },
    { 'Sec-WebSocket-Key': 'x'.repeat(3000) },
    { 'Sec-WebSocket-Version': null },
    { 'Sec-WebSocket-Version': '7' },
    { 'Sec-WebSocket-Version': '99999999999' },
    { Upgrade: 'h2c' },
    { Upgrade: 'websocket, h2c' },
    { 'Sec-WebSocket-Protocol': ',,;' },
  ];
  test(`${2 * HANDSHAKES.length} handshakes that are none are refused and counted`, async () => {
    const { port, refused } = await doorServer();
    const requests = ['/camera', '/live'].flatMap((path) =>
      HANDSHAKES.map((headers) => upgradeBytes(path, headers)),
    );
    expect(new Set(await statuses(port, requests))).toEqual(new Set([400]));
    expect(refused()).toEqual({ websocket: requests.length });
  });

  test('50 upgrades that are reset in the middle leave the tracker as it was', async () => {
    const { port } = await doorServer();
    for (let peer = 0; peer < 50; peer++) {
      const { socket } = rawPeer(
        port,
        upgradeBytes(peer % 2 ? '/live' : '//', { Host: peer % 3 ? '127.0.0.1' : 'x' }),
      );
      await once(socket, 'connect');
      socket.resetAndDestroy();
    }
    expect(await statuses(port, [httpBytes('GET /health')])).toEqual([200]);
  });
});

describe('tokens', () => {
  const near = TOKENS.operator;
  const WRONG = [
    ...[
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      `Basic ${near}`,
      near,
      `Bearer ${near}x`,
      `Bearer ${near.slice(1)}`,
    ],
    ...[`Bearer ${near.slice(0, -1)}`, `Bearer ${near.slice(0, -1)}e`, `Bearer ${near.toUpperCase()}`],
    ...[`Bearer ${near} ${near}`, `Bearer "${near}"`, `Bearer ${near},`, 'Bearer null', 'Bearer undefined'],
    ...[
      `Bearer ${'x'.repeat(4000)}`,
      'Bearer __proto__',
      'Bearer %00',
      `Token ${near}`,
      `Bearer\u00e9 ${near}`,
    ],
  ];

  test(`${WRONG.length} wrong tokens at ${PATHS.length - 1} paths each are refused and counted`, async () => {
    const { port, refused } = await doorServer({ tokens: tokensFile(folder) });
    const requests = ['/health', '/camera', '/live'].flatMap((path) =>
      WRONG.map((Authorization) => ask(path, { Authorization })),
    );
    expect(new Set(await statuses(port, requests))).toEqual(new Set([401]));
    expect(refused()).toEqual({ 'bad-token': requests.length });
  });

  test('no token, one in the URL and one as a WebSocket protocol are none', async () => {
    const { port, refused } = await doorServer({ tokens: tokensFile(folder) });
    const requests = ['/health', '/camera', '/live'].flatMap((path) => [
      ask(path, {}),
      ask(`${path}?token=${near}`, {}),
      ask(path, { 'Sec-WebSocket-Protocol': near }),
    ]);
    expect(new Set(await statuses(port, requests))).toEqual(new Set([401]));
    expect(refused()).toEqual({ 'no-token': requests.length });
  });

  test('a token opens what its role may, and no other door', async () => {
    const { port, viewers, cameras, refused } = await doorServer({ tokens: tokensFile(folder) });
    const found: Record<string, number[]> = {};
    for (const [role, token] of Object.entries(TOKENS)) {
      const Authorization = `Bearer ${token}`;
      found[role] = await statuses(port, [httpBytes('GET /health', { Authorization })]);
      for (const path of ['/camera', '/live']) {
        const url = `ws://127.0.0.1:${port}${path}`;
        const opened = await open(url, { headers: { authorization: Authorization } }).then(
          () => 101,
          (error: Error) => Number(/\d+/.exec(error.message)?.[0]),
        );
        found[role].push(opened);
      }
    }
    expect(found).toEqual({ camera: [200, 101, 403], operator: [200, 403, 101], viewer: [200, 403, 101] });
    expect(viewers.map(({ role }) => role)).toEqual(['operator', 'viewer']);
    expect(cameras).toHaveLength(1);
    expect(refused()).toEqual({ role: 3 });
  });

  test('without tokens everybody of this machine is an operator', async () => {
    const { port, viewers } = await doorServer();
    await open(`ws://127.0.0.1:${port}/live`);
    expect(viewers.map(({ role }) => role)).toEqual(['operator']);
  });

  test('what is refused never says a token', async () => {
    const { port, log } = await doorServer({ tokens: tokensFile(folder) });
    const peers = WRONG.map((Authorization) => rawPeer(port, ask('/health', { Authorization })).answer);
    const answers = await Promise.all(peers);
    expect([...answers, ...log].filter((text) => text.includes('0123456789abcde'))).toEqual([]);
  });
});
