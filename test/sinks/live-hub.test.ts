import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { ControlRequest } from '#protocol/control-request.ts';
import { forEachLatencyStep } from '#protocol/latency-step.ts';
import { decodeLive, encodeLive, LIVE_VERSION, type LiveMessage } from '#protocol/live.ts';
import { packLive } from '#protocol/live-wire.ts';
import { noRefusals } from '#protocol/refusal.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { LiveHub } from '#sinks/live-hub.ts';
import type { LiveHubOptions } from '#sinks/live-hub-options.ts';
import { SLOW_VIEWER_BYTES } from '#sinks/viewer.ts';
import { until } from '../support/until.ts';

const ROIS: Roi[] = [4, 7].map((bead) => ({ bead, left: 10 * bead, top: 20, size: 16 }));

function options(more: Partial<LiveHubOptions> = {}): LiveHubOptions {
  return {
    snapshot: () => ({
      type: 'snapshot',
      version: LIVE_VERSION,
      camera: null,
      beads: [],
      roiSize: 16,
      engine: { engine: 'reference', device: 'CPU', why: 'asked for' },
      pipeline: [],
      fits: false,
      recording: null,
    }),
    status: () => ({
      type: 'status',
      receivedFps: 0,
      trackedFps: 0,
      latency: forEachLatencyStep(() => ({ p50Ms: 1, p99Ms: 2 })),
      ledger: {},
      recorded: { rows: 0, waiting: 0 },
      refusals: noRefusals(),
    }),
    control: async () => {},
    onRefused: () => {},
    ...more,
  };
}

const LONGEST_EVENT_BYTES = 200_000;

/** Tracks of one frame: bead b is at (100 b + frame, frame) and z frame. */
function track(hub: LiveHub, frame: number, timeMs = 10 * frame): void {
  const table = createTrackTable(1, ROIS.length);
  ROIS.forEach(({ bead }, row) => {
    table.xPx[row] = 100 * bead + frame;
    table.yPx[row] = frame;
    table.zNm[row] = frame;
  });
  const timeNs = BigInt(timeMs) * 1_000_000n;
  const times = { timeNs, receivedNs: timeNs, submittedNs: timeNs, trackedNs: timeNs };
  hub.tracked({ frames: [{ id: frame, ...times }], rois: ROIS, table });
}

describe('LiveHub', () => {
  let sockets: WebSocketServer;
  let hub: LiveHub;

  async function serve(more: Partial<LiveHubOptions> = {}): Promise<string> {
    hub = new LiveHub(options(more));
    sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    sockets.on('connection', (socket) => hub.accept(socket, 'operator'));
    await once(sockets, 'listening');
    return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  }

  /** A dashboard with the messages it got; one that stalls reads no more. */
  async function watch(
    url: string,
  ): Promise<{ ws: WebSocket; got: LiveMessage[]; stall(): void; go(): void }> {
    const ws = new WebSocket(url);
    const got: LiveMessage[] = [];
    ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
    ws.on('error', () => {});
    await once(ws, 'open');
    await until(() => got.length > 0);
    return { ws, got, stall: () => ws.pause(), go: () => ws.resume() };
  }

  const ask = (ws: WebSocket, request: ControlRequest) => ws.send(encodeLive(request));

  function only<Type extends LiveMessage['type']>(got: LiveMessage[], type: Type) {
    return got.filter((message): message is Extract<LiveMessage, { type: Type }> => message.type === type);
  }

  /** A column of a watched bead as far as it has come. */
  const pointsOf = (got: LiveMessage[], bead: number, column: 'timeS' | 'xPx' = 'xPx') =>
    only(got, 'tracks').flatMap(({ traces }) =>
      traces.flatMap((trace) => (trace.bead === bead ? [...trace[column]] : [])),
    );

  const waiting = () => Math.max(0, ...[...sockets.clients].map(({ bufferedAmount }) => bufferedAmount));

  /** Offers pictures and events until so many bytes wait in a socket. */
  async function fill(bytes: number): Promise<void> {
    const text = 'x'.repeat(LONGEST_EVENT_BYTES);
    await until(() => {
      for (let event = 0; event < 10; event++) hub.event('info', text);
      return waiting() > bytes;
    });
  }

  /** Waits until a dashboard has read all that waits for it. */
  async function hasRead(ws: WebSocket, id: number): Promise<void> {
    const replied = new Promise<void>((resolve) => {
      ws.on('message', (bytes: Buffer) => {
        const message = decodeLive(bytes);
        if (message.type === 'reply' && message.id === id) resolve();
      });
    });
    ask(ws, { type: 'tiles', id, wanted: false });
    await replied;
  }

  afterEach(async () => {
    await hub.close();
    for (const socket of sockets.clients) socket.terminate();
    await new Promise((closed) => sockets.close(closed));
  });

  test('a bead that is selected brings its past, then every point once', async () => {
    const url = await serve();
    for (let frame = 0; frame < 100; frame++) track(hub, frame);
    const { ws, got } = await watch(url);
    ask(ws, { type: 'watch', id: 1, beads: [7] });
    await until(() => only(got, 'reply').length === 1);
    for (let frame = 100; frame < 110; frame++) track(hub, frame);
    await until(() => pointsOf(got, 7).length > 0);
    const [history] = only(got, 'history');
    expect(history).toMatchObject({ bead: 7, bucketS: 0.05, untilS: 0.99 });
    expect(history!.timeS).toHaveLength(20);
    expect([history!.min.xPx[0], history!.max.xPx[0], history!.last.xPx.at(-1)]).toEqual([700, 704, 799]);
    await until(() => pointsOf(got, 7).length >= 10);
    expect(pointsOf(got, 7)).toEqual(Array.from({ length: 10 }, (_, at) => 800 + at));
    ws.close();
  });

  test('a longer past comes in longer buckets; a bead that is not there brings none', async () => {
    const url = await serve();
    for (let frame = 0; frame < 300; frame++) track(hub, frame, 100 * frame);
    const { ws, got } = await watch(url);
    ask(ws, { type: 'watch', id: 1, beads: [4], seconds: 3600 });
    ask(ws, { type: 'watch', id: 2, beads: [5], seconds: 3600 });
    ask(ws, { type: 'watch', id: 3, beads: [] });
    await until(() => only(got, 'reply').length === 3);
    expect(only(got, 'history').map(({ bead, bucketS, timeS }) => [bead, bucketS, timeS.length])).toEqual([
      [4, 1, 30],
    ]);
    ws.close();
  });

  test('several beads are watched at a time, each with its own past; one that stays loses no point', async () => {
    const url = await serve();
    for (let frame = 0; frame < 20; frame++) track(hub, frame);
    const { ws, got } = await watch(url);
    ask(ws, { type: 'watch', id: 1, beads: [7] });
    await until(() => only(got, 'reply').length === 1);
    for (let frame = 20; frame < 25; frame++) track(hub, frame);
    ask(ws, { type: 'watch', id: 2, beads: [4, 7, 4] });
    await until(() => only(got, 'reply').length === 2);
    for (let frame = 25; frame < 30; frame++) track(hub, frame);
    await until(() => pointsOf(got, 7).length >= 10 && pointsOf(got, 4).length >= 5);
    expect(pointsOf(got, 7)).toEqual(Array.from({ length: 10 }, (_, at) => 720 + at));
    expect(pointsOf(got, 4)).toEqual(Array.from({ length: 5 }, (_, at) => 425 + at));
    expect(only(got, 'history').map(({ bead, untilS }) => [bead, untilS])).toEqual([
      [7, 0.19],
      [4, 0.24],
    ]);
    // The same again renews the past of both.
    ask(ws, { type: 'watch', id: 3, beads: [4, 7] });
    await until(() => only(got, 'reply').length === 3);
    expect(only(got, 'history').map(({ bead }) => bead)).toEqual([7, 4, 4, 7]);
    ws.close();
  });

  test('a request that is wrong is answered by its number, so that nobody waits for ever', async () => {
    const { ws, got } = await watch(await serve());
    ws.send(packLive({ type: 'fly', id: 41 }));
    ws.send(packLive({ type: 'watch', id: 'seven', beads: [] }));
    await until(() => only(got, 'reply').length === 2);
    expect(only(got, 'reply').map(({ id, error }) => [id, error?.split(' ')[0]])).toEqual([
      [41, 'E_PROTOCOL'],
      [-1, 'E_PROTOCOL'],
    ]);
    ws.close();
  });

  test('more beads than can be watched are refused by name, and those before go on', async () => {
    const url = await serve();
    track(hub, 0);
    const { ws, got } = await watch(url);
    ask(ws, { type: 'watch', id: 1, beads: [7] });
    ask(ws, { type: 'watch', id: 2, beads: Array.from({ length: 17 }, (_, bead) => bead) });
    await until(() => only(got, 'reply').length === 2);
    expect(only(got, 'reply').find(({ error }) => error !== null)?.error).toMatch(
      /watch\.beads: expected at most 16 beads, received 17; watch fewer/,
    );
    track(hub, 1);
    await until(() => pointsOf(got, 7).length > 0);
    expect(pointsOf(got, 7)).toEqual([701]);
    ws.close();
  });

  test('the newest point of every bead says how much it moves from frame to frame', async () => {
    const url = await serve();
    const { ws, got } = await watch(url);
    // x of every bead goes up by 1 px a frame: as white noise of 1 / sqrt(2) px would on average.
    for (let frame = 0; frame < 30; frame++) track(hub, frame);
    await until(() => only(got, 'tracks').some(({ newest }) => newest.xPx[0] === 429));
    const { newest } = only(got, 'tracks').at(-1)!;
    expect([...newest.beads]).toEqual([4, 7]);
    expect(newest.noiseXPx[1]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(newest.chiSquared).toBeUndefined();
    ws.close();
  });

  test('a radial profile goes to those who asked for that bead', async () => {
    const url = await serve();
    track(hub, 0);
    const asking = await watch(url);
    const other = await watch(url);
    expect(hub.wantsProfile(7)).toBe(false);
    ask(asking.ws, { type: 'watch', id: 1, beads: [7], profileOf: 7 });
    ask(other.ws, { type: 'watch', id: 1, beads: [7] });
    await until(() => only(asking.got, 'reply').length === 1 && only(other.got, 'reply').length === 1);
    expect([hub.wantsProfile(7), hub.wantsProfile(4)]).toEqual([true, false]);
    const counts = Float64Array.of(9, 8);
    const radii = Float64Array.of(0, 1);
    hub.profile({ type: 'profile', bead: 7, frame: 0, zNm: 5, unit: 'px', radii, counts, plane: null });
    hub.event('info', 'after the profile');
    await until(() => only(other.got, 'event').length === 1 && only(asking.got, 'event').length === 1);
    expect(only(asking.got, 'profile')).toMatchObject([{ bead: 7, counts }]);
    expect(only(other.got, 'profile')).toEqual([]);
    asking.ws.close();
    other.ws.close();
  });

  test('tells when somebody was sent tracks, and not when nobody was', async () => {
    let sent = 0;
    const url = await serve({ onSent: () => sent++ });
    track(hub, 0);
    const { ws } = await watch(url);
    track(hub, 1);
    await until(() => sent > 0);
    ws.terminate();
    await until(() => hub.viewers === 0);
    const before = sent;
    // Two rounds of the timer that would send.
    let ticks = 0;
    const timer = setInterval(() => ticks++, 60);
    await until(() => ticks >= 2);
    clearInterval(timer);
    expect(sent).toBe(before);
  });

  test('a viewer that stalls holds nobody up and no memory, and is told how things are when it reads again', async () => {
    const url = await serve();
    track(hub, 0);
    const slow = await watch(url);
    const quick = await watch(url);
    ask(slow.ws, { type: 'watch', id: 1, beads: [7] });
    await until(() => only(slow.got, 'history').length === 1);
    const pointsOf7 = () => pointsOf(slow.got, 7, 'timeS');
    slow.stall();
    await fill(SLOW_VIEWER_BYTES);
    await hasRead(quick.ws, 2);
    for (let frame = 1; frame < 5000; frame++) track(hub, frame);
    for (let event = 0; event < 50; event++) {
      const text = `${event} ${'y'.repeat(100_000)}`;
      hub.event('warning', text);
      await until(() => only(quick.got, 'event').at(-1)?.text === text);
    }
    // 5 MB of events and 5000 frames later, nothing more waits for it.
    expect(waiting()).toBeLessThan(SLOW_VIEWER_BYTES + LONGEST_EVENT_BYTES + 1000);
    expect(hub.viewers).toBe(2);

    const snapshots = only(slow.got, 'snapshot').length;
    slow.go();
    await until(() => only(slow.got, 'snapshot').length === snapshots + 1);
    await until(() => only(slow.got, 'event').some(({ text }) => text.includes('too slow for')));
    const [told] = only(slow.got, 'event').filter(({ text }) => text.includes('too slow for'));
    expect(Number(/\d+/.exec(told!.text)![0])).toBeGreaterThanOrEqual(50);
    // What it missed of its bead comes coarser, from the first point to the last.
    await until(() => pointsOf7().at(-1) === 49.99);
    expect(pointsOf7()[0]).toBe(0.01);
    expect(only(slow.got, 'history')).toHaveLength(1);
    slow.ws.close();
    quick.ws.close();
  });

  test('a bead that a stalled viewer selects brings its past once the viewer reads again', async () => {
    const url = await serve();
    for (let frame = 0; frame < 100; frame++) track(hub, frame);
    const slow = await watch(url);
    slow.stall();
    await fill(SLOW_VIEWER_BYTES);
    ask(slow.ws, { type: 'watch', id: 1, beads: [4], seconds: 600 });
    // The hub has heard of it when another viewer's later request is answered.
    const other = await watch(url);
    ask(other.ws, { type: 'watch', id: 2, beads: [] });
    await until(() => only(other.got, 'reply').length === 1);
    slow.go();
    await until(() => only(slow.got, 'history').length === 1);
    expect(only(slow.got, 'history')[0]).toMatchObject({ bead: 4, bucketS: 1 });
    slow.ws.close();
    other.ws.close();
  });

  test('a viewer that reads nothing for long is cut off, once, and the others stay', async () => {
    const stuck: string[] = [];
    const url = await serve({ stuckMs: 1500, onStuck: ({ message }) => stuck.push(message) });
    track(hub, 0);
    const slow = await watch(url);
    const quick = await watch(url);
    slow.stall();
    await fill(SLOW_VIEWER_BYTES);
    await hasRead(quick.ws, 1);
    await until(() => hub.viewers === 1);
    expect(stuck).toEqual([
      expect.stringMatching(/expected something read within 1500 ms, received \d+ bytes/),
    ]);
    expect(quick.ws.readyState).toBe(WebSocket.OPEN);
    slow.ws.terminate();
    quick.ws.close();
  });
});
