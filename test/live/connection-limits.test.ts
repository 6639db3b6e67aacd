import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type WebSocket from 'ws';
import { doorServer, httpBytes, open, rawPeer, upgradeBytes } from '../support/door-server.ts';
import { until } from '../support/until.ts';

/** Code and words a socket was closed with. */
async function closing(socket: WebSocket): Promise<string> {
  const [code, words] = await once(socket, 'close');
  return `${code} ${words}`;
}

/** For a request, ms: longer than a busy machine keeps bytes from who waits for them. */
const LATE_MS = 1000;

/** Bytes a client sends after its handshake: a masked frame with a zero mask. */
function frame(first: number, length: number | bigint, body = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(14);
  head[0] = first;
  if (typeof length === 'bigint') {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(length, 2);
    return Buffer.concat([head, body]);
  }
  head[1] = 0x80 | length;
  return Buffer.concat([head.subarray(0, 6), body]);
}

describe('how many', () => {
  test('a camera, a viewer and a connection too many are turned away, and let in when there is room', async () => {
    const { port, refused } = await doorServer({ maxViewers: 2 }, { cameras: 3, connections: 6 });
    const url = `ws://127.0.0.1:${port}`;
    const first = await open(`${url}/camera`);
    await open(`${url}/camera`);
    await open(`${url}/camera`);
    await expect(open(`${url}/camera`)).rejects.toThrow('503');
    await open(`${url}/live`);
    await open(`${url}/live`);
    await expect(open(`${url}/live`)).rejects.toThrow('503');
    expect(refused()).toEqual({ cameras: 1, viewers: 1 });
    const spare = rawPeer(port, '');
    await once(spare.socket, 'connect');
    expect(await rawPeer(port, httpBytes('GET /health')).answer).toBe('');
    expect(refused().connections).toBe(1);
    spare.socket.destroy();
    first.close();
    await once(first, 'close');
    for (;;) {
      const again = await open(`${url}/camera`).catch(() => null);
      if (again) break;
    }
  });
});

describe('how long', () => {
  test('a camera without a hello is let go with a reason, one with a hello stays', async () => {
    const { port, refused, cameras } = await doorServer({}, { helloMs: 1000, sweepMs: 50 });
    const speaking = await open(`ws://127.0.0.1:${port}/camera`);
    let isHeard = false;
    cameras[0]!.once('message', () => {
      isHeard = true;
    });
    speaking.send('hello');
    await until(() => isHeard);
    const silent = await open(`ws://127.0.0.1:${port}/camera`);
    expect(await closing(silent)).toBe(
      '1008 E_LIMIT camera hello: expected one within 1000 ms, received none',
    );
    expect(speaking.readyState).toBe(speaking.OPEN);
    expect(refused()).toEqual({ 'hello-time': 1 });
  });

  test('20 requests that stop half-way are ended and counted', async () => {
    const { port, refused } = await doorServer({}, { requestMs: LATE_MS, sweepMs: 50 });
    const starts = [
      'G',
      'GET / HTTP/1.1\r\n',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ',
      'POST / HTTP/1.1\r\nHost',
    ];
    const peers = Array.from(
      { length: 20 },
      (_, peer) => rawPeer(port, starts[peer % starts.length]!).answer,
    );
    const answers = await Promise.all(peers);
    expect(new Set(answers.map((answer) => answer.slice(9, 12)))).toEqual(new Set(['408']));
    expect(refused()).toEqual({ 'http-time': 20 });
  });

  test.each([
    ['opened in advance and never used', ''],
    [
      'kept after an answer for a request that never comes',
      httpBytes('GET /health', { Connection: 'keep-alive' }),
    ],
  ])('a connection that is %s is closed, and is no refusal', async (_, bytes) => {
    const { port, refused, log } = await doorServer({}, { requestMs: LATE_MS, sweepMs: 50 });
    const answer = await rawPeer(port, bytes).answer;
    expect(answer).toMatch(bytes ? /^HTTP\/1\.1 200 / : /^$/);
    expect([refused(), log]).toEqual([{}, []]);
  });

  test('a request that stops half-way after one that was answered is ended and counted', async () => {
    const { port, refused } = await doorServer({}, { requestMs: LATE_MS, sweepMs: 50 });
    const bytes = `${httpBytes('GET /health', { Connection: 'keep-alive' })}GET / HTTP/1.1\r\n`;
    expect(await rawPeer(port, bytes).answer).toContain('HTTP/1.1 408 ');
    expect(refused()).toEqual({ 'http-time': 1 });
  });

  test('a peer that does not read its answer is let go and counted', async () => {
    const { port, refused } = await doorServer({}, { requestMs: LATE_MS, sweepMs: 50 });
    const { socket } = rawPeer(port, '');
    socket.pause();
    await once(socket, 'connect');
    // As many as fit into no buffer of the system.
    const requests = httpBytes('GET /metrics', { Connection: 'keep-alive' }).repeat(2000);
    for (let more = 0; more < 100; more++) socket.write(requests);
    await until(() => (refused()['http-time'] ?? 0) > 0);
    expect(refused()).toEqual({ 'http-time': 1 });
  });

  test('a peer that no longer answers pings is given up, one that answers stays', async () => {
    const { port, refused } = await doorServer({}, { pingMs: 200, sweepMs: 50 });
    const alive = await open(`ws://127.0.0.1:${port}/live`);
    const dead = await open(`ws://127.0.0.1:${port}/live`, { autoPong: false });
    expect(await closing(dead)).toBe('1008 E_LIMIT dashboard: expected a word within 400 ms, received none');
    expect(alive.readyState).toBe(alive.OPEN);
    expect(refused()).toEqual({ dead: 1 });
  });

  test('a peer that reads nothing is let go at the limit of unread bytes', async () => {
    const { port, refused, viewers } = await doorServer({}, { unreadBytes: 100_000, sweepMs: 20 });
    const { socket } = rawPeer(port, upgradeBytes('/live'));
    socket.pause();
    await until(() => viewers.length === 1);
    const { socket: served } = viewers[0]!;
    const message = Buffer.alloc(1 << 20);
    // Until the buffers of the system are full, nothing waits in the tracker.
    while (served.bufferedAmount <= 100_000) {
      served.send(message);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await until(() => served.readyState !== served.OPEN);
    expect(refused()).toEqual({ 'slow-peer': 1 });
  });
});

describe('how much', () => {
  test('a dashboard with more messages a second than its limit is let go with a reason', async () => {
    const { port, refused } = await doorServer({}, { viewerMessagesPerS: 50, sweepMs: 50 });
    const busy = await open(`ws://127.0.0.1:${port}/live`);
    for (let message = 0; message < 500; message++) busy.send('x');
    expect(await closing(busy)).toContain('at most 50 messages a second');
    expect(refused()).toEqual({ 'message-rate': 1 });
  });

  test('a camera that sends much before its hello is whole is let go', async () => {
    const { port, refused, cameras } = await doorServer({}, { helloBytes: 10_000, sweepMs: 50 });
    const flood = await open(`ws://127.0.0.1:${port}/camera`);
    flood.send(Buffer.alloc(8 << 20), { fin: false });
    expect(await closing(flood)).toMatch(/^10(06|09)/);
    expect(cameras).toHaveLength(1);
    expect(refused()).toEqual({ 'message-size': 1 });
  });

  const CLAIMS: [string, bigint][] = [
    ['1 MiB and 1', (1n << 20n) + 1n],
    ['2^31', 1n << 31n],
    ['2^32', 1n << 32n],
    ['2^40', 1n << 40n],
    ['2^53', 1n << 53n],
    ['2^63', 1n << 63n],
    ['2^64 - 1', (1n << 64n) - 1n],
  ];
  test.each(CLAIMS)(
    'a message that says it is %s bytes is refused before any memory is taken',
    async (_, size) => {
      const { port, refused } = await doorServer();
      const before = process.memoryUsage().arrayBuffers;
      const { socket, answer } = rawPeer(port, upgradeBytes('/live'));
      await once(socket, 'data');
      socket.write(frame(0x82, size, Buffer.alloc(1000)));
      // 1009: message too big.
      expect(Buffer.from(await answer, 'latin1').includes(Buffer.from([0x03, 0xf1]))).toBe(true);
      expect(refused()).toEqual({ 'message-size': 1 });
      // Bytes: a buffer of the smallest claim is 1 MiB, of the largest none would fit.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    },
  );

  const BROKEN: [string, Buffer][] = [
    ['an unknown opcode', frame(0x83, 1, Buffer.from('x'))],
    ['an unknown control opcode', frame(0x8f, 0)],
    ['a reserved bit', frame(0xc2, 1, Buffer.from('x'))],
    ['all reserved bits', frame(0xf2, 1, Buffer.from('x'))],
    ['a ping in parts', frame(0x09, 1, Buffer.from('x'))],
    ['a ping of 126 bytes', frame(0x89, 126, Buffer.alloc(130))],
    ['a part that continues nothing', frame(0x80, 1, Buffer.from('x'))],
    [
      'a message within another',
      Buffer.concat([frame(0x02, 1, Buffer.from('x')), frame(0x82, 1, Buffer.from('x'))]),
    ],
    ['a text that is no UTF-8', frame(0x81, 2, Buffer.from([0xff, 0xfe]))],
    ['a close of one byte', frame(0x88, 1, Buffer.from([3]))],
    ['a close with code 1', frame(0x88, 2, Buffer.from([0, 1]))],
    ['a close with code 1005', frame(0x88, 2, Buffer.from([0x03, 0xed]))],
  ];
  test.each(BROKEN)('a WebSocket frame with %s is refused and counted', async (_, bytes) => {
    const { port, refused } = await doorServer();
    for (const path of ['/camera', '/live']) {
      const { socket, answer } = rawPeer(port, upgradeBytes(path));
      await once(socket, 'data');
      socket.write(bytes);
      await answer;
    }
    expect(refused()).toEqual({ websocket: 2 });
  });
});
