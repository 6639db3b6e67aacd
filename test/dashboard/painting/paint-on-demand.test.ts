import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Painter, paintOnDemand } from '../../../dashboard/painting/paint-on-demand.ts';

let frames: Map<number, FrameRequestCallback>;
let drawings: number;
let painter: Painter;

/** Lets the browser come round to its animation frames. */
function animationFrame(atMs: number): void {
  const due = [...frames.values()];
  frames.clear();
  for (const callback of due) callback(atMs);
}

beforeEach(() => {
  frames = new Map();
  let nextFrame = 1;
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    frames.set(nextFrame, callback);
    return nextFrame++;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
  drawings = 0;
  painter = paintOnDemand(() => drawings++, 50);
});
afterEach(() => vi.unstubAllGlobals());

test('any number of requests give one drawing, and none gives none', () => {
  animationFrame(0);
  painter.request();
  painter.request();
  animationFrame(16);
  animationFrame(32);
  expect(drawings).toBe(1);
});

test('drawings keep their distance, and a request in between is not forgotten', () => {
  painter.request();
  animationFrame(0);
  painter.request();
  animationFrame(16);
  animationFrame(33);
  expect(drawings).toBe(1);
  animationFrame(50);
  expect(drawings).toBe(2);
});

test('nothing is drawn once stopped', () => {
  painter.request();
  painter.stop();
  animationFrame(100);
  expect(drawings).toBe(0);
});
