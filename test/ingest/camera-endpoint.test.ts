import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { CameraEndpoint, type ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { assertAccounted, FrameLedger } from '#ingest/frame-ledger.ts';
import { decodeTrackerMessage, encodeLinkMessage, type HelloMessage } from '#protocol/camera-link.ts';
import type { TweezertrackError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { rawCamera } from '../support/raw-camera.ts';

const shape = { width: 80, height: 60, pixelFormat: 'mono8' } as const;
const hello = { type: 'hello', version: 1, camera: 'test', ...shape, fps: 100 };
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Says of every pixel where it is and of which frame. */
function pixelAt(id: number, x: number, y: number): number {
  return (x * 3 + y * 7 + id * 11 + ((x * y) >> 3)) & 255;
}

function framePixels(id: number): Uint8Array {
  return Uint8Array.from({ length: shape.width * shape.height }, (_, index) =>
    pixelAt(id, index % shape.width, Math.floor(index / shape.width)),
  );
}

function cutPixels(id: number, rois: readonly Roi[]): Uint8Array {
  return Uint8Array.from(
    rois.flatMap(({ left, top, size }) =>
      range(0, size * size).map((pixel) =>
        pixelAt(id, left + (pixel % size), top + Math.floor(pixel / size)),
      ),
    ),
  );
}

function camera(ids: Iterable<number>): CameraAdapter {
  return {
    open: async () => ({ camera: 'test', ...shape, fps: 0, pixelSizeNm: 100 }),
    async *frames() {
      for (const id of ids) yield { id, timeNs: BigInt(id), pixels: framePixels(id) };
    },
    close: async () => {},
  };
}

describe('CameraEndpoint', () => {
  let server: WebSocketServer;
  let ledger: FrameLedger;
  let endpoint: CameraEndpoint;
  let frames: (Pick<ReceivedFrame, 'id' | 'rois'> & { pixels: Uint8Array; picture: Uint8Array | null })[];
  let troubles: TweezertrackError[];
  let counts: { away: number };
  /** Told of every frame before it is settled. */
  let onFrame: (frame: ReceivedFrame) => void;

  beforeEach(async () => {
    frames = [];
    troubles = [];
    const own = { away: 0 };
    counts = own;
    onFrame = () => {};
    ledger = new FrameLedger(() => {});
    endpoint = new CameraEndpoint({
      window: 3,
      roiStreaming: 'auto',
      ledger,
      onCamera: async () => {},
      onAway: () => own.away++,
      onTrouble: (error) => troubles.push(error),
      onFrame: (frame) => {
        const { id, rois, pixels, picture } = frame;
        frames.push({
          id,
          rois,
          pixels: Uint8Array.from(pixels),
          picture: picture && Uint8Array.from(picture),
        });
        onFrame(frame);
        ledger.tracked(1);
        endpoint.settled(1);
      },
    });
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => endpoint.accept(socket));
    await once(server, 'listening');
  });

  afterEach(() => {
    assertAccounted(ledger.totals());
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  const url = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const film = (ids: Iterable<number>) =>
    runCamera(camera(ids), { url: url(), signal: new AbortController().signal, log: () => {} });

  /** A camera that sends its frames by number, or what it is told to instead. */
  async function link(greeting: object = hello) {
    const camera = await rawCamera(url(), greeting);
    const frame = (id: number, more: object = {}) => camera.frame(id, framePixels(id), more);
    return { ...camera, frame };
  }

  describe('with a camera that cuts frames to ROIs', () => {
    const tableOf = (change: number): Roi[] =>
      range(0, 1 + (change % 3)).map((bead) => ({
        bead,
        left: (change * 7 + bead * 17) % 60,
        top: (change * 5 + bead * 11) % 40,
        size: 8 + ((change + bead) % 3) * 4,
      }));

    test('every frame of 400 has the pixels of the ROIs it says, through 40 changes in full flow', async () => {
      const tables = [tableOf(0)];
      endpoint.setRois(tables[0]!);
      onFrame = ({ id }) => {
        if (id % 10 !== 9 || id === 399) return;
        tables.push(tableOf(tables.length));
        endpoint.setRois(tables.at(-1)!);
      };
      expect(await film(range(0, 400))).toEqual({ sent: 400, dropped: 0 });
      const cut = frames.filter(({ rois }) => rois !== null);
      for (const { id, rois, pixels } of cut) {
        expect(Buffer.compare(pixels, cutPixels(id, rois!)), `frame ${id}`).toBe(0);
      }
      const versions = cut.map(({ rois }) => tables.indexOf(rois as Roi[]));
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      // Ten frames are more than can be under way: every table was used, and the last one to the end.
      expect(new Set(versions).size).toBe(40);
      expect(versions.at(-1)).toBe(39);
      // Those exposed before the first table came are whole.
      expect(400 - cut.length).toBeLessThan(10);
    });

    test('ROIs of half the frame or more, and none at all, are whole frames', async () => {
      const large: Roi[] = [{ bead: 0, left: 3, top: 2, size: 49 }];
      const small: Roi[] = [{ bead: 0, left: 3, top: 2, size: 48 }];
      endpoint.setRois(small);
      onFrame = ({ id }) => {
        if (id === 20) endpoint.setRois(large);
        if (id === 40) endpoint.setRois(small);
        if (id === 60) endpoint.setRois([]);
      };
      await film(range(0, 80));
      const isCut = (from: number, to: number) =>
        new Set(frames.slice(from, to).map(({ rois }) => rois !== null));
      // A change shows within the ten frames that may be under way.
      expect(isCut(10, 21)).toEqual(new Set([true]));
      expect(isCut(30, 41)).toEqual(new Set([false]));
      expect(isCut(50, 61)).toEqual(new Set([true]));
      expect(isCut(70, 80)).toEqual(new Set([false]));
      for (const { id, pixels, rois } of frames) {
        const expected = rois ? cutPixels(id, rois) : framePixels(id);
        expect(Buffer.compare(pixels, expected), `frame ${id}`).toBe(0);
      }
    });

    test('a picture comes once for every time it is asked for, of the frame it comes with', async () => {
      endpoint.setRois(tableOf(1));
      onFrame = ({ id }) => {
        if (id % 20 !== 10) return;
        endpoint.askForPicture();
        endpoint.askForPicture();
      };
      await film(range(0, 100));
      const shown = frames.filter(({ picture }) => picture !== null);
      expect(shown).toHaveLength(5);
      for (const { id, picture, pixels, rois } of shown) {
        expect(Buffer.compare(picture!, framePixels(id))).toBe(0);
        expect(Buffer.compare(pixels, cutPixels(id, rois!))).toBe(0);
      }
    });

    test('a table holds for one link: the next begins with whole frames and the newest table', async () => {
      endpoint.setRois(tableOf(1));
      const first = await link({ ...hello, roiStreaming: true });
      const table = await first.next('rois');
      const data = cutPixels(0, tableOf(1));
      await first.frame(0, { rois: table.version, data });
      first.ws.terminate();
      await expect.poll(() => counts.away).toBe(1);
      endpoint.setRois(tableOf(2));
      const second = await link({ ...hello, roiStreaming: true });
      expect(await second.next('rois')).toMatchObject({ rois: tableOf(2).map(({ bead: _, ...roi }) => roi) });
      await second.frame(1, { rois: 77, data });
      expect(await second.next('error')).toMatchObject({ code: 'E_FRAME' });
      await second.frame(2);
      expect(ledger.totals()).toMatchObject({ offered: 3, tracked: 2, refused: 1 });
      expect(frames.map(({ id, rois }) => [id, rois !== null])).toEqual([
        [0, true],
        [2, false],
      ]);
    });

    test('a camera that films on while its link breaks, four times, with other ROIs of the same versions', async () => {
      const shifted = (by: number): Roi[] => tableOf(1).map((roi) => ({ ...roi, left: roi.left + by }));
      endpoint.setRois(shifted(0));
      onFrame = ({ id }) => {
        if (id % 20 !== 19 || id === 99) return;
        for (const socket of server.clients) socket.terminate();
        endpoint.setRois(shifted((id + 1) / 20));
      };
      let lost = 0;
      const until = (condition: () => boolean) => expect.poll(condition, { interval: 1 }).toBe(true);
      const running: CameraAdapter = {
        ...camera([]),
        open: async () => ({ camera: 'test', ...shape, fps: 1000, pixelSizeNm: 100 }),
        async *frames() {
          for (const id of range(0, 100)) {
            yield { id, timeNs: BigInt(id), pixels: framePixels(id) };
            // Ten frames are exposed while the link is down, the others one by one.
            if (id % 20 === 19 && id < 99) await until(() => lost === (id + 1) / 20);
            else if (id % 20 >= 9 || id < 20) await until(() => frames.at(-1)?.id === id);
          }
        },
      };
      const log = (text: string) => {
        if (text.includes('lost')) lost++;
      };
      const report = await runCamera(running, { url: url(), signal: new AbortController().signal, log });
      expect(report).toEqual({ sent: 100, dropped: 0 });
      for (const { id, pixels, rois } of frames) {
        const expected = rois ? cutPixels(id, rois) : framePixels(id);
        expect(Buffer.compare(pixels, expected), `frame ${id}`).toBe(0);
      }
      expect(new Set(frames.map(({ rois }) => rois?.[0]?.left)).size).toBe(6);
      expect(ledger.totals()).toMatchObject({ offered: 100, tracked: 100, 'in-flight': 0 });
    });

    test('an older version after a newer one is refused: no frame is tracked with the wrong ROIs', async () => {
      const peer = await link({ ...hello, roiStreaming: true });
      const versions: number[] = [];
      for (const change of [1, 2]) {
        endpoint.setRois(tableOf(change));
        versions.push((await peer.next('rois')).version);
      }
      const cut = (id: number, change: number) => ({
        rois: versions[change - 1],
        data: cutPixels(id, tableOf(change)),
      });
      await peer.frame(0, cut(0, 1));
      await peer.frame(1, cut(1, 2));
      await peer.frame(2, cut(2, 1));
      await peer.frame(3, { ...cut(3, 2), data: framePixels(3) });
      expect(troubles.map(({ code }) => code)).toEqual(['E_FRAME', 'E_FRAME']);
      expect(ledger.totals()).toMatchObject({ offered: 4, tracked: 2, refused: 2 });
    });

    test('a camera that cannot cut is never asked to, and sends whole frames', async () => {
      endpoint.setRois(tableOf(1));
      const peer = await link();
      endpoint.setRois(tableOf(2));
      endpoint.askForPicture();
      // The answer to this frame would come after what it must not be sent.
      peer.send({ type: 'frame', id: 0, tNs: 0, data: framePixels(0) });
      const [bytes] = (await once(peer.ws, 'message')) as [Buffer];
      expect(decodeTrackerMessage(bytes)).toEqual({ type: 'credit', credit: 1 });
      expect(frames[0]).toMatchObject({ id: 0, rois: null, picture: null });
    });
  });

  describe('counts what goes wrong', () => {
    test('a camera killed in the middle of a frame, and back: the frames it filmed meanwhile are missing', async () => {
      const first = await link();
      for (const id of range(0, 5)) await first.frame(id);
      const message = encodeLinkMessage({ type: 'frame', id: 5, tNs: 5, data: framePixels(5) });
      // The head of a masked WebSocket message of this length, and half of it.
      const head = Buffer.from([0x82, 0xfe, message.length >> 8, message.length & 255, 0, 0, 0, 0]);
      first.tcp.write(Buffer.concat([head, message.subarray(0, message.length / 2)]));
      first.tcp.destroy();
      await expect.poll(() => counts.away).toBe(1);
      expect(await film(range(9, 20))).toEqual({ sent: 11, dropped: 0 });
      expect(ledger.totals()).toMatchObject({ offered: 20, tracked: 16, 'camera-away': 4, 'in-flight': 0 });
      for (const { id, pixels } of frames) expect(Buffer.compare(pixels, framePixels(id))).toBe(0);
    });

    test('of two cameras the second is refused, and the first loses nothing', async () => {
      const first = await link();
      await first.frame(0);
      await expect(film(range(0, 10))).rejects.toThrow("received 'test' is connected");
      await first.frame(1);
      expect(ledger.totals()).toMatchObject({ offered: 2, tracked: 2, refused: 0 });
    });

    test('a camera that is stopped in full flow, with frames waiting: each one it exposed is accounted for', async () => {
      const stop = new AbortController();
      onFrame = ({ id }) => {
        if (id === 2) stop.abort();
      };
      let exposed = 0;
      const running: CameraAdapter = {
        ...camera([]),
        open: async () => ({ camera: 'test', ...shape, fps: 100, pixelSizeNm: 100 }),
        // Far more than the 25 that may wait, at once.
        async *frames() {
          for (; exposed < 400; exposed++) yield { id: exposed, timeNs: 0n, pixels: framePixels(exposed) };
          await once(stop.signal, 'abort');
        },
      };
      const { sent, dropped } = await runCamera(running, { url: url(), signal: stop.signal, log: () => {} });
      expect(sent + dropped).toBe(400);
      expect(dropped).toBeGreaterThan(0);
      expect(ledger.totals()).toMatchObject({ offered: 400, tracked: sent, 'dropped-adapter': dropped });
    });

    test('20 frames of the wrong size among 100', async () => {
      const peer = await link();
      for (const id of range(0, 100)) {
        await peer.frame(id, id % 5 === 2 ? { data: new Uint8Array(1 + 47 * id) } : {});
      }
      expect(ledger.totals()).toMatchObject({ offered: 100, tracked: 80, refused: 20, 'dropped-link': 0 });
      expect(troubles).toHaveLength(20);
      expect(frames.every(({ id }) => id % 5 !== 2)).toBe(true);
    });

    test('numbers that wrap from 65535 to 1, with 3 skipped, 2 late and 2 sent again', async () => {
      const peer = await link({ ...hello, wrap: { first: 1, last: 65535 } });
      const wire = [65530, 65531, 65533, 65532, 65534, 65534, 1, 65535, 2, 6, 6, 7];
      for (const [tNs, id] of wire.entries()) await peer.frame(id, { tNs });
      expect(frames.map(({ id }) => id)).toEqual([65530, 65531, 65533, 65534, 65536, 65537, 65541, 65542]);
      expect(ledger.totals()).toMatchObject({
        offered: 15,
        tracked: 8,
        'dropped-link': 3,
        'dropped-late': 2,
        refused: 2,
      });
      expect(troubles.map(({ message }) => /given up|before;/.exec(message)?.[0])).toEqual([
        'given up',
        'before;',
        'given up',
        'before;',
      ]);
    });

    test('a number that cannot be: beyond 32 bits, negative, or no number', async () => {
      const peer = await link();
      for (const id of [2 ** 32, -1, 0.5, 'x']) await peer.frame(0, { id });
      await peer.frame(0);
      expect(ledger.totals()).toMatchObject({ offered: 5, tracked: 1, refused: 4, 'dropped-link': 0 });
    });

    test('a clock that jumps back twice: the frames are tracked, and latency is of the host', async () => {
      const received: bigint[] = [];
      onFrame = ({ receivedNs }) => received.push(receivedNs);
      const peer = await link();
      const times = [100, 200, 50, 60, 10, 300];
      for (const [id, tNs] of times.entries()) await peer.frame(id, { tNs });
      expect(ledger.totals()).toMatchObject({ offered: 6, tracked: 6 });
      expect(ledger.clockStepsBack).toBe(2);
      expect(troubles.map(({ message }) => message.split(':')[0])).toEqual(['frame 2 tNs', 'frame 4 tNs']);
      expect(received).toEqual(received.toSorted((a, b) => Number(a - b)));
    });
  });

  describe('closes', () => {
    test('with the frames that were sent before the camera heard of it, and none after', async () => {
      const sending = await link();
      await sending.frame(0);
      const others = [new WebSocket(url())];
      await once(others[0]!, 'open');
      const closing = endpoint.close();
      for (const id of [1, 2]) sending.send({ type: 'frame', id, tNs: id, data: framePixels(id) });
      // One that has said nothing yet, and one that comes now: adapters that are told no more will try again.
      others.push(new WebSocket(url()));
      const told: unknown[] = [];
      const left = others.map(async (other) => {
        other.on('message', (bytes: Buffer) => told.push(decodeTrackerMessage(bytes)));
        if (other.readyState !== other.OPEN) await once(other, 'open');
        other.send(encodeLinkMessage(hello as HelloMessage));
        return (await once(other, 'close'))[0] as number;
      });
      await closing;
      expect(frames.map(({ id }) => id)).toEqual([0, 1, 2]);
      expect([await Promise.all(left), told]).toEqual([[1001, 1001], []]);
      expect([counts.away, troubles]).toEqual([1, []]);
    });

    test('also on a camera that does not answer', async () => {
      const stopped = await link();
      stopped.tcp.pause();
      await endpoint.close();
      expect(counts.away).toBe(1);
    });
  });
});
