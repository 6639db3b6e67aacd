import { beforeAll, describe, expect, test } from 'vitest';
import type { CameraFrame } from '#camera-adapters/define.ts';
import type { PaceClock } from '#camera-adapters/pace.ts';
import {
  parseSimulatedCameraOptions,
  simulatedCamera,
  simulatedCameraOptions,
  simulatedScene,
  simulatedSensor,
} from '#camera-adapters/simulated.ts';
import { nowNs } from '#protocol/clock.ts';
import { ConfigError } from '#protocol/errors.ts';
import { createRadialOptics, renderBead } from '#simulation/radial-optics.ts';
import { sceneRois } from '#simulation/scene.ts';

/** A clock that moves only when somebody sleeps or a test says so. */
function manualClock(): PaceClock & { ms: number } {
  const clock = {
    ms: 5000,
    nowMs: () => clock.ms,
    async sleep(ms: number) {
      clock.ms += ms;
    },
  };
  return clock;
}

const forever = new AbortController().signal;
type Settings = Parameters<typeof simulatedCamera>[0];
const small: Settings = { beads: 3, referenceBeads: 1, radiiNm: [700], zRangeNm: [1000, 2000] };

/** Frames of a camera, with pixels of their own. */
async function take(settings: Settings, clock?: PaceClock): Promise<CameraFrame[]> {
  const camera = simulatedCamera(settings, clock);
  await camera.open();
  const frames: CameraFrame[] = [];
  for await (const frame of camera.frames(forever)) frames.push({ ...frame, pixels: frame.pixels.slice() });
  await camera.close();
  return frames;
}

describe('settings', () => {
  test('all have defaults and descriptions', () => {
    const options = parseSimulatedCameraOptions({});
    expect(options).toMatchObject({ beads: 12, referenceBeads: 2, fps: 100, pixelFormat: 'mono8' });
    for (const setting of Object.values(simulatedCameraOptions.shape)) {
      expect(setting.meta()?.description).toMatch(/\w{3}/);
    }
  });

  test('one radius may stand for a list of one', () => {
    expect(parseSimulatedCameraOptions({ radiiNm: 500 }).radiiNm).toEqual([500]);
  });

  test.each([
    ['an unknown key', { bead: 3 } as Settings, /bead/],
    ['no beads', { beads: 0 }, /beads/],
    ['a frame too small for the beads', { beads: 50, width: 200, height: 200 }, /at most 4 in 200 x 200/],
  ])('with %s are refused', (_, settings, words) => {
    expect(() => simulatedCamera(settings)).toThrow(ConfigError);
    expect(() => simulatedCamera(settings)).toThrow(words);
  });
});

test('facts tell frame size, pixels and rate; as fast as it goes is rate 0', async () => {
  const camera = simulatedCamera({ ...small, fps: 40, pixelSizeNm: 90, pixelFormat: 'mono12' });
  const facts = { camera: 'simulated', width: 160, height: 160, pixelFormat: 'mono12', pixelSizeNm: 90 };
  expect(await camera.open()).toEqual({ ...facts, fps: 40 });
  expect((await simulatedCamera({ ...small, pace: 'fast' }).open()).fps).toBe(0);
});

describe('a frame', () => {
  const settings: Settings = {
    ...small,
    pace: 'fast',
    frames: 40,
    fps: 50,
    // Far from the focal spot, which would saturate.
    zRangeNm: [4500, 5500],
    pixelFormat: 'mono16',
    photonsPerPixel: 1e6,
    readNoise: 0,
    driftNmPerS: [30, -20, 10],
    width: 250,
    height: 90,
  };
  let frames: CameraFrame[];
  beforeAll(async () => {
    frames = await take(settings);
  });

  test('shows every bead at its true place and height', () => {
    const options = parseSimulatedCameraOptions(settings);
    const optics = createRadialOptics({ radiusNm: 700 });
    const last = frames.at(-1)!;
    const pixels = new Uint16Array(last.pixels.buffer);
    const { gain } = simulatedSensor(options);
    for (const { bead, left, top } of sceneRois(simulatedScene(options), 40)) {
      const [x, y, zNm] = last.truth!.subarray(3 * bead, 3 * bead + 3) as unknown as [number, number, number];
      const view = { xPx: x - left, yPx: y - top, zNm, size: 40, pixelSizeNm: 100 };
      let squares = 0;
      renderBead(optics, view).forEach((light, pixel) => {
        const at = (top + Math.floor(pixel / 40)) * 250 + left + (pixel % 40);
        squares += (pixels[at]! / (gain * 1e6) - light) ** 2 / 1600;
      });
      // Shot noise of 1e6 photons is 0.1 % of the background, a shift of 0.02 px is ten times that.
      expect(Math.sqrt(squares)).toBeLessThan(0.0025);
    }
  });

  test('has a number, a time 1 / fps after the last, and its pixels', () => {
    frames.forEach(({ id, timeNs, pixels, truth }, index) => {
      expect(id).toBe(index);
      expect(timeNs - frames[0]!.timeNs).toBe(BigInt(index) * 20_000_000n);
      expect(pixels).toHaveLength(250 * 90 * 2);
      expect(truth).toHaveLength(9);
    });
    // After 1970 and not in the future by more than the frames themselves last.
    expect(Math.abs(Number(frames[0]!.timeNs) / 1e6 - Date.now())).toBeLessThan(600_000);
  });

  test('carries the drift of the stage: a reference bead moves by velocity times time', () => {
    const { beads } = simulatedScene(parseSimulatedCameraOptions(settings));
    const { bead, xPx, yPx, zNm } = beads.find(({ reference }) => reference)!;
    const seconds = 39 / 50;
    const [x, y, z] = frames.at(-1)!.truth!.subarray(3 * bead, 3 * bead + 3);
    expect(x).toBeCloseTo(xPx + (30 * seconds) / 100, 9);
    expect(y).toBeCloseTo(yPx - (20 * seconds) / 100, 9);
    expect(z).toBeCloseTo(zNm + 10 * seconds, 9);
  });

  test('is the same for the same seed', async () => {
    const again = await take({ ...settings, frames: 2 });
    expect(again[1]!.pixels).toEqual(frames[1]!.pixels);
    expect(again[1]!.truth).toEqual(frames[1]!.truth);
    const other = await take({ ...settings, frames: 2, seed: 2 });
    expect(other[1]!.truth).not.toEqual(frames[1]!.truth);
  });
});

test('the default beads neither saturate nor lose contrast in 8 bit', async () => {
  const [frame] = await take({ pace: 'fast', frames: 1 });
  expect(Math.max(...frame!.pixels)).toBeLessThan(255);
  expect(Math.max(...frame!.pixels)).toBeGreaterThan(150);
  expect(Math.min(...frame!.pixels)).toBeLessThan(30);
});

test('a blackout makes its frames black and no others, and time goes on', async () => {
  const frames = await take({ ...small, pace: 'fast', frames: 5, blackout: { from: 1, frames: 2 } });
  expect(frames.map(({ pixels }) => pixels.some((count) => count > 0))).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
  expect(frames[2]!.truth).not.toEqual(frames[1]!.truth);
});

describe('in real time', () => {
  test('frames keep an absolute schedule', async () => {
    const clock = manualClock();
    const camera = simulatedCamera({ ...small, fps: 40, frames: 100 }, clock);
    await camera.open();
    const seen: number[] = [];
    for await (const { id } of camera.frames(forever)) {
      // Never early, and what a timer is late does not add up.
      expect(clock.ms - 5000 - id * 25).toBeGreaterThanOrEqual(0);
      expect(clock.ms - 5000 - id * 25).toBeLessThan(10);
      clock.ms += 7.3;
      seen.push(id);
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  test('a pause of 1 s loses the frames of that time, seen as missing ids, and keeps the schedule', async () => {
    const clock = manualClock();
    const camera = simulatedCamera({ ...small, fps: 100, frames: 120 }, clock);
    await camera.open();
    const seen: number[] = [];
    for await (const { id } of camera.frames(forever)) {
      if (id === 3) clock.ms += 1000;
      seen.push(id);
    }
    // Frame 3 is taken at 30 ms, the pause ends at 1030 ms; frames from 930 ms on are not yet too late.
    expect(seen.slice(0, 6)).toEqual([0, 1, 2, 3, 93, 94]);
    expect(seen.at(-1)).toBe(119);
  });

  test('a consumer that needs two and a half frames for one gets none more than 100 ms late', async () => {
    const clock = manualClock();
    const camera = simulatedCamera({ ...small, fps: 100, frames: 200 }, clock);
    await camera.open();
    const seen: number[] = [];
    for await (const { id } of camera.frames(forever)) {
      expect(clock.ms - 5000 - id * 10).toBeLessThanOrEqual(100);
      clock.ms += 25;
      seen.push(id);
    }
    expect(seen.length).toBeGreaterThan(75);
    expect(seen.length).toBeLessThan(90);
  });

  test('abort ends it at once, even while it waits', async () => {
    const abort = new AbortController();
    const clock = manualClock();
    const waits: number[] = [];
    clock.sleep = async (ms) => {
      waits.push(ms);
      abort.abort();
    };
    const camera = simulatedCamera({ ...small, fps: 0.1 }, clock);
    await camera.open();
    const seen: number[] = [];
    for await (const { id } of camera.frames(abort.signal)) seen.push(id);
    expect(seen).toEqual([0]);
    expect(waits).toHaveLength(1);
  });
});

test('frames that are late all let the event loop turn, so that the camera hears of its credit', async () => {
  const clock = manualClock();
  const camera = simulatedCamera({ ...small, fps: 100, frames: 30 }, clock);
  await camera.open();
  let turns = 0;
  const turn = () => {
    turns++;
    immediate = setImmediate(turn);
  };
  let immediate = setImmediate(turn);
  for await (const _ of camera.frames(forever)) clock.ms += 10;
  clearImmediate(immediate);
  expect(turns).toBeGreaterThan(25);
});

test('the pixels of a frame stay as they are while the next one is exposed', async () => {
  const camera = simulatedCamera({ ...small, pace: 'fast', frames: 4 });
  await camera.open();
  const iterator = camera.frames(forever)[Symbol.asyncIterator]();
  const first = (await iterator.next()).value as CameraFrame;
  const kept = first.pixels.slice();
  const second = (await iterator.next()).value as CameraFrame;
  expect(first.pixels).toEqual(kept);
  expect(second.pixels).not.toEqual(kept);
});

describe('with a cycle of 3', () => {
  const settings: Settings = { ...small, cycle: 3, frames: 7, fps: 50 };

  test('the same 3 frames come over and over with numbers that rise, those it would have exposed', async () => {
    const cycled = await take({ ...settings, pace: 'fast' });
    const exposed = await take({ ...settings, pace: 'fast', cycle: undefined });
    expect(cycled.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    cycled.forEach(({ pixels, truth }, index) => {
      expect(pixels).toEqual(cycled[index % 3]!.pixels);
      expect(truth).toEqual(exposed[index % 3]!.truth);
    });
    expect(cycled[1]!.pixels).not.toEqual(cycled[0]!.pixels);
  });

  test('its times are those of the schedule in real time, and when they are shown as fast as it goes', async () => {
    const paced = await take(settings, manualClock());
    expect(paced.map(({ timeNs }) => timeNs - paced[0]!.timeNs)).toEqual(
      Array.from({ length: 7 }, (_, id) => BigInt(id) * 20_000_000n),
    );
    const before = nowNs();
    const fast = await take({ ...settings, pace: 'fast' });
    for (const { timeNs } of fast) expect(timeNs >= before && timeNs <= nowNs()).toBe(true);
  });
});
