import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { decodeTrackerMessage, encodeLinkMessage, type HelloMessage } from '#protocol/camera-link.ts';
import {
  counts,
  eachWithEndpoint,
  endpoint,
  framePixels,
  frames,
  hello,
  link,
  troubles,
  url,
} from '../support/camera-door.ts';

describe('CameraEndpoint', () => {
  eachWithEndpoint();

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
