import { expect, test } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import type { PaceClock } from '#camera-adapters/pace.ts';
import { simulatedCamera } from '#camera-adapters/simulated.ts';

const SCENE = { beads: 1, width: 96, height: 80, frames: 30, readNoise: 0 };

/** Time that passes only while the camera waits. */
function sleepingClock(): PaceClock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
    },
  };
}

/** Frames of a camera one by one. */
function filming(camera: ReturnType<typeof simulatedCamera>) {
  const end = new AbortController();
  const frames = camera.frames(end.signal)[Symbol.asyncIterator]();
  return {
    end: () => end.abort(),
    async next(): Promise<CameraFrame> {
      const { value, done } = await frames.next();
      if (done) throw new Error('the camera has ended');
      return value;
    },
    frames,
  };
}

const mean = (pixels: Uint8Array) => pixels.reduce((sum, count) => sum + count, 0) / pixels.length;

test('half the exposure halves the light of the very next frame, and twice the gain restores its mean', async () => {
  const camera = simulatedCamera({ ...SCENE, pace: 'fast' });
  await camera.open();
  const { next } = filming(camera);
  const usual = mean((await next()).pixels);
  const halved = camera.controls!.set('exposureUs', 500);
  const half = mean((await next()).pixels);
  await halved;
  const doubled = camera.controls!.set('gain', 2);
  const again = mean((await next()).pixels);
  await doubled;
  // 1 %: shot noise of 7680 pixels is 0.05 %, rounding to counts less.
  expect(half / usual).toBeCloseTo(0.5, 2);
  expect(again / usual).toBeCloseTo(1, 2);
});

test('another frame rate holds from the next interval on: the times go on without a jump', async () => {
  const camera = simulatedCamera({ ...SCENE, fps: 100 }, sleepingClock());
  await camera.open();
  const { next } = filming(camera);
  const times: number[] = [];
  let firstNs = 0n;
  for (let id = 0; id < 9; id++) {
    const set = id === 4 ? camera.controls!.set('fps', 50) : null;
    const frame = await next();
    await set;
    expect(frame.id).toBe(id);
    if (id === 0) firstNs = frame.timeNs;
    times.push(Number(frame.timeNs - firstNs) / 1e6);
  }
  // ms: 10 apart up to frame 3, 20 apart from there on.
  const expected = [0, 10, 20, 30, 50, 70, 90, 110, 130];
  // 1 ms: timers of the pace count whole ms.
  for (const [at, ms] of times.entries()) expect(Math.abs(ms - expected[at]!)).toBeLessThanOrEqual(1);
  expect(camera.controls!.settings().find(({ name }) => name === 'fps')?.value).toBe(50);
});

test('while it does not acquire no number passes, and settings change all the same', async () => {
  const camera = simulatedCamera({ ...SCENE, pace: 'fast' });
  await camera.open();
  const { next } = filming(camera);
  expect((await next()).id).toBe(0);
  const off = camera.controls!.acquire!(false);
  const coming = next();
  await off;
  expect(camera.controls!.acquiring).toBe(false);
  await camera.controls!.set('gain', 3);
  await camera.controls!.acquire!(true);
  expect((await coming).id).toBe(1);
  expect((await next()).id).toBe(2);
});

test('a camera that does not acquire still ends', async () => {
  const camera = simulatedCamera({ ...SCENE, pace: 'fast' });
  await camera.open();
  const { next, end, frames } = filming(camera);
  await next();
  const off = camera.controls!.acquire!(false);
  const ending = frames.next();
  await off;
  end();
  expect((await ending).done).toBe(true);
});

test('what cannot be is refused in words: too long for the rate, too fast for the exposure, no such setting', async () => {
  const { controls } = simulatedCamera({ ...SCENE, fps: 200 });
  await expect(controls!.set('exposureUs', 5001)).rejects.toThrow('exposureUs: expected 10 to 5000 µs');
  await controls!.set('exposureUs', 5000);
  await expect(controls!.set('fps', 201)).rejects.toThrow('fps: expected 0.5 to 200 fps');
  await expect(controls!.set('temperature', 4)).rejects.toThrow('exposureUs, gain, fps, not temperature');
});

test('pictures made beforehand have no exposure to set, and as fast as it goes no rate', () => {
  const names = (settings: object) =>
    simulatedCamera({ ...SCENE, ...settings })
      .controls!.settings()
      .map(({ name }) => name);
  expect(names({ cycle: 2 })).toEqual(['fps']);
  expect(names({ cycle: 2, pace: 'fast' })).toEqual([]);
});
