import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { decodeTrackerMessage } from '#protocol/camera-link.ts';
import type { Roi } from '#protocol/roi.ts';
import {
  camera,
  counts,
  eachWithEndpoint,
  endpoint,
  film,
  framePixels,
  frames,
  hello,
  ledger,
  link,
  onFrame,
  pixelAt,
  range,
  server,
  shape,
  troubles,
  url,
} from '../support/camera-door.ts';

function cutPixels(id: number, rois: readonly Roi[]): Uint8Array {
  return Uint8Array.from(
    rois.flatMap(({ left, top, size }) =>
      range(0, size * size).map((pixel) =>
        pixelAt(id, left + (pixel % size), top + Math.floor(pixel / size)),
      ),
    ),
  );
}

describe('CameraEndpoint', () => {
  eachWithEndpoint();

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
      onFrame(({ id }) => {
        if (id % 10 !== 9 || id === 399) return;
        tables.push(tableOf(tables.length));
        endpoint.setRois(tables.at(-1)!);
      });
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
      onFrame(({ id }) => {
        if (id === 20) endpoint.setRois(large);
        if (id === 40) endpoint.setRois(small);
        if (id === 60) endpoint.setRois([]);
      });
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
      onFrame(({ id }) => {
        if (id % 20 !== 10) return;
        endpoint.askForPicture();
        endpoint.askForPicture();
      });
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
      onFrame(({ id }) => {
        if (id % 20 !== 19 || id === 99) return;
        for (const socket of server.clients) socket.terminate();
        endpoint.setRois(shifted((id + 1) / 20));
      });
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
});
