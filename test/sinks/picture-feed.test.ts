import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { decodeLive } from '#protocol/live.ts';
import type { PictureWish, PreviewMessage } from '#protocol/picture-request.ts';
import { PictureFeed } from '#sinks/picture-feed.ts';
import { Viewer } from '#sinks/viewer.ts';

const FRAME = { frame: 1, pixels: new Uint8Array(400 * 300).fill(90), width: 400, height: 300 };
const PART: PictureWish = { left: 100, top: 50, width: 80, height: 60, maxWidth: 400, black: 0, white: 200 };

/** Viewers whose sockets keep what they were sent. */
function viewers(count: number) {
  const all = Array.from({ length: count }, () => {
    const got: PreviewMessage[] = [];
    const socket = {
      bufferedAmount: 0,
      ...{ readyState: 1, OPEN: 1 },
      send: (bytes: Uint8Array) => void got.push(decodeLive(bytes) as PreviewMessage),
    };
    const viewer = new Viewer(socket as unknown as WebSocket, 'viewer', 0);
    return { viewer, got, socket };
  });
  return { all, set: new Set(all.map(({ viewer }) => viewer)) };
}

test('each viewer gets what it asked for; one who looks at a part also a map of the whole', () => {
  const { all, set } = viewers(2);
  const [first, second] = all as [(typeof all)[0], (typeof all)[0]];
  second.viewer.wish = PART;
  new PictureFeed(set, () => 1000).send(FRAME);
  expect(first.got).toMatchObject([{ left: 0, top: 0, width: 400, height: 300, isMap: false }]);
  expect(second.got).toMatchObject([
    { left: 100, top: 50, width: 80, height: 60, step: 1, isMap: false },
    { left: 0, top: 0, width: 133, height: 100, step: 3, isMap: true },
  ]);
  // 90 of 200 counts.
  expect(Math.abs(second.got[0]!.pixels[0]! - 115)).toBeLessThanOrEqual(1);
});

test('a viewer gets no more pictures a second than it asked for, and none at 0', () => {
  const { all, set } = viewers(2);
  const [fast, none] = all as [(typeof all)[0], (typeof all)[0]];
  fast.viewer.wish = { ...PART, fps: 30 };
  none.viewer.wish = { ...PART, fps: 0 };
  let nowMs = 0;
  const feed = new PictureFeed(set, () => nowMs);
  for (; nowMs < 1000; nowMs += 5) if (feed.isDue) feed.send(FRAME);
  const pictures = fast.got.filter(({ isMap }) => !isMap);
  // Every 35 ms: the first frame from 33.3 ms on.
  expect(pictures).toHaveLength(29);
  expect(fast.got.length - pictures.length).toBe(2);
  expect(none.got).toEqual([]);
});

test('nothing is due for a viewer that still has something to read', () => {
  const { all, set } = viewers(1);
  const feed = new PictureFeed(set, () => 1000);
  all[0]!.socket.bufferedAmount = 10;
  expect(feed.isDue).toBe(false);
  all[0]!.socket.bufferedAmount = 0;
  expect(feed.isDue).toBe(true);
});

test('pictures take a fifth of the time at most, and who was left out is first in the next frame', () => {
  const { all, set } = viewers(4);
  for (const [at, { viewer }] of all.entries()) viewer.wish = { ...PART, left: at };
  // A clock that ticks 2.5 ms whenever it is looked at: making pictures seems slow.
  let nowMs = 0;
  const feed = new PictureFeed(set, () => (nowMs += 2.5));
  feed.send(FRAME);
  const served = () => all.map(({ got }) => got.filter(({ isMap }) => !isMap).length);
  const first = served();
  expect(first.filter((count) => count === 1).length).toBeLessThan(4);
  const tookMs = nowMs - 2.5;
  while (!feed.isDue) expect(nowMs).toBeLessThan(6 * tookMs);
  // Five times as long as it took, from its begin at 2.5 ms on.
  expect(nowMs).toBeGreaterThanOrEqual(5 * tookMs + 2.5);
  feed.send(FRAME);
  expect(served().every((count) => count >= 1)).toBe(true);
});
