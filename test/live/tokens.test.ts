import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import type { ConfigError } from '#protocol/errors.ts';
import { openTokens } from '#tracker/live/tokens.ts';
import { doorServer, httpBytes, open, rawPeer, TOKENS, tokensFile } from '../support/door-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const folder = temporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const tls = { tlsCert: fixture('cert.pem'), tlsKey: fixture('key.pem') };

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

describe('a file of tokens', () => {
  test('is made for its owner alone when there is none, and opens the same doors the next time', () => {
    const path = join(folder, 'new.toml');
    const log: string[] = [];
    const book = openTokens(path, (text) => log.push(text));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const made = [...readFileSync(path, 'utf8').matchAll(/^(\w+) = "(.*)"$/gm)].map(([, role, token]) => [
      role,
      token,
    ]);
    expect(made.map(([role]) => role)).toEqual(['camera', 'operator', 'viewer']);
    const again = openTokens(path, (text) => log.push(text));
    for (const [role, token] of made) {
      expect(token).toMatch(/^[\w-]{32}$/);
      expect([book.ownerOf(token!), again.ownerOf(token!)]).toEqual([
        { role, name: '' },
        { role, name: '' },
      ]);
      expect(log.join()).not.toContain(token);
    }
    expect(log).toEqual([`wrote new tokens (camera, operator, viewer) to ${path}`]);
  });

  test('may name the people it has tokens for, and has all it had without', () => {
    const [one, two, three] = ['one', 'two', 'three'].map((word) => `${word}-0123456789abcdef`);
    const content = `camera = "${TOKENS.camera}"\noperator.Anna = "${one}"\noperator."Bob B." = "${two}"\nviewer = ["${three}"]\n`;
    const book = openTokens(file('named.toml', content), () => {});
    const owners = [TOKENS.camera, one!, two!, three!, 'none'].map((token) => book.ownerOf(token));
    expect(owners).toEqual([
      { role: 'camera', name: '' },
      { role: 'operator', name: 'Anna' },
      { role: 'operator', name: 'Bob B.' },
      { role: 'viewer', name: '' },
      null,
    ]);
    expect(book.ownerOfPass(book.passFor(two!, 2000)!, 1999)?.name).toBe('Bob B.');
  });

  test('that others can read earns a warning', () => {
    const path = file('open.toml', `viewer = "${TOKENS.viewer}"`);
    chmodSync(path, 0o644);
    const log: string[] = [];
    openTokens(path, (text) => log.push(text));
    expect(log).toEqual([expect.stringContaining('can be read by other users')]);
  });

  const SECRET = 'secret-0123456789abcdef';
  const BAD = [
    ...[
      '',
      'viewer = 3',
      'viewer = "short"',
      `viewer = "${SECRET} x"`,
      `viewer = "${SECRET}\\n"`,
      'viewer = []',
    ],
    ...[
      `boss = "${SECRET}"`,
      `viewer = ${SECRET}`,
      `viewer = "${SECRET}`,
      `viewer = ["${SECRET}", "${SECRET}"]`,
    ],
    ...[
      `viewer = "${SECRET}"\noperator = "${SECRET}"`,
      `[viewer]\ntoken = ["${SECRET}"]`,
      `[viewer]\n"" = "${SECRET}"`,
      `viewer."two\\nlines" = "${SECRET}"`,
      `viewer."${SECRET}" = "short"`,
      `viewer.Anna = "${SECRET}"\noperator.Anna = "${SECRET}"`,
      `viewer = "${'x'.repeat(201)}"`,
    ],
    `viewer = [${Array.from({ length: 65 }, (_, index) => `"${SECRET}${index}"`)}]`,
  ];
  test(`${BAD.length} bad ones are refused by the name of the file, without saying a token`, () => {
    for (const content of BAD) {
      const path = file('bad.toml', content);
      let refused: ConfigError | undefined;
      try {
        openTokens(path, () => {});
      } catch (error) {
        refused = error as ConfigError;
      }
      expect([content, refused?.code]).toEqual([content, 'E_CONFIG']);
      expect(refused!.message).toContain(path);
      expect(refused!.message).not.toContain(SECRET);
    }
  });
});

describe('a pass', () => {
  const book = openTokens(tokensFile(folder), () => {});
  const pass = book.passFor(TOKENS.operator, 2000)!;

  test('opens its role until it ends', () => {
    expect(book.ownerOfPass(pass, 1999)).toEqual({ role: 'operator', name: '' });
    expect(book.ownerOfPass(pass, 2001)).toBeNull();
    expect(book.passFor('none-of-these-tokens', 2000)).toBeNull();
  });

  const FORGED = [
    ...[
      '',
      '.',
      '2000.',
      `.${pass.split('.')[1]}`,
      pass.replace('2000', '3000'),
      `${pass}x`,
      pass.slice(0, -1),
    ],
    ...[
      pass.replace(/.$/, pass.endsWith('A') ? 'E' : 'A'),
      `2000.${'A'.repeat(43)}`,
      pass.replace('2000', '02000'),
    ],
    ...[
      pass.replace('2000', '9e9'),
      pass.replace('2000', 'Infinity'),
      pass.replace('.', '..'),
      TOKENS.operator,
    ],
  ];
  test(`${FORGED.length} forged ones are worth nothing`, () => {
    expect(FORGED.filter((forged) => book.ownerOfPass(forged, 0) !== null)).toEqual([]);
  });

  test('ends with its token', () => {
    const other = openTokens(file('other.toml', `operator = "another-0123456789abcdef"`), () => {});
    expect(other.ownerOfPass(pass, 0)).toBeNull();
  });
});

describe('signing in', () => {
  const form = (token: string, headers = {}) => {
    const body = `token=${encodeURIComponent(token)}`;
    return httpBytes('POST /sign-in', { 'Content-Length': `${Buffer.byteLength(body)}`, ...headers }, body);
  };

  test('gives a pass that no script reads and no other site sends, and the pass opens the dashboard', async () => {
    const { port, viewers, refused } = await doorServer({ tokens: tokensFile(folder) });
    const asked = await rawPeer(port, httpBytes('GET /')).answer;
    expect(asked).toMatch(/^HTTP\/1\.1 401[\s\S]*<form method="post" action="\.\/sign-in">/);
    const answer = await rawPeer(port, form(TOKENS.viewer)).answer;
    expect(answer).toMatch(/^HTTP\/1\.1 303/);
    const [, cookie, rules] = /set-cookie: ([^;]+); (.*)\r/i.exec(answer)!;
    expect(rules).toMatch(/^Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    expect(answer).not.toContain(TOKENS.viewer);
    const health = await rawPeer(port, httpBytes('GET /health', { Cookie: `a=b; ${cookie}` })).answer;
    expect(health).toMatch(/^HTTP\/1\.1 200/);
    await open(`ws://127.0.0.1:${port}/live`, { headers: { cookie: cookie! } });
    expect(viewers.map(({ role }) => role)).toEqual(['viewer']);
    expect(refused()).toEqual({});
  });

  test('with a token that has a name is known by it, by the token and by its pass', async () => {
    const token = 'anna-0123456789abcdef';
    const tokens = file('anna.toml', `operator.Anna = "${token}"\nviewer = "${TOKENS.viewer}"\n`);
    const { port, viewers } = await doorServer({ tokens });
    const [, cookie] = /set-cookie: ([^;]+); /i.exec(await rawPeer(port, form(token)).answer)!;
    const live = `ws://127.0.0.1:${port}/live`;
    await open(live, { headers: { cookie: cookie! } });
    await open(live, { headers: { authorization: `Bearer ${token}` } });
    await open(live, { headers: { authorization: `Bearer ${TOKENS.viewer}` } });
    expect(viewers.map(({ role, name }) => [role, name])).toEqual([
      ['operator', 'Anna'],
      ['operator', 'Anna'],
      ['viewer', ''],
    ]);
  });

  test('with 40 wrong tokens is refused, from the 31st on for want of patience', async () => {
    const { port, refused } = await doorServer({ tokens: tokensFile(folder) });
    for (let attempt = 0; attempt < 40; attempt++) {
      const answer = await rawPeer(port, form(`wrong-0123456789abcdef${attempt}`)).answer;
      expect(answer).not.toMatch(/set-cookie/i);
    }
    // A minute may turn in between: then more of them are looked at.
    const { 'bad-token': bad = 0, 'sign-in-rate': rate = 0 } = refused();
    expect(bad + rate).toBe(40);
    expect(bad).toBeGreaterThanOrEqual(30);
  });

  test('with a form that is too long, of another origin or without tokens is refused', async () => {
    const { port, refused } = await doorServer({ tokens: tokensFile(folder) });
    const foreign = form(TOKENS.viewer, { Origin: 'http://evil.example' });
    const answers = await Promise.all(
      [form('x'.repeat(5000)), foreign].map((bytes) => rawPeer(port, bytes).answer),
    );
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['413', '403']);
    expect(refused()).toEqual({ 'http-request': 1, origin: 1 });
    const open = await doorServer();
    expect(await rawPeer(open.port, form(TOKENS.viewer)).answer).toMatch(/^HTTP\/1\.1 405/);
  });
});

describe('an address others can reach', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'microscope.example'])(
    '%s is not opened without tokens',
    async (host) => {
      await expect(doorServer({ host })).rejects.toThrow(
        `server.tokens: expected a file of tokens, as others can reach ${host}, received none; give --tokens FILE`,
      );
    },
  );

  test('is opened with tokens, with a warning when there is no TLS', async () => {
    const { log, port } = await doorServer({ host: '0.0.0.0', tokens: tokensFile(folder) });
    expect(log).toEqual([
      expect.stringMatching(/^warning: 0\.0\.0\.0 without TLS: .*--tls-cert and --tls-key$/),
    ]);
    expect(await rawPeer(port, httpBytes('GET /health')).answer).toMatch(/^HTTP\/1\.1 401/);
    const secure = await doorServer({ host: '0.0.0.0', tokens: tokensFile(folder), ...tls });
    expect(secure.log).toEqual([]);
    expect(secure.server.url).toMatch(/^https:/);
    expect(secure.server.cameraUrl).toMatch(/^wss:.*\/camera$/);
  });
});

describe('TLS', () => {
  test('carries pages and WebSockets, refuses pages of plain http, and counts what is no handshake', async () => {
    const { port, refused } = await doorServer(tls);
    const ca = readFileSync(tls.tlsCert);
    const status = await new Promise((resolve) => {
      request({ port, host: '127.0.0.1', path: '/health', ca }, ({ statusCode }) =>
        resolve(statusCode),
      ).end();
    });
    expect(status).toBe(200);
    await open(`wss://127.0.0.1:${port}/live`, { ca, origin: `https://127.0.0.1:${port}` });
    await expect(
      open(`wss://127.0.0.1:${port}/live`, { ca, origin: `http://127.0.0.1:${port}` }),
    ).rejects.toThrow('403');
    await expect(open(`wss://127.0.0.1:${port}/live`)).rejects.toThrow('self-signed');
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', 'x'.repeat(1000)]) {
      const { socket, answer } = rawPeer(port, bytes);
      socket.end();
      await answer;
    }
    const { tls: broken, origin } = refused();
    // The client that did not trust the certificate may or may not have said so.
    expect(broken).toBeGreaterThanOrEqual(3);
    expect(origin).toBe(1);
  });

  test.each([
    [{ tlsCert: tls.tlsCert }, 'server.tlsKey: expected a PEM file'],
    [{ tlsKey: tls.tlsKey }, 'server.tlsCert: expected a PEM file'],
    [{ ...tls, tlsKey: join(folder, 'none.pem') }, 'ENOENT'],
    [{ tlsCert: tls.tlsKey, tlsKey: tls.tlsCert }, 'expected a PEM certificate and its private key'],
  ])('with a file missing or wrong does not start', async (settings, words) => {
    await expect(doorServer(settings)).rejects.toThrow(words);
  });
});

describe('a camera adapter', () => {
  const adapter: CameraAdapter = {
    open: async () => ({
      camera: 'test',
      width: 8,
      height: 8,
      pixelFormat: 'mono8',
      fps: 0,
      pixelSizeNm: 100,
    }),
    frames: async function* () {},
    close: async () => {},
  };

  test('with a wrong token or role ends with the words of the tracker, with the right one comes in over TLS', async () => {
    const { port, cameras } = await doorServer({ tokens: tokensFile(folder), ...tls });
    const stop = new AbortController();
    const link = { url: `wss://127.0.0.1:${port}`, ca: readFileSync(tls.tlsCert, 'utf8'), log: () => {} };
    const { signal } = stop;
    await expect(runCamera(adapter, { ...link, signal })).rejects.toThrow('E_ACCESS token');
    await expect(runCamera(adapter, { ...link, signal, token: 'wrong' })).rejects.toThrow('E_ACCESS token');
    await expect(runCamera(adapter, { ...link, signal, token: TOKENS.viewer })).rejects.toThrow(
      'the role camera',
    );
    const running = runCamera(adapter, { ...link, signal, token: TOKENS.camera });
    await Promise.race([running, until(() => cameras.length > 0)]);
    stop.abort();
    expect(await running).toEqual({ sent: 0, dropped: 0 });
  });
});
