import { describe, expect, test } from 'vitest';
import { FrameBacklog } from '#camera-adapters/frame-backlog.ts';

function backlog(fps: number, frameBytes = 1000) {
  const givenUp: number[] = [];
  return { kept: new FrameBacklog<number>(fps, frameBytes, (frame) => givenUp.push(frame)), givenUp };
}

function drain(kept: FrameBacklog<number>): number[] {
  const frames: number[] = [];
  while (kept.length > 0) frames.push(kept.shift()!);
  return frames;
}

describe('FrameBacklog', () => {
  test('keeps a quarter of a second of frames and gives the oldest up first', () => {
    const { kept, givenUp } = backlog(100);
    for (let frame = 0; frame < 28; frame++) kept.push(frame, 10 * frame);
    expect(givenUp).toEqual([0, 1, 2]);
    expect(drain(kept)).toEqual(Array.from({ length: 25 }, (_, index) => 3 + index));
  });

  test.each([
    [1, 1000, 2],
    [1000, 1000, 250],
    [1000, 8 << 20, 8],
    [1000, 128 << 20, 2],
  ])('at %d frames a second of %d bytes it holds %d', (fps, bytes, most) => {
    const { kept } = backlog(fps, bytes);
    for (let frame = 0; frame < 1000; frame++) kept.push(frame, 0);
    expect(kept.length).toBe(most);
  });

  test('a queue that has stood for five seconds is cut to two frames, until it was empty once', () => {
    const { kept, givenUp } = backlog(100);
    for (let frame = 0; frame < 501; frame++) {
      kept.push(frame, 10 * frame);
      if (kept.length > 20) kept.shift();
    }
    expect(givenUp).toEqual([]);
    kept.push(501, 5010);
    expect(drain(kept)).toEqual([500, 501]);
    for (let frame = 502; frame < 520; frame++) kept.push(frame, 10 * frame);
    expect(kept.length).toBe(18);
  });

  test('frames that cannot be sent any more are given up, the others stay in order', () => {
    const { kept, givenUp } = backlog(100);
    for (let frame = 0; frame < 6; frame++) kept.push(frame, 0);
    kept.keepOnly((frame) => frame % 2 === 0);
    expect(givenUp).toEqual([1, 3, 5]);
    expect(drain(kept)).toEqual([0, 2, 4]);
  });
});
