import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paintWhileSeen } from '../../../dashboard/painting/paint-while-seen.ts';

let frames: FrameRequestCallback[];
let see: (isSeen: boolean) => void;
let hide: (isHidden: boolean) => void;
let nowMs: number;

beforeEach(() => {
  frames = [];
  nowMs = 1000;
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', () => {
    frames = [];
  });
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(told: (entries: { isIntersecting: boolean }[]) => void) {
        see = (isIntersecting) => told([{ isIntersecting }]);
      }
      observe() {}
      disconnect() {}
    },
  );
  const page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', page);
  hide = (isHidden) => {
    page.hidden = isHidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
});
afterEach(() => vi.unstubAllGlobals());

/** Lets the browser draw once. */
function nextFrame(): void {
  nowMs += 100;
  for (const callback of frames.splice(0)) callback(nowMs);
}

test('draws what is asked for once it is on screen, and nothing before', () => {
  let drawn = 0;
  const painter = paintWhileSeen({} as Element, () => drawn++, 50);
  painter.request();
  nextFrame();
  expect([drawn, frames.length]).toEqual([0, 0]);
  see(true);
  nextFrame();
  expect(drawn).toBe(1);
  painter.request();
  nextFrame();
  expect(drawn).toBe(2);
});

test('asks for no frame while it is off screen or the page is hidden, and draws once when it is back', () => {
  let drawn = 0;
  const painter = paintWhileSeen({} as Element, () => drawn++, 50);
  see(true);
  see(false);
  for (let request = 0; request < 5; request++) painter.request();
  expect(frames).toHaveLength(0);
  see(true);
  nextFrame();
  nextFrame();
  expect(drawn).toBe(1);
  hide(true);
  painter.request();
  expect(frames).toHaveLength(0);
  hide(false);
  nextFrame();
  expect(drawn).toBe(2);
});

test('is quiet when it comes back and nothing was asked for', () => {
  let drawn = 0;
  paintWhileSeen({} as Element, () => drawn++, 50);
  see(true);
  hide(true);
  hide(false);
  nextFrame();
  expect([drawn, frames.length]).toEqual([0, 0]);
});

test('ends with its element', () => {
  let drawn = 0;
  const painter = paintWhileSeen({} as Element, () => drawn++, 50);
  see(true);
  painter.request();
  painter.stop();
  nextFrame();
  hide(false);
  expect(drawn).toBe(0);
});
