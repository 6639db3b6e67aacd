import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { encodeLinkMessage } from '#protocol/camera-link.ts';
import {
  camera,
  counts,
  eachWithEndpoint,
  film,
  framePixels,
  frames,
  hello,
  ledger,
  link,
  onFrame,
  range,
  shape,
  troubles,
  url,
} from '../support/camera-door.ts';

describe('CameraEndpoint', () => {
  eachWithEndpoint();

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
      onFrame(({ id }) => {
        if (id === 2) stop.abort();
      });
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
      onFrame(({ receivedNs }) => received.push(receivedNs));
      const peer = await link();
      const times = [100, 200, 50, 60, 10, 300];
      for (const [id, tNs] of times.entries()) await peer.frame(id, { tNs });
      expect(ledger.totals()).toMatchObject({ offered: 6, tracked: 6 });
      expect(ledger.clockStepsBack).toBe(2);
      expect(troubles.map(({ message }) => message.split(':')[0])).toEqual(['frame 2 tNs', 'frame 4 tNs']);
      expect(received).toEqual(received.toSorted((a, b) => Number(a - b)));
    });
  });
});
