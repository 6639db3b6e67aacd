import { describe, expect, test } from 'vitest';
import { FrameBacklog } from '#camera-adapters/frame-backlog.ts';

interface Frame {
  id: number;
  buffer: Uint8Array;
}

/** Frames of so many bytes; only their length is looked at. */
const frame = (id: number, bytes = 1000): Frame => ({ id, buffer: { length: bytes } as Uint8Array });

function backlog(fps: number) {
  const givenUp: number[] = [];
  return { kept: new FrameBacklog<Frame>(fps, ({ id }) => givenUp.push(id)), givenUp };
}

function drain(kept: FrameBacklog<Frame>): number[] {
  const ids: number[] = [];
  while (kept.length > 0) ids.push(kept.shift()!.id);
  return ids;
}

describe('FrameBacklog', () => {
  test('keeps a quarter of a second of frames and gives the oldest up first', () => {
    const { kept, givenUp } = backlog(100);
    for (let id = 0; id < 28; id++) kept.push(frame(id), 10 * id);
    expect(givenUp).toEqual([0, 1, 2]);
    expect(drain(kept)).toEqual(Array.from({ length: 25 }, (_, index) => 3 + index));
  });

  test.each([
    [1, 1000, 2],
    [1000, 1000, 250],
    [1000, 8 << 20, 8],
    [1000, 128 << 20, 2],
  ])('at %d frames a second of %d bytes it holds %d', (fps, bytes, most) => {
    const { kept } = backlog(fps);
    for (let id = 0; id < 1000; id++) kept.push(frame(id, bytes), 0);
    expect(kept.length).toBe(most);
  });

  test('64 MiB are of the frames that wait now, whatever went before', () => {
    const { kept, givenUp } = backlog(1000);
    for (let id = 0; id < 8; id++) kept.push(frame(id, 8 << 20), 0);
    kept.keepOnly(({ id }) => id >= 4);
    expect(drain(kept)).toEqual([4, 5, 6, 7]);
    for (let id = 8; id < 108; id++) kept.push(frame(id), 0);
    expect(kept.length).toBe(100);
    expect(givenUp).toEqual([0, 1, 2, 3]);
  });

  test('a queue that has stood for five seconds is cut to two frames, until it was empty once', () => {
    const { kept, givenUp } = backlog(100);
    for (let id = 0; id < 501; id++) {
      kept.push(frame(id), 10 * id);
      if (kept.length > 20) kept.shift();
    }
    expect(givenUp).toEqual([]);
    kept.push(frame(501), 5010);
    expect(drain(kept)).toEqual([500, 501]);
    for (let id = 502; id < 520; id++) kept.push(frame(id), 10 * id);
    expect(kept.length).toBe(18);
  });

  test('frames that cannot be sent any more are given up, the others stay in order', () => {
    const { kept, givenUp } = backlog(100);
    for (let id = 0; id < 6; id++) kept.push(frame(id), 0);
    kept.keepOnly(({ id }) => id % 2 === 0);
    expect(givenUp).toEqual([1, 3, 5]);
    expect(drain(kept)).toEqual([0, 2, 4]);
  });
});
